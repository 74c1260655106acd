"""A Git repository: its newest tree by the git program; renames and deletes follow from what the tree names."""

import asyncio
import base64
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from fnmatch import fnmatchcase
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import httpcore
from pydantic import BaseModel, ConfigDict, Field, field_validator

from activities.sources.connector import (
    Change,
    Content,
    Item,
    Json,
    Known,
    Skipped,
    SourceRefusedError,
    SourceUnavailableError,
    Tools,
    Whole,
)
from activities.sources.folder import allowed_folder
from activities.sources.network import resolve

SECONDS = 900
LOOK_SECONDS = 0.5
MAX_CLONE_BYTES = 2 * 1024**3
"""Of the newest commit, packed; git itself knows no bound of what it fetches."""
MAX_LISTING_BYTES = 64 * 1024 * 1024
REFERENCE = "refs/heads/sync"
HOST = re.compile(r"(?:[A-Z0-9_.-]+|\[[0-9A-F:.]+\])(?::[0-9]{1,5})?", re.I | re.ASCII)
"""Host and port that git reads as we do. It unfolds ``%2e``, and would then ask for a name that nobody has checked."""
REFUSALS = ("Authentication failed", "could not read Username", "not found", "couldn't find remote ref", "403", "401")


class GitConfig(BaseModel):
    """``url`` is ``https://`` or a repository below one of ``HOLDFAST_SOURCE_FOLDERS``."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    url: str = Field(min_length=1, max_length=1_000)
    branch: str = Field(default="", max_length=200, pattern=r"^[\w./-]*$")
    """The repository's own default when empty."""
    folder: str = Field(default="", max_length=400)
    patterns: list[str] = Field(default=["*.md", "*.markdown"], max_length=50)
    secret: str = Field(default="", max_length=64)
    """Name of a token, sent as the password of ``username``."""
    username: str = Field(default="x-access-token", max_length=100)

    @field_validator("url")
    @classmethod
    def check_url(cls, url: str) -> str:
        """Take web addresses without a log-in in them, and paths."""
        place = urlsplit(url)
        _ = place.port  # raises ``ValueError`` for one that is none
        if place.scheme not in {"https", "http", "file", ""} or url.startswith("-"):
            raise ValueError("must begin with https://, or be a path on the worker's machine")
        if place.username or place.password:
            raise ValueError("must not hold a log-in; name a secret instead")
        if place.scheme in {"https", "http"} and not HOST.fullmatch(place.netloc):
            raise ValueError("must name its host in plain letters, digits, dots and hyphens (xn--... for others)")
        return url

    @field_validator("branch")
    @classmethod
    def check_branch(cls, branch: str) -> str:
        """A name that git would take for an option is none."""
        if branch.startswith("-") or ".." in branch:
            raise ValueError("is no name of a branch")
        return branch


class Git:
    """An open repository: a bare clone of one commit, that any worker can make anew."""

    def __init__(self, config: GitConfig, clone: Path, url: str, options: dict[str, str], max_bytes: int) -> None:
        self._config = config
        self._clone = clone
        self._url = url
        self._options = options
        self._max_bytes = max_bytes

    async def changes(self, cursor: Json, known: Known) -> AsyncIterator[Change]:
        """List the files of the newest commit; a file is the same while its blob is."""
        await self._update()
        listing = await self._run("ls-tree", "-r", "-z", "-l", REFERENCE)
        for line in filter(None, listing.decode("utf-8", "surrogateescape").split("\0")):
            change = self._change(line)
            if change is not None:
                yield change
        yield Whole()

    async def fetch(self, key: str) -> Content | None:
        """Read a file of the commit that was listed."""
        if not (self._clone / "HEAD").exists():
            await self._update()
        try:
            return Content(key, await self._run("cat-file", "blob", f"{REFERENCE}:{key}"))
        except SourceUnavailableError:
            names = await self._run("ls-tree", "-z", "--name-only", REFERENCE, "--", key)
            if names:
                raise
            return None

    async def readers(self, key: str) -> None:
        """Whoever may read the source."""
        return

    def _change(self, line: str) -> Item | Skipped | None:
        fields, _, path = line.partition("\t")
        mode, _, blob, size = fields.split()
        folder = self._config.folder.strip("/")
        inside = not folder or path.startswith(f"{folder}/")
        name = path.rsplit("/", 1)[-1]
        if not inside or not any(fnmatchcase(name, each) or fnmatchcase(path, each) for each in self._config.patterns):
            return None
        if any("\ud800" <= letter <= "\udfff" for letter in path):
            return Skipped(path.encode("utf-8", "replace").decode(), "its name is not readable as UTF-8")
        if mode not in {"100644", "100755"}:
            return Skipped(path, "it is a link or another repository; only files are taken")
        if int(size) > self._max_bytes:
            return Skipped(path, f"it has {int(size):,} bytes; at most {self._max_bytes:,} are taken")
        return Item(path, blob)

    async def _update(self) -> None:
        self._clone.mkdir(parents=True, exist_ok=True)
        await self._run("init", "--bare", "--quiet", ".")
        wanted = f"+{self._config.branch or 'HEAD'}:{REFERENCE}"
        fetching = asyncio.ensure_future(
            self._run("fetch", "--quiet", "--depth=1", "--no-tags", "--update-shallow", "--", self._url, wanted)
        )
        try:
            while not fetching.done():
                await asyncio.wait([fetching], timeout=LOOK_SECONDS)
                if await asyncio.to_thread(_bytes_of, self._clone) > MAX_CLONE_BYTES:
                    raise SourceRefusedError(f"it has more than {MAX_CLONE_BYTES / 1024**3:.0f} GB: name a smaller one")
            await fetching
        except BaseException:
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)
            # Half a pack stays for ever otherwise; any worker makes the clone anew.
            await asyncio.to_thread(shutil.rmtree, self._clone, ignore_errors=True)
            raise

    async def _run(self, *arguments: str) -> bytes:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self._clone),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ALLOW_PROTOCOL": "file:http:https",
            "GIT_CONFIG_COUNT": str(len(self._options)),
            "LC_ALL": "C",
        }
        for number, (name, value) in enumerate(self._options.items()):  # not as arguments: those anybody can list
            environment |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
        try:
            process = await asyncio.create_subprocess_exec(
                "git", *arguments, cwd=self._clone, env=environment, stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise SourceRefusedError("the program git is not installed where the worker runs") from error
        try:
            async with asyncio.timeout(SECONDS):
                out, said = await asyncio.gather(_said(process.stdout), _said(process.stderr))
                await process.wait()
        except TimeoutError as error:
            raise SourceUnavailableError(f"git has not ended within {SECONDS} seconds") from error
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # it has children, which fetch
                await process.wait()
        if process.returncode:
            raise _failure(said.decode("utf-8", "replace"))
        return out


async def _said(pipe: asyncio.StreamReader | None) -> bytes:
    """Return what git writes, of which a hostile repository may make any amount. Raises ``SourceRefusedError``."""
    assert pipe is not None
    said = bytearray()
    while piece := await pipe.read(64 * 1024):
        said += piece
        if len(said) > MAX_LISTING_BYTES:
            raise SourceRefusedError(f"it has more than {MAX_LISTING_BYTES // 2**20} MB of names")
    return bytes(said)


def _bytes_of(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def _failure(said: str) -> Exception:
    line = " ".join(said.split())[:400]
    kind = SourceRefusedError if any(each in said for each in REFUSALS) else SourceUnavailableError
    return kind(f"git says: {line}")


async def _pinned(url: str, allowed: tuple[str, ...]) -> dict[str, str]:
    """Return options that make git connect to the address that was checked, and to no other."""
    place = urlsplit(url)
    host, port = place.hostname or "", place.port or (443 if place.scheme == "https" else 80)
    try:
        addresses = await resolve(host, port, allowed)
    except httpcore.ConnectError as error:
        raise SourceRefusedError(str(error)) from error
    shown = ",".join(f"[{each}]" if ip_address(each.split("%")[0]).version == 6 else each for each in addresses)
    return {"http.curloptResolve": f"{host}:{port}:{shown}", "http.followRedirects": "false", "http.proxy": ""}


class GitKind:
    """Git repositories of documents."""

    name = "git"
    config = GitConfig
    has_readers = False
    watched = False

    @asynccontextmanager
    async def open(self, config: GitConfig, tools: Tools, source_id: str) -> AsyncIterator[Git]:
        """Open a repository. Raises ``SourceRefusedError`` and ``SecretMissingError``."""
        options = {"core.hooksPath": "/dev/null", "safe.directory": "*", "protocol.file.allow": "always"}
        url = config.url
        if url.startswith(("http://", "https://")):
            options |= await _pinned(url, tools.private_hosts)
        else:
            url = str(allowed_folder(url.removeprefix("file://"), tools.folders))
        if config.secret:
            login = base64.b64encode(f"{config.username}:{tools.secrets.read(config.secret)}".encode()).decode()
            options["http.extraHeader"] = f"Authorization: Basic {login}"
        yield Git(config, tools.cache_dir.resolve() / f"{source_id}.git", url, options, tools.max_bytes)


KIND = GitKind()
