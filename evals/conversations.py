"""Whole conversations over the sample company: each message is asked after what the agent itself said before.

The golden questions bring their history along, short and right. Here it is what a customer would have read, with its
length and its mistakes, and later messages are short, lean on it, repeat it or leave it.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from evals.golden import Ask, Case, Result, asking
from evals.question_file import read_lines
from graphs.state import Exchange

SHIPPED = Path(__file__).parent / "datasets" / "conversations.jsonl"
OPEN = "answered"


class Conversation(BaseModel):
    """Turns in their order; ``evals/datasets/README.md`` describes the keys."""

    id: str
    turns: list[Case]


async def evaluate_conversations(data: Path | None = None) -> dict[str, Any]:
    """Hold all conversations of ``data`` (the shipped ones without it).

    Returns, for ``first`` messages and for ``later`` ones, ``n``, ``right`` (the share that was answered or held as
    expected), ``sent`` (the share that was sent without a person), ``sent_right`` (of these), and ``repeats``: of what
    was sent later, the share that quotes nothing that had not been quoted; and ``failures``.
    Raises ``QuestionFileError``.
    """
    conversations = read_conversations(data or SHIPPED)
    async with asking() as ask:
        return conversation_figures(await asyncio.gather(*(hold(each, ask) for each in conversations)))


def read_conversations(path: Path) -> list[Conversation]:
    """Return the conversations of a JSONL file. Raises ``QuestionFileError``."""
    return read_lines(path, Conversation, "conversations")


async def hold(conversation: Conversation, ask: Ask) -> list[Result]:
    """Ask one message after the other; the history is what was answered. A held draft counts as sent by a person."""
    history: list[Exchange] = []
    results = []
    for number, turn in enumerate(conversation.turns, 1):
        turn_id = turn.id or f"{conversation.id}.{number}"
        result = await ask(turn.model_copy(update={"id": turn_id, "history": list(history)}))
        history.append(_exchange(turn, result))
        results.append(result)
    return results


def _exchange(turn: Case, result: Result) -> Exchange:
    """What the customer read: the answer, or of a case that was handed over what a person might say first."""
    if result.outcome == "handoff":
        return Exchange(message=turn.question, answer=result.named, intent=result.intent)
    return Exchange(message=turn.question, answer=result.text, intent=result.intent, topic=result.topic)


def conversation_figures(held: Sequence[Sequence[Result]]) -> dict[str, Any]:
    """Return the figures of ``evaluate_conversations``."""
    first = [results[0] for results in held]
    later = [result for results in held for result in results[1:]]
    repeated = [_repeats(result, results[:place]) for results in held for place, result in enumerate(results) if place]
    sent_again = [again for again, result in zip(repeated, later, strict=True) if _sent(result)]
    return {
        "conversations": len(held),
        "first": _figures(first),
        "later": {**_figures(later), "repeats": _share(sent_again)},
        "failures": [_failure(result) for result in [*first, *later] if not right(result)],
    }


def right(result: Result) -> bool:
    """Say whether a turn ended as it should: an answer as expected, or a person where one is expected.

    Whether that person gets a draft to look at or the whole case makes no difference here, and a right draft that is
    looked at first is right.
    """
    case = result.case
    if _small(result):
        return True
    if case.outcome != OPEN:
        return result.outcome != OPEN
    return not [each for each in result.problems if not (result.outcome == "review" and each.startswith("outcome "))]


def _figures(results: Sequence[Result]) -> dict[str, Any]:
    asked = [each for each in results if not _small(each)]
    sent = [each for each in asked if _sent(each)]
    return {
        "n": len(asked),
        "right": _share([right(each) for each in asked]),
        "sent": _share([_sent(each) for each in asked]),
        "sent_right": _share([right(each) for each in sent]),
        "outcomes": dict(Counter(each.outcome for each in asked)),
    }


def _small(result: Result) -> bool:
    """A turn that names no source and no words is only there for what follows: it is not counted."""
    case = result.case
    return case.outcome == OPEN and not case.sources and not case.must_contain


def _sent(result: Result) -> bool:
    return result.outcome == OPEN and not _small(result)


def _repeats(result: Result, before: Sequence[Result]) -> bool:
    said = {quote for each in before for quote in each.quotes}
    return bool(result.quotes) and set(result.quotes) <= said


def _failure(result: Result) -> dict[str, Any]:
    return {
        "id": result.case.id,
        "question": result.case.question,
        "outcome": result.outcome,
        "problems": result.problems,
        "confidence_score": result.confidence_score,
        "text": result.text,
    }


def _share(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
