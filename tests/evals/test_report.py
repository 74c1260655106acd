"""The page holds everything itself; a fall beyond noise is named, and a broken baseline is refused."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli import app
from evals.bootstrap import interval
from evals.report import (
    BaselineError,
    calibration_error,
    compare,
    read_baseline,
    reliability,
    render,
    risk_coverage,
    worse,
)
from evals.suites import suite_figures


def result(right: int) -> dict[str, Any]:
    cases = {f"case-{number}": float(number < right) for number in range(100)}
    answers = [
        {
            "id": name,
            "expected": "answered",
            "outcome": "answered",
            "intent": "a",
            "said_intent": "a" if value else "b<script>",
            "confidence": 0.9 if value else 0.2,
            "right": bool(value),
        }
        for name, value in cases.items()
    ]
    figure = {**vars(interval([*cases.values()])), "n": 100}
    return {
        "figures": {"golden.accuracy": figure},
        "cases": {"golden.accuracy": cases},
        "slices": {"language": [{"name": "en", "automatic": 1.0, **figure}]},
        "skipped": {},
        "answers": answers,
        "suites": {
            "golden": {"outcomes": {"answered": {"answered": right, "review": 100 - right}}, "failures": [], "n": 100},
            "grounding": {"kinds": [{"kind": "unit", "n": 9, "caught": 1.0}], "controls": []},
            "fairness": None,
            "judge": None,
        },
    }


def test_a_fall_beyond_noise_is_worse_and_a_small_one_is_not() -> None:
    assert worse(compare(result(90), result(70))) == ["golden.accuracy"]
    assert worse(compare(result(90), result(89))) == []
    assert compare(result(70), result(90))["golden.accuracy"]["verdict"] == "better"


def test_the_page_loads_nothing_and_escapes_what_it_shows() -> None:
    page = render(result(80), compare(result(90), result(80)), "today")
    assert not re.search(r"(?:src|href)\s*=|@import|url\(", page)
    assert "<svg" in page
    assert "b<script>" not in page
    assert "b&lt;script&gt;" in page


def test_scores_that_mean_what_they_say_have_no_calibration_error() -> None:
    points = reliability([{"expected": "answered", "confidence": 1.0, "right": True}] * 5)
    assert calibration_error(points) == 0
    assert reliability([{"expected": "handoff", "confidence": 1.0, "right": True}]) == []


def test_the_risk_coverage_curve_answers_the_surest_first() -> None:
    assert risk_coverage(result(50)["answers"])[0] == (0.01, 1.0)
    assert risk_coverage(result(50)["answers"])[-1] == (1.0, 0.5)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"figures": [], "cases": {}}'])
def test_a_file_that_is_no_earlier_run_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=r"holdfast eval all --json"):
        read_baseline(path)


def test_an_earlier_run_is_read(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(result(80)), encoding="utf-8")
    assert worse(compare(read_baseline(path), result(80))) == []


@pytest.mark.parametrize(("right", "code"), [(90, 0), (89, 0), (87, 0), (70, 1)])
def test_the_command_ends_with_one_for_a_fall_beyond_noise_and_with_zero_for_noise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], right: int, code: int
) -> None:
    before = tmp_path / "before.json"
    before.write_text(json.dumps(result(90)), encoding="utf-8")
    monkeypatch.setattr("evals.suites.evaluate_all", lambda data, say: result(right))
    with pytest.raises(SystemExit) as end:
        app(["eval", "all", "--baseline", str(before), "--json"])
    assert end.value.code == code
    told = capsys.readouterr()
    assert json.loads(told.out)["worse"] == ["golden.accuracy"] * code
    assert ("golden.accuracy" in told.err) == bool(code)


def test_what_was_measured_on_nothing_has_no_figure() -> None:
    nothing = {"caught": 0.0, "false_alarms": 0.0, "n_altered": 0, "n_controls": 0}
    assert suite_figures({"grounding": nothing, "fairness": {"worst_ratio": 1.0, "questions": 0}}) == {}
    found = suite_figures({"grounding": {**nothing, "n_altered": 10, "n_controls": 10, "caught": 0.9}})
    assert found["grounding.caught"]["low"] < 0.9 < found["grounding.caught"]["high"]
