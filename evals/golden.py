"""Known questions over the sample company, asked of the real graph with its real adapters.

A case is right when its outcome is the expected one, an expected source is cited, everything in ``must_contain``
stands in the answer (or in the draft that a reviewer sees), and nothing in ``must_not_contain`` reaches the customer.
The embedded engine answers, so that figures do not depend on a model server.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Literal, cast

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph.state import CompiledStateGraph
from pydantic import BaseModel

from activities.guard.message import MessageGuard
from activities.guard.output import OutputCheck
from activities.guard.personal_data import PersonalData
from activities.guided_search import GuidedSearch
from activities.models.classifier import IntentClassifier
from activities.models.embedded import EmbeddedEngine
from activities.models.embedding import MiniLmEmbedder
from activities.models.model_store import chosen_messages
from activities.models.ready_made import TEMPLATE
from activities.nodes import SupportNodes
from activities.policies import CurrentPolicy
from activities.settings import Settings
from evals.brevity import Brevity, brevity
from evals.brevity import figures as to_the_point
from evals.company import Indexed, company_uploads, indexed
from evals.embedding import evaluation_embedder
from evals.question_file import read_lines
from evals.readers import FixedReaders
from evals.reliability import figures as honesty
from graphs.notices import notice
from graphs.policy import judge, notice_kind
from graphs.state import Exchange, SupportState
from graphs.support import build_support_graph

SHIPPED = Path(__file__).parent / "datasets" / "golden.jsonl"
AT_ONCE = 4
OUTCOMES = {"review": "review", "handoff": "handoff", None: "answered"}
Expected = Literal["answered", "review", "handoff"]


class Case(BaseModel):
    """One golden question; ``evals/datasets/README.md`` describes the keys."""

    id: str = ""
    question: str
    history: list[Exchange] = []
    user: str
    intent: str = ""
    sources: list[str] = []
    outcome: Expected
    must_contain: list[str] = []
    must_not_contain: list[str] = []
    slice: str = "all"
    group: str = ""
    """What the customer is, where the question says so."""


class Result(BaseModel):
    """What happened to one case; ``problems`` is empty when it is right."""

    case: Case
    outcome: str
    intent: str
    confidence_score: float
    text: str
    quotes: list[str] = []
    """The words that each citation of the draft stands on, in the order of its marks."""
    topic: str = ""
    """The title of the document that the draft quotes first."""
    language: str = ""
    sentiment: str = ""
    named: str = ""
    """What who is handed over reads, where it names what the documents say nearest."""
    drafted: bool = False
    """An answer from documents was written and only the confidence decided about it."""
    draft_right: bool = False
    leaks: list[str]
    problems: list[str]
    brevity: Brevity | None = None
    """How much of a right draft is needed."""

    @property
    def lenient(self) -> bool:
        """Right, or right but for a person who looks first."""
        held = self.case.outcome == "answered" and self.outcome == "review"
        return not self.problems or (held and len(self.problems) == 1)


Ask = Callable[[Case], Awaitable[Result]]


async def evaluate_golden(data: Path | None = None) -> dict[str, Any]:
    """Ask all questions of ``data`` (the shipped ones without it) and compare.

    Returns ``accuracy``, ``accuracy_lenient`` (a right draft that a person looks at first counts), ``n``,
    ``intent_accuracy`` (where a case names an intent), ``slices`` (name -> accuracy and n),
    ``outcomes`` (expected -> actual -> count),
    ``automatic_share`` and ``escalation`` of answerable questions, ``automatic_precision`` of what was sent alone,
    ``nearest_named`` (of those handed over, the share that is told what the documents say nearest),
    ``calibration_error``, ``reliability`` and ``risk_coverage`` of the drafts, how much of a right draft is needed
    (``evals.brevity``), ``forbidden_leaks``, ``failures``.
    Raises ``QuestionFileError``.
    """
    return golden_figures(await ask_cases(read_cases(data or SHIPPED)))


async def ask_cases(cases: Sequence[Case]) -> list[Result]:
    """Ask each case of a graph over the sample company, and return what happened, in order."""
    async with asking() as ask:
        return await asyncio.gather(*(ask(case) for case in cases))


@asynccontextmanager
async def asking() -> AsyncIterator[Ask]:
    """Open the sample company and yield what asks one case of it, ``AT_ONCE`` at a time."""
    settings = Settings()
    embedder = evaluation_embedder()
    async with indexed(company_uploads(settings.company_dir), embedder) as knowledge:
        graph = build_support_graph(_nodes(settings, embedder, knowledge)).compile(checkpointer=InMemorySaver())
        guard = MessageGuard(embedder)
        turns, numbers = asyncio.Semaphore(AT_ONCE), count()

        async def ask(case: Case) -> Result:
            async with turns:
                return await _ask(graph, guard, knowledge, next(numbers), case)

        yield ask


def read_cases(path: Path) -> list[Case]:
    """Return the cases of a JSONL file. Raises ``QuestionFileError``."""
    return read_lines(path, Case, "golden questions")


def _nodes(settings: Settings, embedder: MiniLmEmbedder, knowledge: Indexed) -> SupportNodes:
    company = settings.company_dir
    messages = chosen_messages(settings.data_dir, company / "intents.csv")
    classifier = IntentClassifier(
        embedder, messages, company / "intents.json", settings.cache_dir, settings.refund_limit
    )
    return SupportNodes(
        policies=CurrentPolicy(refund_limit=settings.refund_limit, stop_file=company / "no-such-file"),
        readers=FixedReaders(company / "people.json", knowledge),
        classifier=classifier,
        knowledge=GuidedSearch(knowledge.search, classifier.sections),
        embedded=EmbeddedEngine(classifier.sections.vectors, classifier, classifier.sections.asked),
        checker=OutputCheck(embedder, PersonalData().redact),
    )


async def _ask(
    graph: CompiledStateGraph[SupportState, None, SupportState, SupportState],
    guard: MessageGuard,
    knowledge: Indexed,
    number: int,
    case: Case,
) -> Result:
    cleaned = await asyncio.to_thread(guard.redact, case.question)
    mark = await asyncio.to_thread(guard.screen, case.question)
    state = SupportState(
        turn_id=f"golden.{number}",
        conversation_id=f"golden-{number}",
        user_id=case.user,
        message=cleaned.text,
        history=case.history,
        guard={**mark, "redacted": cleaned.entities},
    )
    found: dict[str, Any] = await graph.ainvoke(state, {"configurable": {"thread_id": str(number)}})
    interrupts = found.get("__interrupt__", ())
    kind = interrupts[0].value["kind"] if interrupts else None
    return judge_case(case, found, OUTCOMES[kind], knowledge.sources)


def judge_case(case: Case, state: dict[str, Any], outcome: str, origins: dict[str, str]) -> Result:
    """Compare a finished state with the case; ``origins`` gives the source of each document id."""
    draft = state.get("draft") or {"text": "", "citations": [], "model": ""}
    shown = state["reply"]["text"] if "reply" in state else ""
    origin = [origins.get(each["document_id"], "") for each in draft["citations"]]
    quotes = [each["quote"] + each["title"] for each in draft["citations"]] if shown else []
    named = _named(state) if outcome == "handoff" else ""
    leaks = [each for each in case.must_not_contain if _holds(" ".join([shown, named, *quotes]), each)]
    problems = [f"leaks {each!r}" for each in leaks]
    if outcome != case.outcome:
        problems.append(f"outcome {outcome}, expected {case.outcome}")
    if case.outcome != "handoff":
        text = shown or draft["text"]
        problems += [f"lacks {each!r}" for each in case.must_contain if not _holds(text, each)]
        if case.sources and not set(origin) & set(case.sources):
            problems.append(f"cites {sorted(set(origin))}, expected one of {case.sources}")
    right = case.outcome == "answered" and not [each for each in problems if not each.startswith("outcome ")]
    return Result(
        case=case,
        outcome=outcome,
        intent=state["classification"]["intent"],
        confidence_score=judge(cast("SupportState", state))["confidence_score"],
        text=shown or draft["text"],
        quotes=[each["quote"] for each in draft["citations"]],
        topic=draft["citations"][0]["title"] if draft["citations"] else "",
        language=state["classification"]["language"],
        sentiment=state["classification"]["sentiment"],
        named=named,
        drafted=bool(draft["text"]) and draft["model"] != TEMPLATE and case.outcome != "review",
        draft_right=right,
        leaks=leaks,
        problems=problems,
        brevity=brevity(draft["text"], partial(_expected, case, origin)) if right else None,
    )


def _expected(case: Case, origin: Sequence[str], text: str, number: int) -> bool:
    """Whether a part of the draft has one of the strings that are wanted, and quotes a source that may say so."""
    known = not case.sources or origin[number - 1] in case.sources
    return known and any(_holds(text, each) for each in case.must_contain)


def _named(state: dict[str, Any]) -> str:
    nearest = state.get("nearest")
    return notice(notice_kind(cast("SupportState", state)), None, nearest) if nearest else ""


def golden_figures(results: Sequence[Result]) -> dict[str, Any]:
    """Return the figures of ``evaluate_golden``."""
    slices = sorted({each.case.slice for each in results})
    named = [each for each in results if each.case.intent]
    return {
        "accuracy": _share(not each.problems for each in results),
        "accuracy_lenient": _share(each.lenient for each in results),
        "n": len(results),
        **({"intent_accuracy": _share(each.intent == each.case.intent for each in named)} if named else {}),
        "slices": {name: _slice([each for each in results if each.case.slice == name]) for name in slices},
        "outcomes": {
            expected: dict(Counter(each.outcome for each in results if each.case.outcome == expected))
            for expected in sorted({each.case.outcome for each in results})
        },
        **_sent(results),
        "forbidden_leaks": sum(bool(each.leaks) for each in results),
        "failures": [
            {
                "id": each.case.id,
                "question": each.case.question,
                "problems": each.problems,
                "confidence_score": each.confidence_score,
                "text": each.text,
            }
            for each in results
            if each.problems
        ],
    }


def _sent(results: Sequence[Result]) -> dict[str, Any]:
    """What was sent alone and how much of it was right, and how honest the confidence in each draft was."""
    alone = [each for each in results if each.outcome == "answered"]
    answerable = [each for each in results if each.case.outcome == "answered"]
    drafted = [each for each in results if each.drafted]
    return {
        "automatic_share": _share(each.outcome == "answered" for each in answerable),
        "automatic_precision": _share(not each.problems for each in alone),
        "nearest_named": _share(bool(each.named) for each in results if each.outcome == "handoff"),
        "escalation": _share(each.outcome == "handoff" for each in answerable),
        **to_the_point([each.brevity for each in results if each.brevity]),
        **honesty([each.confidence_score for each in drafted], [each.draft_right for each in drafted]),
    }


def _slice(results: Sequence[Result]) -> dict[str, float]:
    return {
        "accuracy": _share(not each.problems for each in results),
        "accuracy_lenient": _share(each.lenient for each in results),
        "n": len(results),
    }


def _share(values: Iterable[bool]) -> float:
    kept = list(values)
    return round(sum(kept) / len(kept), 4) if kept else 0.0


def _holds(text: str, wanted: str) -> bool:
    return "".join(wanted.lower().split()) in "".join(text.lower().split())
