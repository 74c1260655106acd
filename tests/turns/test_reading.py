"""A later message is read alone or about what was said, by what the documents answer to each reading."""

from collections.abc import Sequence
from typing import Any, cast

import pytest

from activities.nodes import SupportNodes
from activities.ports import Passage, ReadScope, SearchResult
from activities.reading import Found, read
from graphs.state import Classification, Reading, SupportState
from tests.models.passages import make_passage

ALONE, IN_CONTEXT = "can I encrypt it?", "can I encrypt it (work phone) (Pocket SSD)"
CLOUD = make_passage("Files are encrypted.", document="cloud")
DISK = make_passage("Press Set password.", document="disk")


def reading(score: float = 0.5, question: str = ALONE) -> Reading:
    return Reading(
        intent="privacy_data", intent_score=score, department="legal", risk="low", risk_reason="",
        out_of_scope_score=0.0, question=question,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("message", "certainty", "alone", "in_context", "expected"),
    [
        ("can I encrypt it?", 0.99, 0.96, 0.54, "in context"),
        ("can I encrypt it?", 0.99, 0.96, 0.10, "alone"),
        ("how long does the check take", 0.38, 0.92, 0.67, "in context"),
        ("Do you have a discount for students?", 0.99, 0.99, 0.84, "alone"),
        ("In which countries are my files stored on your disks?", 0.6, 0.85, 0.39, "alone"),
        ("In which countries are my files stored on your disks?", 0.6, 0.85, 0.82, "in context"),
        ("It was about 2 weeks ago actually, is that still possible?", 0.6, 0.06, 0.82, "in context"),
        ("what now", 0.2, 0.0, 0.0, "in context"),
    ],
)
async def test_a_message_that_says_little_is_about_what_was_said(
    message: str, certainty: float, alone: float, in_context: float, expected: str
) -> None:
    scores = {"alone": alone, "in context": in_context}

    async def search(asked: str) -> Found:
        return [], 0

    async def support(asked: str, passages: Sequence[Passage]) -> float:
        return scores[asked]

    asked = cast(Classification, {**reading(certainty, "in context"), "alone": reading(certainty, "alone")})
    found, _ = await read(message, asked, search, support)
    assert found["question"] == expected


async def test_the_other_reading_is_not_searched_when_the_likelier_one_is_clear() -> None:
    searched: list[str] = []

    async def search(asked: str) -> Found:
        searched.append(asked)
        return [], 0

    async def support(asked: str, passages: Sequence[Passage]) -> float:
        return 0.98

    asked = cast(Classification, {**reading(0.5, "in context"), "alone": reading(0.5, "alone")})
    await read("can I encrypt it?", asked, search, support)
    await read("In which countries are my files stored on your disks?", asked, search, support)
    assert searched == ["in context", "alone"]


class Shelf:
    async def search(self, text: str, scope: ReadScope, *, k: int) -> SearchResult:
        return SearchResult([CLOUD], 1) if text == ALONE else SearchResult([DISK], 2)


class Everybody:
    async def scope_of(self, person_id: str) -> ReadScope:
        return ReadScope(("public",))


class Engine:
    def __init__(self, support: dict[str, float]) -> None:
        self.support = support

    async def draft(self, question: str, passages: list[Passage], history: list[Any], **_: str) -> dict[str, float]:
        return {"support_score": self.support[question]}


@pytest.mark.parametrize(
    ("support", "question", "document", "denied"),
    [({ALONE: 0.9, IN_CONTEXT: 0.8}, IN_CONTEXT, "disk", 2), ({ALONE: 0.9, IN_CONTEXT: 0.1}, ALONE, "cloud", 1)],
)
async def test_the_reading_that_the_documents_answer_is_kept_with_its_passages(
    support: dict[str, float], question: str, document: str, denied: int
) -> None:
    nodes = SupportNodes(
        policies=cast(Any, None), readers=Everybody(), classifier=cast(Any, None), knowledge=cast(Any, Shelf()),
        embedded=cast(Any, Engine(support)), checker=cast(Any, None),
    )  # fmt: skip
    classification = {**reading(0.9, IN_CONTEXT), "intent": "hardware_setup", "alone": reading()}
    state = cast(SupportState, {"user_id": "ada", "message": ALONE, "classification": classification})
    update = await nodes.retrieve(state)
    read = update.get("classification", classification)
    assert (read["question"], [each["document_id"] for each in update["passages"]]) == (question, [document])
    assert update["denied_count"] == denied
    assert read["intent"] == ("privacy_data" if question == ALONE else "hardware_setup")
