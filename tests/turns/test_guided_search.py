"""Known sections come near the front of what a search finds, and only what the reader may read."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from activities.guided_search import GuidedSearch
from activities.models.known_sections import Section
from activities.nodes import WARM_UP
from activities.ports import Findings, Passage, ReadScope, SearchMode, SearchResult

PUBLIC = ReadScope(("public",))
NOTHING = ReadScope(())


def passage(name: str, heading: str, score: float) -> Passage:
    scores = {"score": score, "dense_score": score, "lexical_score": score}
    return replace(WARM_UP, chunk_id=name, title="Contact us", heading=heading, **scores)


HOURS = passage("hours", "Contact us > Hours", 0.9)
FOUND = [passage("cases", "Contact us > Cases", 0.5), passage("post", "Contact us > Post", 0.4)]


class Shelf:
    """A search that finds two passages, and a section by its name; nothing for who may read nothing."""

    def __init__(self, found: Sequence[Passage] = FOUND) -> None:
        self.found = list(found)
        self.asked: list[str] = []

    async def search(self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid") -> SearchResult:
        self.asked.append(query)
        if not scope.partitions:
            return SearchResult([], 3)
        return SearchResult([HOURS, *self.found] if "Hours" in query else self.found[:k], 3)

    async def find(
        self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid", spelling: bool = True
    ) -> Findings:
        return Findings(self.found[:k], query if spelling else f"{query} ({mode})")

    def highlights(self, query: str, text: str) -> list[tuple[int, int]]:
        return [(0, len(query)), (0, len(text))]

    async def passages(self, chunk_ids: Sequence[str], scope: ReadScope) -> list[Passage]:
        return [each for each in self.found if each.chunk_id in chunk_ids and scope.partitions]


class Known:
    """Knows of one section."""

    def __init__(self, score: float) -> None:
        self._score = score

    def near(self, question: str) -> list[Section]:
        return [Section("Contact us", "Hours", self._score)] if "open" in question else []


async def searched(question: str, scope: ReadScope = PUBLIC, k: int = 8, shelf: Shelf | None = None) -> SearchResult:
    return await GuidedSearch(shelf or Shelf(), Known(0.8)).search(question, scope, k=k)


async def test_the_section_comes_second_and_scores_by_its_nearness() -> None:
    found = await searched("when are you open")
    assert [each.chunk_id for each in found.passages] == ["cases", "hours", "post"]
    assert found.passages[1].score == pytest.approx(0.8 * 0.5)
    assert found.denied_count == 3


async def test_what_was_found_anyway_keeps_its_better_score() -> None:
    shelf = Shelf([passage("cases", "Contact us > Cases", 0.5), replace(HOURS, score=0.45)])
    found = await searched("when are you open", shelf=shelf)
    assert [(each.chunk_id, each.score) for each in found.passages] == [("cases", 0.5), ("hours", 0.45)]
    assert shelf.asked == ["when are you open"], "it need not be searched for"


async def test_no_more_passages_than_asked_for() -> None:
    assert [each.chunk_id for each in (await searched("when are you open", k=2)).passages] == ["cases", "hours"]


async def test_other_questions_are_searched_once() -> None:
    shelf = Shelf()
    assert (await searched("where is my parcel", shelf=shelf)).passages == FOUND
    assert shelf.asked == ["where is my parcel"]


async def test_who_may_read_nothing_finds_nothing() -> None:
    shelf = Shelf()
    assert (await searched("when are you open", NOTHING, shelf=shelf)).passages == []
    assert shelf.asked == ["when are you open"]


async def test_all_else_is_left_to_the_search() -> None:
    shelf = Shelf()
    guided = GuidedSearch(shelf, Known(0.8))
    assert await guided.find("when are you open", PUBLIC, k=1, mode="dense", spelling=False) == Findings(
        FOUND[:1], "when are you open (dense)"
    )
    assert guided.highlights("open", "We are open.") == [(0, 4), (0, 12)]
    assert await guided.passages(["post"], PUBLIC) == [FOUND[1]]
    assert await guided.passages(["post"], NOTHING) == []
