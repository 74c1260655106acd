"""Building a server's program from its source with Go, once for all processes of a machine."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from commands.process import die_with

BUILD_SECONDS = 5400
Say = Callable[[str], object]


class GoBuildError(Exception):
    """The program could not be built; says why in one line."""


def find_go() -> str:
    """Return the path of the Go toolchain. Raises ``GoBuildError`` when there is none."""
    if go := shutil.which("go"):
        return go
    raise GoBuildError("no Go toolchain to build it with")


def go_install(package: str, kept: Path, environment: Mapping[str, str] | None = None) -> Path:
    """Build ``package`` (with its version) and keep its program as ``kept``; return that.

    ``environment`` is added to this process's. The caller holds the lock of ``kept``. Raises ``GoBuildError``.
    """
    folder = kept.parent / f"build-{kept.name}"
    try:
        run_go(["install", package], {"GOBIN": str(folder), **(environment or {})})
        (folder / kept.name).replace(kept)
    except OSError as error:
        raise GoBuildError(f"go install failed ({first_line(str(error))})") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return kept


def run_go(words: list[str], environment: Mapping[str, str]) -> str:
    """Run ``go`` and return what it printed. Raises ``GoBuildError`` with the last line of its complaint."""
    try:
        done = subprocess.run(
            [find_go(), *words],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=BUILD_SECONDS,
            preexec_fn=die_with(os.getpid()),
        )
    except subprocess.CalledProcessError as error:
        raise GoBuildError(f"go {words[0]} failed ({first_line(_upside_down(error.stderr))})") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GoBuildError(f"go {words[0]} failed ({first_line(str(error))})") from error
    return done.stdout


def on_path(name: str, label: str, say: Say) -> Path | None:
    """Return the program ``name`` of the PATH, or say that there is none."""
    found = shutil.which(name)
    if not found:
        say(f"{label}: no `{name}` on PATH")
    return Path(found) if found else None


def kept_program(kept: Path, label: str, say: Say) -> Path | None:
    """Return the program kept in the cache folder, or say that there is none."""
    if os.access(kept, os.X_OK) and kept.is_file():
        return kept
    say(f"{label}: none kept at {kept}")
    return None


def first_line(text: str) -> str:
    """Return the first line of a message, to be told in one line."""
    return next(iter(text.strip().splitlines()), "no message")


def _upside_down(text: str) -> str:
    return "\n".join(text.strip().splitlines()[::-1])
