"""`holdfast eval`, `bench` and `drill` find their modules, pass what was given and print tables or JSON."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from commands import bench, evals
from commands.errors import BadInputError

RESULT = {"accuracy": 0.93125, "n": 40, "slices": {"typos": {"accuracy": 0.9, "n": 10}}, "risk": [{"at": 1, "of": 2}]}


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, Callable[..., object]], None]:
    """Put a module with one function in place of a real one."""

    def install(name: str, function_name: str, function: Callable[..., object]) -> None:
        made = ModuleType(name)
        setattr(made, function_name, function)
        monkeypatch.setitem(sys.modules, name, made)

    return install


def test_a_result_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    evals.print_result("golden", RESULT, as_json=True)

    assert json.loads(capsys.readouterr().out) == RESULT


def test_a_table_shows_every_figure_nested_ones_too(capsys: pytest.CaptureFixture[str]) -> None:
    evals.print_result("golden", RESULT, as_json=False)
    text = capsys.readouterr().out

    for shown in ("golden", "accuracy", "0.9313", "slices", "typos", "accuracy 0.9000, n 10", "risk", "at", "of"):
        assert shown in text


def test_an_async_suite_gets_what_was_given(
    module: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    async def evaluate_intents(train: Path, **options: object) -> dict[str, object]:
        return {"train": str(train), **options}

    module("evals.intents", "evaluate_intents", evaluate_intents)
    evals.intents(train=tmp_path / "train.csv", test=None, folds=5, oos_label="oos", as_json=True)

    given = json.loads(capsys.readouterr().out)
    wanted = {"train": str(tmp_path / "train.csv"), "test": None, "folds": 5, "oos_label": "oos"}
    assert given == {**wanted, "per_label": None, "repeats": 1, "baseline": False, "unlabelled_share": None}


@pytest.mark.parametrize("error", [ValueError("line 3 has no label"), IsADirectoryError(21, "Is a directory")])
def test_files_that_cannot_be_used_are_bad_input(module: Callable[..., None], error: Exception) -> None:
    def evaluate_guard(cases: Path) -> dict[str, object]:
        raise error

    module("evals.guard", "evaluate_guard", evaluate_guard)
    with pytest.raises(BadInputError, match="Cannot use the data: "):
        evals.guard(cases=Path("cases.jsonl"), as_json=False)


def test_a_missing_file_is_named(module: Callable[..., None]) -> None:
    module("evals.pii", "evaluate_pii", lambda cases: Path(cases).read_text(encoding="utf-8"))

    with pytest.raises(BadInputError, match=r"No such file: .*nowhere\.json"):
        evals.pii(cases=Path("nowhere.json"), as_json=False)


@pytest.fixture
def drills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Callable[..., None]) -> None:
    """A folder of drills: two that run, and a module they share."""
    folder = tmp_path / "drills"
    folder.mkdir()
    for name in ("kill_worker", "kill_server"):
        (folder / f"{name}.py").write_text("def run() -> dict: ...\n", encoding="utf-8")
    (folder / "servers.py").write_text("PORT = 1\n", encoding="utf-8")
    monkeypatch.setattr(bench, "ROOT", tmp_path)

    async def kill_worker(turns: int = 3, seed: int = 1) -> dict[str, int]:
        return {"turns": turns, "seed": seed}

    module("evals.drills.kill_worker", "run", kill_worker)
    module("evals.drills.kill_server", "run", lambda: {"answers": 1})


@pytest.mark.usefixtures("drills")
def test_all_drills_run_each_with_the_options_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    bench.run("drills", None, as_json=True, turns=40, seed=None)

    assert json.loads(capsys.readouterr().out) == {
        "kill_server": {"answers": 1},
        "kill_worker": {"turns": 40, "seed": 1},
    }


@pytest.mark.usefixtures("drills")
def test_one_drill_by_name_prints_its_own_object(capsys: pytest.CaptureFixture[str]) -> None:
    bench.run("drills", "kill_server", as_json=True)

    assert json.loads(capsys.readouterr().out) == {"answers": 1}
    with pytest.raises(BadInputError, match="There is no 'servers' in drills: kill_server, kill_worker"):
        bench.run("drills", "servers", as_json=False)
