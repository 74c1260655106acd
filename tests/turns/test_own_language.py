"""A guess at what a foreign message asks gives way to documents in its own language."""

from typing import Any, cast

import pytest

from activities.nodes import SupportNodes
from activities.ports import Passage, ReadScope, SearchResult
from graphs.state import SupportState
from tests.models.passages import make_passage

MESSAGE = "Wie lange kann ich eine Bestellung zurückgeben?"
READ_AS = "how many days can I send hardware back"
ENGLISH = make_passage("You can return an order within 30 days of its delivery.", document="en", title="Returns")
GERMAN = make_passage(
    "Sie können eine Bestellung innerhalb von 30 Tagen nach der Lieferung zurückgeben.", document="de", title="Rückgabe"
)


class Shelf:
    """Finds what it was told to find for a text; remembers what it was asked."""

    def __init__(self, found: dict[str, list[Passage]]) -> None:
        self.found = found
        self.asked: list[str] = []

    async def search(self, text: str, scope: ReadScope, *, k: int) -> SearchResult:
        self.asked.append(text)
        return SearchResult(self.found.get(text, []))


class Everybody:
    async def scope_of(self, person_id: str) -> ReadScope:
        return ReadScope(("public",))


def scored(passage: Passage, lexical: float) -> Passage:
    return Passage(**{**passage.__dict__, "lexical_score": lexical, "score": lexical / 2})


async def retrieved(shelf: Shelf, **read: str) -> dict[str, Any]:
    nodes = SupportNodes(
        policies=cast(Any, None), readers=Everybody(), classifier=cast(Any, None), knowledge=cast(Any, shelf),
        embedded=cast(Any, None), checker=cast(Any, None),
    )  # fmt: skip
    classification = {"question": MESSAGE, "language": "de", "language_score": 0.99, **read}
    state = cast(SupportState, {"user_id": "ada", "message": MESSAGE, "classification": classification})
    return await nodes.retrieve(state)


async def test_the_known_question_is_searched_when_no_document_has_the_customers_words() -> None:
    shelf = Shelf({READ_AS: [scored(ENGLISH, 0.6)], MESSAGE: [scored(ENGLISH, 0.1)]})
    update = await retrieved(shelf, question=READ_AS, read_as=READ_AS)
    assert [each["document_id"] for each in update["passages"]] == ["en"]
    assert "classification" not in update


async def test_a_document_in_the_customers_language_is_asked_in_the_customers_words() -> None:
    shelf = Shelf({READ_AS: [scored(ENGLISH, 0.6)], MESSAGE: [scored(GERMAN, 0.7), scored(ENGLISH, 0.1)]})
    update = await retrieved(shelf, question=READ_AS, read_as=READ_AS)
    assert update["passages"][0]["document_id"] == "de"
    assert update["classification"]["question"] == MESSAGE
    assert "read_as" not in update["classification"]


@pytest.mark.parametrize(
    "passage", [scored(GERMAN, 0.2), scored(ENGLISH, 0.8)], ids=["hardly-its-words", "other-language"]
)
async def test_a_chance_find_changes_nothing(passage: Passage) -> None:
    shelf = Shelf({READ_AS: [scored(ENGLISH, 0.6)], MESSAGE: [passage]})
    assert "classification" not in await retrieved(shelf, question=READ_AS, read_as=READ_AS)


async def test_a_message_that_is_read_as_it_stands_is_searched_once() -> None:
    shelf = Shelf({MESSAGE: [scored(GERMAN, 0.7)]})
    await retrieved(shelf)
    assert shelf.asked == [MESSAGE]
