"""Bad input to any command is one line on standard error and exit code 2, never a stack trace."""

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import cli
from commands.errors import BadInputError

ROOT = Path(__file__).parents[2]


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Holdfast = Callable[..., Done]


@pytest.fixture
def holdfast(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Holdfast:
    """Run the command line in this process, on a data folder of the test's own."""

    def run(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["holdfast", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        output = capsys.readouterr()
        return Done(int(ended.value.code or 0), output.out, output.err)

    return run


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["up", "--port", "eighty"], "'--port'"),
        (["up", "--port", "70000"], "'--port'"),
        (["ask"], "Missing argument"),
        (["ask", "  "], "The question is empty"),
        (["ask", "Hello?"], "Cannot read the log-ins in"),
        (["ingest", "nowhere"], "No such file or folder: nowhere"),
        (["ingest", "README.md", "--classification", "secret"], "'--classification'"),
        (["user", "add", "eve", "--role", "king"], "'--role'"),
        (["user", "add", "eve", "--password", "short"], "8 to 256 characters"),
        (["key", "create", "nobody"], "there is no user 'nobody'"),
        (["eval"], "Missing command"),
        (["eval", "intents", "--train", "x.csv"], "Give either --test or --folds, or --per-label"),
        (["eval", "intents", "--train", "x.csv", "--folds", "2", "--unlabelled-share", "0.5"], "goes with --per-label"),
        (["bench", "nothing"], "There is no 'nothing' in benchmarks"),
        (["drill", "nothing"], "There is no 'nothing' in drills"),
        (["drill", "--turns", "0"], "'--turns'"),
        (["restore", "company"], "cannot read company: Is a directory"),
        (["eval", "guard", "--cases", "company/people.json"], "Invalid JSON: "),
        (["eval", "golden", "--data", "company/people.json"], "is not a file of golden questions: "),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(holdfast: Holdfast, words: list[str], reason: str) -> None:
    done = holdfast(*words)

    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("holdfast: ")
    assert reason in line
    assert "pydantic" not in line


def test_a_setting_that_cannot_be_used_is_named(holdfast: Holdfast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_PORT", "eighty")
    done = holdfast("doctor")

    assert done.returncode == 2
    assert done.stderr.startswith("holdfast: HOLDFAST_PORT: ")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("HOLDFAST_DATABASE_URL", "bogus", "write it as postgresql://"),
        ("HOLDFAST_DATABASE_URL", "mysql://user@host/name", "write it as postgresql://"),
        ("HOLDFAST_CHROMA_URL", "chroma", "write it as http://host:port"),
        ("HOLDFAST_CHROMA_URL", "http://host:8000/path", "without a path"),
        ("HOLDFAST_PUBLIC_URL", "https://host?a=b", "without a path"),
        ("HOLDFAST_TRUSTED_PROXIES", "10.0.0.1,0.0.0.0/0", "is everybody"),
        ("HOLDFAST_API_URL", "http://[::", "write it as http://host:port"),
        ("HOLDFAST_API_URL", "localhost:8000", "write it as http://host:port"),
        ("HOLDFAST_OLLAMA_URL", "http://host:99999", "write it as http://host:port"),
        ("HOLDFAST_WORKER_URL", "http://host:1,host:2", "write it as http://host:port"),
        ("HOLDFAST_DATA_DIR", "~nobody-of-that-name/data", "no such home"),
        ("HOLDFAST_PRICES", "{", "it is not JSON"),
        ("HOLDFAST_LOG_LEVEL", "LOUD", "should match"),
    ],
)
def test_a_setting_that_no_process_could_start_with_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInputError, match=f"^{name}: .*{reason}"):
        cli.read_settings()


def test_a_home_is_found_and_an_api_is_found_where_it_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_DATA_DIR", "~/data")

    assert cli.read_settings().data_dir == Path.home() / "data"
    assert cli.read_settings(port=1).own_url == "http://127.0.0.1:1"
    for host, url in {"::": "http://[::1]:1", "0.0.0.0": "http://127.0.0.1:1", "door.lan": "http://door.lan:1"}.items():
        assert cli.read_settings(port=1, host=host).own_url == url


def test_command_line_values_go_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_PORT", "8001")

    assert cli.read_settings(port=None).port == 8001
    assert cli.read_settings(port=8002).port == 8002
    with pytest.raises(BadInputError, match="HOLDFAST_PORT"):
        cli.read_settings(port=0)


def test_help_names_every_command_of_the_contract(holdfast: Holdfast) -> None:
    done = holdfast()

    assert done.returncode == 0
    for name in ("up", "api", "worker", "ask", "ingest", "doctor", "user", "key", "eval", "bench", "drill"):
        assert f" {name} " in done.stdout


def test_a_user_is_added_with_a_made_up_password_and_a_service_gets_a_key(holdfast: Holdfast, data_dir: Path) -> None:
    data_dir.rmdir()
    added = holdfast("user", "add", "eve", "--role", "agent", "--department", "billing")
    again = holdfast("user", "add", "eve")
    service = holdfast("user", "add", "shop", "--role", "service")
    key = holdfast("key", "create", "shop", "--name", "web shop")

    assert added.returncode == 0
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert len(added.stdout.split("password ")[1].strip()) == 16
    assert (again.returncode, again.stderr) == (2, "holdfast: there is already somebody with the username 'eve'\n")
    assert service.stdout == "Added shop (service)\n"
    assert key.stdout.startswith("hf_")


def test_ask_without_anything_running_says_how_to_start_it(holdfast: Holdfast, data_dir: Path) -> None:
    login = {"username": "ada", "password": "p", "role": "customer"}
    (data_dir / "demo-users.json").write_text(json.dumps([login]), encoding="utf-8")
    done = holdfast("ask", "Hello?")

    assert done.returncode == 1
    assert done.stderr == f"holdfast: Nothing runs on {data_dir}: start `holdfast up`, or set HOLDFAST_API_URL\n"


def test_the_installed_command_keeps_its_errors_off_standard_output() -> None:
    done = subprocess.run([sys.executable, "-m", "cli", "nonsense"], cwd=ROOT, capture_output=True, timeout=60)

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"holdfast: No such command")
