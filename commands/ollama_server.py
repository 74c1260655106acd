"""An Ollama server for one machine: where its program is found or how it is built, how it is started."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from filelock import FileLock

from activities.settings import Settings
from commands.go_build import GoBuildError, Say, find_go, go_install, kept_program, on_path, run_go
from commands.process import Child, free_port, spawn, tail

PACKAGE = "github.com/ollama/ollama@v0.17.4"
MINIAUDIO = "github.com/gen2brain/malgo@v0.11.24"
"""A Go module that carries miniaudio.h; the module zip of Ollama leaves out what its sources include from there."""
HEADERS = {"nlohmann/json.hpp": "nlohmann-json3-dev", "stb/stb_image.h": "libstb-dev"}
"""Headers that the module zip lacks too, and the Debian packages that have them."""
INCLUDE = Path("/usr/include")
LABEL = "Ollama"
START_SECONDS = 60
LOOK_SECONDS = 0.05


class OllamaMissingError(Exception):
    """No Ollama could be found or built; says what to install."""


class OllamaStartError(Exception):
    """The Ollama server ended or stayed silent."""


def find_ollama(cache_dir: Path, say: Say) -> Path:
    """Return the ``ollama`` program: on PATH, in the cache folder, or built with Go, about five minutes.

    ``say`` gets one line for each step that failed. Raises ``OllamaMissingError`` with what to install.
    """
    kept = cache_dir / "bin" / "ollama"
    if found := on_path("ollama", LABEL, say) or kept_program(kept, LABEL, say):
        return found
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OllamaMissingError(f"Cannot write to the cache folder {kept.parent}: {error.strerror}") from error
    with FileLock(kept.with_suffix(".lock")):
        try:
            return kept if kept.is_file() else _build(kept, say)
        except GoBuildError as error:
            raise OllamaMissingError(
                f"No Ollama: {error}. Install it (https://ollama.com/download), or what builds it: Go 1.24 or newer, "
                "a C++ compiler and Debian's " + " and ".join(HEADERS.values())
            ) from error


def _build(kept: Path, say: Say) -> Path:
    """Build the server from its Go module, for the processor alone. Raises ``GoBuildError``."""
    find_go()
    if lacking := [package for header, package in HEADERS.items() if not (INCLUDE / header).exists()]:
        raise GoBuildError(f"headers are missing (apt-get install {' '.join(lacking)})")
    say(f"{LABEL}: building {PACKAGE} with Go, about five minutes")
    with tempfile.TemporaryDirectory(prefix="holdfast-ollama-") as name:
        source = json.loads(run_go(["mod", "download", "-json", MINIAUDIO], {}))["Dir"]
        (Path(name) / "miniaudio").symlink_to(source, target_is_directory=True)
        flags = f"-O2 -I{name}"
        return go_install(PACKAGE, kept, {"CGO_ENABLED": "1", "CGO_CFLAGS": flags, "CGO_CXXFLAGS": flags})


def server_environment(settings: Settings, address: str) -> dict[str, str]:
    """Return the environment of a server at ``address`` (``host:port``), for as many calls at once as a worker makes.

    It forwards nothing to models elsewhere. What the caller's environment says of parallelism stays.
    """
    return {
        "OLLAMA_NUM_PARALLEL": str(settings.ollama_parallel),
        **os.environ,
        "OLLAMA_HOST": address,
        "OLLAMA_NO_CLOUD": "1",
        "OLLAMA_NOHISTORY": "1",
    }


def start_ollama(binary: Path, folder: Path, settings: Settings) -> tuple[Child, str]:
    """Start a server on a free loopback port, perhaps not answering yet; return it and its URL.

    Everything of it, its key included, is kept in ``folder``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    address = f"127.0.0.1:{free_port()}"
    environment = {**server_environment(settings, address), "HOME": str(folder)}
    environment.pop("OLLAMA_MODELS", None)
    return spawn("ollama", [binary, "serve"], log=folder / "ollama.log", env=environment), f"http://{address}"


def wait_for_ollama(
    url: str, *, alive: Callable[[], bool] = lambda: True, log: Path | None = None, seconds: float = START_SECONDS
) -> None:
    """Return as soon as the server answers. Raises ``OllamaStartError`` when it ends or ``seconds`` have passed."""
    deadline = time.monotonic() + seconds
    while not answers(url):
        reason = "ended" if not alive() else "did not answer" if time.monotonic() > deadline else ""
        if reason:
            raise OllamaStartError(f"The Ollama server at {url} {reason}: {tail(log) if log else ''}")
        time.sleep(LOOK_SECONDS)


def answers(url: str) -> bool:
    """Return whether an Ollama answers at ``url``."""
    try:
        return httpx.get(f"{url}/api/version", timeout=1, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def main(words: list[str]) -> int:
    """Run a server where ``HOLDFAST_OLLAMA_URL`` says; with ``fetch`` only get its program. Return the exit code."""
    settings = Settings()
    url = httpx.URL(settings.ollama_url)
    if words != ["fetch"] and answers(settings.ollama_url):
        sys.stderr.write(f"{LABEL}: one answers at {url} already\n")
        return 0
    try:
        binary = find_ollama(settings.cache_dir, lambda line: sys.stderr.write(f"{line}\n"))
    except OllamaMissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if words == ["fetch"]:
        return 0
    address = f"{url.host}:{url.port or 11434}"
    sys.stderr.write(f"{LABEL}: serving at {address}; `ollama pull {settings.ollama_model}` gets the model\n")
    os.execve(binary, [str(binary), "serve"], server_environment(settings, address))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
