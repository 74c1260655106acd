"""All suites in one go: figures with intervals, slices, and what each case gave, for a report and for the next run.

The golden questions are asked once; the grounding check and the search are measured on the same questions. What needs
public data (``evals/shared_data.py``) is left out, by name, where it is not there.
"""

import asyncio
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from activities.models.model_store import chosen_messages
from activities.settings import Settings
from evals.bootstrap import interval
from evals.company_search import evaluate_company_search
from evals.fairness import NothingToCompareError, evaluate_fairness
from evals.golden import SHIPPED, Result, ask_cases, golden_figures, read_cases
from evals.grounding import evaluate_grounding
from evals.guard import evaluate_guard
from evals.intents import evaluate_intents
from evals.judge import evaluate_judge
from evals.public_sets import write_guard_cases, write_stackfaq
from evals.retrieval import evaluate_retrieval
from evals.shared_data import DataSetMissingError, shared_data

FOLDS = 5
Say = Callable[[str], None]
Cases = Mapping[str, float]
"""Case id -> its value, 0 or 1 for right and wrong, or a share."""


def evaluate_all(data: Path | None = None, say: Say = lambda line: None) -> dict[str, Any]:
    """Run every suite; ``data`` are golden questions instead of the shipped ones, ``say`` hears what begins.

    Returns ``figures`` (name -> value, low, high, n), ``cases`` (name -> case id -> value), ``slices`` (kind -> rows),
    ``suites`` (name -> what the suite returned), ``skipped`` (name -> why) and what the plots need. Raises what the
    suites raise for files that cannot be used.
    """
    settings = Settings()
    say("golden questions")
    results = asyncio.run(ask_cases(read_cases(data or SHIPPED)))
    cases = golden_cases(results)
    suites: dict[str, Any] = {"golden": golden_figures(results)}
    skipped: dict[str, str] = {}
    runs: dict[str, Callable[[], Mapping[str, Any]]] = {
        "intents": lambda: evaluate_intents(
            chosen_messages(settings.data_dir, settings.company_dir / "intents.csv"), folds=FOLDS
        ),
        "retrieval": lambda: asyncio.run(evaluate_company_search([each.case for each in results])),
        "stackfaq": stackfaq_retrieval,
        "guard": lambda: guard_figures(results),
        "grounding": lambda: asyncio.run(evaluate_grounding(data)),
        "fairness": lambda: asyncio.run(evaluate_fairness(data)),
    }
    for name, run in runs.items():
        say(name)
        try:
            suites[name] = run()
        except (DataSetMissingError, NothingToCompareError) as error:
            skipped[name] = str(error)
    say("judge")
    if opinion := asyncio.run(evaluate_judge(results, settings.ollama_url, settings.ollama_model)):
        suites["judge"] = opinion
    else:
        skipped["judge"] = "Ollama does not answer or lacks the model; the judge is optional"
    cases |= {f"retrieval.{name}": found for name, found in suites["retrieval"].pop("cases").items()}
    figures = {name: {**vars(interval([*found.values()])), "n": len(found)} for name, found in cases.items() if found}
    return {
        "figures": figures | suite_figures(suites),
        "cases": cases,
        "slices": slices(results, settings.company_dir),
        "suites": suites,
        "skipped": skipped,
        "answers": [_answer(each) for each in results],
    }


def golden_cases(results: Sequence[Result]) -> dict[str, Cases]:
    """Return each figure of the golden set as its value for each case it counts."""
    named = {each.case.id or str(number): each for number, each in enumerate(results)}
    sent = {name: each for name, each in named.items() if each.outcome == "answered"}
    wanted = {name: each for name, each in named.items() if each.case.outcome == "answered"}
    short = {name: each.brevity for name, each in named.items() if each.brevity}
    return {
        "golden.accuracy": {name: float(not each.problems) for name, each in named.items()},
        "golden.accuracy_lenient": {name: float(each.lenient) for name, each in named.items()},
        "golden.intent_accuracy": {
            name: float(e.intent == e.case.intent) for name, e in named.items() if e.case.intent
        },
        "golden.automatic_share": {name: float(each.outcome == "answered") for name, each in wanted.items()},
        "golden.automatic_precision": {name: float(not each.problems) for name, each in sent.items()},
        "golden.no_leak": {name: float(not each.leaks) for name, each in named.items()},
        "golden.answer_first": {name: float(each.answer_first) for name, each in short.items()},
        "golden.needed_pieces": {name: 1 - each.superfluous_pieces for name, each in short.items()},
        "golden.needed_words": {name: 1 - each.superfluous_words for name, each in short.items()},
    }


def suite_figures(suites: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the shares that suites give without their cases, each with Wilson's interval for its ``n``.

    What was measured on nothing has no figure: a few questions of one's own may have nothing to alter.
    """
    counted = {
        "intents": ("n", ("accuracy", "macro_f1", "in_scope_accuracy")),
        "stackfaq": ("n", ("hit@1", "hit@3", "ndcg@10")),
        "guard": ("n", ("recall", "precision")),
    }
    found = {
        f"{suite}.{key}": wilson(float(suites[suite][key]), int(suites[suite][n]))
        for suite, (n, keys) in counted.items()
        for key in keys
        if suites.get(suite, {}).get(key) is not None and suites[suite][n]
    }
    if (grounding := suites.get("grounding")) and grounding["n_altered"] and grounding["n_controls"]:
        found["grounding.caught"] = wilson(grounding["caught"], grounding["n_altered"])
        found["grounding.kept"] = wilson(1 - grounding["false_alarms"], grounding["n_controls"])
    if (fairness := suites.get("fairness")) and fairness["questions"]:
        found["fairness.worst_ratio"] = wilson(min(1.0, fairness["worst_ratio"]), fairness["questions"])
    return found


def wilson(share: float, n: int, z: float = 1.96) -> dict[str, float]:
    """Return a share with Wilson's 95 % interval (1927)."""
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * ((share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5) / (1 + z * z / n)
    return {
        "value": round(share, 4),
        "low": round(max(0.0, middle - half), 4),
        "high": round(min(1.0, middle + half), 4),
        "n": n,
    }


def slices(results: Sequence[Result], company_dir: Path) -> dict[str, list[dict[str, Any]]]:
    """Return rows of name, n, accuracy with interval, share sent without a person, for each way to slice."""
    people = json.loads((company_dir / "people.json").read_text(encoding="utf-8"))
    groups = {each["username"]: " ".join(filter(None, (each["role"], each.get("department")))) for each in people}
    ways: dict[str, Callable[[Result], str]] = {
        "slice": lambda each: each.case.slice,
        "language": lambda each: each.language or "unknown",
        "sentiment": lambda each: each.sentiment or "unknown",
        "customer group": lambda each: each.case.group or groups.get(each.case.user, "customer"),
        "expected outcome": lambda each: each.case.outcome,
    }
    return {way: [_slice(name, mine) for name, mine in _grouped(results, key)] for way, key in ways.items()}


def stackfaq_retrieval() -> Mapping[str, Any]:
    """Search 125 public FAQ threads for 1,249 paraphrases. Raises ``DataSetMissingError``."""
    with tempfile.TemporaryDirectory(prefix="holdfast-eval-") as name:
        return evaluate_retrieval(*write_stackfaq(Path(name), shared_data("stackfaq")))


def guard_figures(results: Sequence[Result]) -> Mapping[str, Any]:
    """Screen the golden questions, which are ordinary, and public attacks. Raises ``DataSetMissingError``."""
    with tempfile.TemporaryDirectory(prefix="holdfast-eval-") as name:
        questions = [each.case.question for each in results]
        return evaluate_guard(write_guard_cases(Path(name) / "cases.jsonl", questions, shared_data("llm_guard_cases")))


def _grouped(results: Sequence[Result], key: Callable[[Result], str]) -> list[tuple[str, list[Result]]]:
    return [(name, [each for each in results if key(each) == name]) for name in sorted({key(each) for each in results})]


def _slice(name: str, results: Sequence[Result]) -> dict[str, Any]:
    return {
        "name": name,
        **vars(interval([float(not each.problems) for each in results])),
        "automatic": round(sum(each.outcome == "answered" for each in results) / len(results), 4),
        "n": len(results),
    }


def _answer(result: Result) -> dict[str, Any]:
    """What the plots need of one case: was the draft right, whoever sends it, and how sure was the agent."""
    return {
        "id": result.case.id,
        "expected": result.case.outcome,
        "outcome": result.outcome,
        "intent": result.case.intent,
        "said_intent": result.intent,
        "confidence": result.confidence_score,
        "right": result.lenient,
    }
