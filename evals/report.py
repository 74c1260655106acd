"""One HTML page of a whole evaluation, with everything in it, and the comparison with an earlier run."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evals.bootstrap import change
from evals.plots import bars, curve, matrix

OUTCOMES = ("answered", "review", "handoff")
BINS = 10
MOST_CONFUSIONS = 20
MATERIAL = 0.005
"""A smaller fall is none, however sure."""


class BaselineError(ValueError):
    """A file that is not the JSON of an earlier ``holdfast eval all``."""


def read_baseline(path: Path) -> dict[str, Any]:
    """Return an earlier result. Raises ``BaselineError``."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found["figures"], dict) or not isinstance(found["cases"], dict):
            raise TypeError("figures and cases are objects")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BaselineError(f"{path} is not the JSON of an earlier 'holdfast eval all --json': {error}") from error
    return dict(found)


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the change of each figure that both runs have: value, low, high, and ``worse``, ``better`` or ``same``.

    Worse is a fall whose whole interval lies below 0. Without cases a figure is worse when its interval lies below
    the earlier one.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, figure in after["figures"].items():
        if (old := before["figures"].get(name)) is None:
            continue
        cases = before["cases"].get(name), after["cases"].get(name)
        if all(cases):
            moved = change(*cases)
            value, low, high = moved.value, moved.low, moved.high
        else:
            value = figure["value"] - old["value"]
            low, high = figure["low"] - old["high"], figure["high"] - old["low"]
        found[name] = {"value": round(value, 4), "low": round(low, 4), "high": round(high, 4)}
        found[name]["verdict"] = _verdict(value, low, high)
    return found


def worse(changes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the names of the figures that fell by more than their noise."""
    return [name for name, each in changes.items() if each["verdict"] == "worse"]


def render(result: Mapping[str, Any], changes: Mapping[str, Any], made: str) -> str:
    """Return the page; ``made`` says when and of what the run was."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    suites = {"judge": None, "fairness": None, **result["suites"]}
    result = {**result, "suites": suites}
    points = reliability(result["answers"])
    plots = {
        "outcomes": matrix(
            {name: suites["golden"]["outcomes"].get(name, {}) for name in OUTCOMES}, OUTCOMES, "expected", "happened"
        ),
        "reliability": curve(
            [(x, y) for x, y, _ in points],
            "confidence",
            "share that is right",
            diagonal=True,
            counts=[n for *_, n in points],
        ),
        "risk": curve(risk_coverage(result["answers"]), "share of questions answered", "right among them"),
        "grounding": bars([{**row, "value": row["caught"]} for row in suites["grounding"]["kinds"]], "kind", 0.9),
    }
    return environment.get_template("report.html.j2").render(
        result=result,
        changes=changes,
        made=made,
        plots=plots,
        by_slice={way: bars(rows) for way, rows in result["slices"].items()},
        ece=calibration_error(points),
        confusions=confusions(result["answers"]),
    )


def reliability(answers: Sequence[Mapping[str, Any]]) -> list[tuple[float, float, int]]:
    """Return mean confidence, share right and number of each tenth of the scale that has answers."""
    bins: defaultdict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for each in answers:
        if each["expected"] == "answered":
            bins[min(BINS - 1, int(each["confidence"] * BINS))].append(each)
    return [
        (sum(e["confidence"] for e in mine) / len(mine), sum(bool(e["right"]) for e in mine) / len(mine), len(mine))
        for _, mine in sorted(bins.items())
    ]


def calibration_error(points: Sequence[tuple[float, float, int]]) -> float:
    """Return the expected calibration error (Naeini et al., 2015): the mean distance from the diagonal."""
    total = sum(n for *_, n in points)
    return sum(n * abs(said - right) for said, right, n in points) / total if total else 0.0


def risk_coverage(answers: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """Return (share answered, share right of these), answering the surest first."""
    ranked = sorted((each for each in answers if each["expected"] == "answered"), key=lambda each: -each["confidence"])
    points, right = [], 0
    for number, each in enumerate(ranked, 1):
        right += bool(each["right"])
        points.append((number / len(ranked), right / number))
    return points


def confusions(answers: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, int]]:
    """Return the intents that were taken for others, the most frequent first."""
    found = Counter((e["intent"], e["said_intent"]) for e in answers if e["intent"] and e["intent"] != e["said_intent"])
    return [(intent, said, count) for (intent, said), count in found.most_common(MOST_CONFUSIONS)]


def _verdict(value: float, low: float, high: float) -> str:
    if high < 0 and value <= -MATERIAL:
        return "worse"
    return "better" if low > 0 and value >= MATERIAL else "same"
