from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from activities.models.answer_cache import AnswerCache, may_share, said_exactly
from activities.models.embedding import MiniLmEmbedder
from activities.ports import ReadScope
from activities.records.answer_tables import KeptAnswer
from activities.records.database import DatabaseUnavailableError
from graphs.state import SupportState

D1, D2 = ({"chunk_id": f"d:{version}:0", "document_id": "d"} for version in (1, 2))
PUBLIC = ReadScope(("public",))


@dataclass
class Store:
    """Answers in memory; ``state`` is that of the knowledge."""

    kept: list[KeptAnswer] = field(default_factory=list)
    state: str = "1"
    down: bool = False

    async def list_for(self, key: str) -> list[KeptAnswer]:
        return [each for each in self.kept if each.key == key]

    async def keep(self, answer: KeptAnswer) -> None:
        self.kept.append(answer)

    async def knowledge_state(self) -> str:
        if self.down:
            raise DatabaseUnavailableError("away")
        return self.state


def turn(question: str, **changes: Any) -> SupportState:
    classification = {
        "intent": "shipping",
        "language": "en",
        "risk": "low",
        "small_talk": "",
        "question": question,
    }
    citation = {
        "document_id": "d",
        "title": "Shipping",
        "version": 1,
        "chunk_id": "d:1:0",
        "quote": "x",
        "start": 0,
        "end": 1,
    }
    state: dict[str, Any] = {
        "turn_id": "t",
        "user_id": "ada",
        "message": question,
        "history": [],
        "guard": {"redacted": [], "injection_flagged": False},
        "classification": classification | changes.pop("classification", {}),
        "passages": [{"chunk_id": "d:1:0", "document_id": "d"}],
        "draft": {"text": "Three days [1].", "citations": [citation], "engine": "ollama", "route": {"tries": []}},
    }
    return state | changes  # type: ignore[return-value]  # the parts that the cache reads


class Readers:
    """Everybody reads the same, until a test says otherwise."""

    scope = PUBLIC

    async def scope_of(self, person_id: str) -> ReadScope:
        return self.scope


@pytest.fixture
def readers() -> Readers:
    return Readers()


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def cache(store: Store, readers: Readers, minilm: MiniLmEmbedder) -> AnswerCache:
    cache = AnswerCache(store, readers, minilm, ["small"])
    await cache.keep("t1", turn("How long does shipping to Germany take?"))
    return cache


async def found(cache: AnswerCache, question: str, **changes: Any) -> bool:
    return await cache.find(turn(question, **changes)) is not None


async def test_a_like_question_gets_the_answer_and_is_marked(cache: AnswerCache) -> None:
    draft = await cache.find(turn("How long does shipping to Germany take"))
    assert draft is not None
    assert (draft["text"], draft["cached"], "route" in draft) == ("Three days [1].", True, False)


@pytest.mark.parametrize(
    "question",
    [
        "How long does shipping to Austria take?",
        "How long does shipping 3 parcels to Germany take?",
        "How long does shipping to Germany not take?",
        "Why was my card declined?",
    ],
)
async def test_another_place_figure_negation_or_meaning_is_another_question(cache: AnswerCache, question: str) -> None:
    assert not await found(cache, question)


async def test_other_rights_find_nothing(cache: AnswerCache, readers: Readers) -> None:
    readers.scope = replace(PUBLIC, partitions=("public", "internal.billing"))
    assert not await found(cache, "How long does shipping to Germany take?")


async def test_a_change_of_the_knowledge_ends_all_answers_of_before(cache: AnswerCache, store: Store) -> None:
    store.state = "2"
    assert not await found(cache, "How long does shipping to Germany take?")


async def test_an_answer_whose_passages_were_not_retrieved_again_is_not_given(cache: AnswerCache) -> None:
    assert not await found(cache, "How long does shipping to Germany take?", passages=[D2])


async def test_an_answer_is_not_given_when_the_search_puts_another_document_first(cache: AnswerCache) -> None:
    other = {"chunk_id": "e:1:0", "document_id": "e"}
    asked = "How long does shipping to Germany take?"
    assert await found(cache, asked, passages=[D1, other])
    assert not await found(cache, asked, passages=[other, D1])
    assert not await found(cache, asked, passages=[])


async def test_records_that_are_away_are_an_empty_cache(cache: AnswerCache, store: Store) -> None:
    store.down = True
    assert not await found(cache, "How long does shipping to Germany take?")
    await cache.keep("t2", turn("Where is it?"))
    assert len(store.kept) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"classification": {"risk": "high"}},
        {"classification": {"small_talk": "thanks"}},
        {"guard": {"redacted": ["EMAIL_ADDRESS"], "injection_flagged": False}},
        {"guard": {"redacted": [], "injection_flagged": True}},
        {"history": [{"message": "Hi", "answer": "Hello", "intent": "small_talk"}]},
        {"message": "Where is my order?"},
        {"redrafts": 1},
    ],
)
async def test_risky_personal_and_dependent_questions_are_neither_kept_nor_answered(
    cache: AnswerCache, store: Store, changes: dict[str, Any]
) -> None:
    question = "How long does shipping to Germany take?"
    assert not may_share(turn(question, **changes))
    assert not await found(cache, question, **changes)
    await cache.keep("t2", turn(question, **changes))
    assert len(store.kept) == 1


async def test_the_embedded_engines_answers_are_not_kept(cache: AnswerCache, store: Store) -> None:
    state = turn("What does it cost?")
    state["draft"]["engine"] = "embedded"
    await cache.keep("t2", state)
    assert len(store.kept) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Is it 30 days?", "is it 30 days", True),
        ("Is it 30 days?", "Is it 14 days?", False),
        ("Can I pay?", "Can't I pay?", False),
        ("What is error TC-4012?", "What is error TC-4013?", False),
    ],
)
def test_figures_names_and_negations_are_compared_letter_by_letter(one: str, other: str, same: bool) -> None:
    assert (said_exactly(one) == said_exactly(other)) == same
