"""Ollama's program is found or built in the promised order, and says what it lacks."""

import json
import stat
import sys
import threading
from pathlib import Path

import pytest

from activities.settings import Settings
from commands import ollama_server
from commands.ollama_server import (
    OllamaMissingError,
    OllamaStartError,
    find_ollama,
    server_environment,
    wait_for_ollama,
)
from commands.process import free_port

FAKE_GO = f"#!{sys.executable}\n" + (
    "import json, os, pathlib, sys\n"
    "if sys.argv[1] == 'mod':\n"
    "    print(json.dumps({'Dir': os.getcwd()}))\n"
    "    sys.exit()\n"
    "folder = pathlib.Path(os.environ['GOBIN']); folder.mkdir(parents=True, exist_ok=True)\n"
    "flags = os.environ['CGO_CXXFLAGS']\n"
    "headers = pathlib.Path(flags.rpartition('-I')[2]) / 'miniaudio'\n"
    "said = {'argv': sys.argv[1:], 'cgo': os.environ['CGO_ENABLED'], 'headers': headers.is_dir()}\n"
    "(folder / 'ollama').write_text(json.dumps(said)); (folder / 'ollama').chmod(0o755)\n"
    "builds = folder.parent / 'builds'; builds.write_text(builds.read_text() + 'x' if builds.exists() else 'x')\n"
)


class Machine:
    """A machine with nothing on its PATH, an empty cache, and the headers."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.cache, self.include = folder / "path", folder / "cache", folder / "include"
        self.said: list[str] = []
        self.path.mkdir()
        for header in ollama_server.HEADERS:
            (self.include / header).parent.mkdir(parents=True)
            (self.include / header).touch()
        monkeypatch.setenv("PATH", str(self.path))
        monkeypatch.setattr(ollama_server, "INCLUDE", self.include)

    def program(self, folder: Path, name: str, text: str = "#!/bin/sh\n") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        program = folder / name
        program.write_text(text, encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return program

    def find(self) -> Path:
        return find_ollama(self.cache, self.said.append)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_one_on_path_goes_before_the_kept_one_and_that_before_a_build(machine: Machine) -> None:
    machine.program(machine.path, "go", "#!/bin/sh\nexit 1\n")
    kept = machine.program(machine.cache / "bin", "ollama")
    assert machine.find() == kept
    on_path = machine.program(machine.path, "ollama")
    assert machine.find() == on_path


def test_go_builds_the_pinned_version_with_the_header_of_another_module(machine: Machine) -> None:
    machine.program(machine.path, "go", FAKE_GO)
    built = json.loads(machine.find().read_text(encoding="utf-8"))
    assert built == {"argv": ["install", ollama_server.PACKAGE], "cgo": "1", "headers": True}
    assert machine.said[-1].startswith("Ollama: building github.com/ollama/ollama@")


def test_two_at_once_build_once(machine: Machine) -> None:
    machine.program(machine.path, "go", FAKE_GO)
    threads = [threading.Thread(target=machine.find) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (machine.cache / "bin" / "builds").read_text() == "x"


def test_without_go_it_says_what_to_install(machine: Machine) -> None:
    with pytest.raises(OllamaMissingError, match=r"no Go toolchain.*nlohmann-json3-dev and libstb-dev"):
        machine.find()


def test_a_missing_header_names_its_package(machine: Machine) -> None:
    machine.program(machine.path, "go", FAKE_GO)
    (machine.include / "stb/stb_image.h").unlink()
    with pytest.raises(OllamaMissingError, match=r"apt-get install libstb-dev\)"):
        machine.find()


def test_a_build_that_fails_says_why_in_one_line(machine: Machine) -> None:
    machine.program(machine.path, "go", "#!/bin/sh\necho 'cc1plus: out of memory' >&2\nexit 1\n")
    with pytest.raises(OllamaMissingError, match="cc1plus: out of memory"):
        machine.find()


def test_the_server_is_told_to_stay_on_its_address_and_out_of_the_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OLLAMA_NUM_PARALLEL", raising=False)
    told = server_environment(Settings(ollama_parallel=3), "127.0.0.1:1234")
    assert {name: told[name] for name in ("OLLAMA_HOST", "OLLAMA_NO_CLOUD", "OLLAMA_NUM_PARALLEL")} == {
        "OLLAMA_HOST": "127.0.0.1:1234",
        "OLLAMA_NO_CLOUD": "1",
        "OLLAMA_NUM_PARALLEL": "3",
    }


def test_a_server_that_has_ended_is_not_waited_for(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("Error: address in use\n", encoding="utf-8")
    with pytest.raises(OllamaStartError, match="ended: Error: address in use"):
        wait_for_ollama(f"http://127.0.0.1:{free_port()}", alive=lambda: False, log=log)
