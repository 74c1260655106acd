"""``holdfast doctor``: what is reachable, which model answers, versions, disk."""

import asyncio
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import httpx
from rich.console import Console
from rich.text import Text

from activities.records.database import Database, DatabaseUnavailableError
from activities.records.migrations import newest_revision
from activities.replies import REPLIES_FILE, RepliesError, read_replies
from activities.settings import Settings, named_workers
from commands.chat_model import look_for_models
from commands.runtime import read_runtime
from commands.temporal_server import ServerStartError, configured_server, wait_until_answers
from commands.terminal import whole_table

State = Literal["ok", "missing", "optional"]
LOOK_SECONDS = 5.0
DISK_FLOOR_BYTES = 2 * 1024**3
CHROMA_HEALTH = "/api/v2/heartbeat"
PACKAGES = ("holdfast", "temporalio", "temporalio-langgraph", "langgraph", "chromadb", "gradio", "fastapi")
STYLES = {"ok": "green", "missing": "red", "optional": "yellow"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``missing`` means that Holdfast needs it and cannot have it."""

    name: str
    state: State
    detail: str


def run(settings: Settings, console: Console) -> bool:
    """Print a table of all that was looked at; return whether everything needed is there."""
    findings = asyncio.run(examine(settings, os.environ.get("TEMPORAL_ADDRESS", "")))
    table = whole_table("what", "state", "detail")
    for finding in findings:
        table.add_row(finding.name, Text(finding.state, STYLES[finding.state]), finding.detail)
    console.print(table)
    return all(finding.state != "missing" for finding in findings)


async def examine(settings: Settings, temporal_address: str) -> list[Finding]:
    """Look at everything at once; nothing is started, made or changed."""
    running = read_runtime(settings.data_dir)
    workers = named_workers(running.worker_url if running else settings.worker_url) or {"worker": ""}
    async with httpx.AsyncClient(timeout=LOOK_SECONDS, trust_env=False) as client:
        looks = [
            _server("API", f"{running.url if running else settings.api_url}", "/health/ready", client),
            _server("Chroma", settings.chroma_url or (running.chroma_url if running else ""), CHROMA_HEALTH, client),
            *(_server(name.capitalize(), url, "/health/ready", client) for name, url in workers.items()),
            _temporal(
                temporal_address or (running.temporal_address if running else ""),
                settings.cache_dir,
                configured=bool(temporal_address),
            ),
            _database(settings),
            _model(settings, client),
        ]
        found = await asyncio.gather(*looks)
    return [_versions(), _disk(settings.data_dir), *found, _embedding(settings), _replies(settings)]


async def _server(name: str, url: str, path: str, client: httpx.AsyncClient) -> Finding:
    """Look at a server; one that nobody named is not running and not missed."""
    if not url:
        return Finding(name, "optional", "not running: start `holdfast up`")
    try:
        response = await client.get(f"{url}{path}")
    except httpx.HTTPError as error:
        return Finding(name, "missing", f"{url}: {str(error) or type(error).__name__}")
    if response.is_success:
        wrong = [f"{what}: {state}" for what, state in _checks(response).items() if state != "ok"]
        return Finding(name, "missing" if wrong else "ok", "; ".join([url, *wrong]))
    return Finding(name, "missing", f"{url}: {response.text[:200]}")


def _checks(response: httpx.Response) -> dict[str, str]:
    """Return what a process of ours says of each part; Chroma's answer has no such words."""
    try:
        answer = response.json()
    except ValueError:
        return {"what answers": "it is not Holdfast"}
    checks = answer.get("checks", {}) if isinstance(answer, dict) else {}
    return {str(what): str(state) for what, state in checks.items()} if isinstance(checks, dict) else {}


async def _temporal(address: str, cache_dir: Path, *, configured: bool) -> Finding:
    """Look at the server at ``address``, by the ``TEMPORAL_*`` variables when it comes from them."""
    if address:
        try:
            config = configured_server() if configured else {}
            await wait_until_answers(address, config=config, seconds=LOOK_SECONDS)
        except ServerStartError as error:
            return Finding("Temporal", "missing", str(error))
        return Finding("Temporal", "ok", address)
    kept = cache_dir / "bin" / "temporal"
    program = shutil.which("temporal") or (str(kept) if kept.is_file() else "")
    if program:
        return Finding("Temporal", "ok", f"not running; `holdfast up` starts {program}")
    return Finding("Temporal", "optional", "no program yet: `holdfast up` downloads or builds it")


async def _database(settings: Settings) -> Finding:
    """Ask the database for its schema: one that is not there yet, or is behind, is what the next start sees to."""
    database = Database(settings.sqlalchemy_url)
    newest = newest_revision()
    try:
        found = await database.schema_version() if database.exists() else None
    except DatabaseUnavailableError as error:
        return Finding("Database", "missing", str(error))
    finally:
        await database.close()
    if found is None:
        return Finding("Database", "optional", f"{database.dialect}, no schema yet: `holdfast up` makes it")
    if found > newest:
        return Finding("Database", "missing", f"schema {found}, which this Holdfast does not know: install a newer one")
    behind = "" if found == newest else f"; the next start brings it to {newest}"
    return Finding("Database", "ok", f"{database.dialect}, schema {found}{behind}")


async def _model(settings: Settings, client: httpx.AsyncClient) -> Finding:
    """Look for Ollama and its models; without them the embedded engine answers, which is no fault."""
    look = await look_for_models(settings, client)
    return Finding("Chat model", "ok" if look.complete else "optional", look.line)


def _embedding(settings: Settings) -> Finding:
    # onnx and its kin take a second to import, and only this line needs them.
    from activities.models.minilm import ModelFilesError, ensure_model

    try:
        return Finding("Embedding model", "ok", str(ensure_model(settings.cache_dir, "int8")))
    except (ModelFilesError, OSError) as error:
        return Finding("Embedding model", "missing", str(error))


def _replies(settings: Settings) -> Finding:
    """Read what customers are told; with a file that cannot be used they read the product's own words."""
    path = settings.company_dir / REPLIES_FILE
    try:
        languages = ", ".join(read_replies(path).texts)
    except RepliesError as error:
        return Finding("Replies", "missing", str(error))
    return Finding("Replies", "ok", f"{languages} from {path}" if path.exists() else f"{languages}, the product's own")


def _versions() -> Finding:
    known = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return Finding("Versions", "ok", f"Python {platform.python_version()} at {sys.prefix}; {known}")


def _disk(data_dir: Path) -> Finding:
    """Look at the space left where the data folder is or would be, and write there what vanishes at once."""
    place = next(folder for folder in (data_dir.resolve(), *data_dir.resolve().parents) if folder.is_dir())
    try:
        with tempfile.TemporaryFile(dir=place):
            free = shutil.disk_usage(place).free
    except OSError as error:
        return Finding("Disk", "missing", f"cannot write to {place}: {error.strerror or error}")
    detail = f"{free / 1024**3:.1f} GiB free for {data_dir.resolve()}"
    return Finding("Disk", "ok" if free > DISK_FLOOR_BYTES else "missing", detail)
