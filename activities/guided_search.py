"""A search that also looks at sections known to answer such a question; rights act inside each search."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from activities.models.asked import section_of
from activities.models.known_sections import KnownSections, Section
from activities.ports import Findings, Knowledge, Passage, ReadScope, SearchMode, SearchResult

LOOKED_AT = 16
"""Passages of a search for a section; it is found by its own title and heading."""
PLACE = 1
"""Where its passages stand: after the first, which may be the answer itself."""


class GuidedSearch:
    """``ports.Knowledge`` that adds passages of known sections to those that a search finds by itself."""

    def __init__(self, knowledge: Knowledge, sections: KnownSections) -> None:
        self._knowledge = knowledge
        self._sections = sections

    async def search(self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid") -> SearchResult:
        """Return what ``Knowledge.search`` does, with passages of known sections near the front."""
        found = await self._knowledge.search(query, scope, k=k, mode=mode)
        sections = await asyncio.to_thread(self._sections.near, query)
        if not sections or not found.passages:
            return found
        known = [each for section in sections for each in await self._of(section, found.passages, scope)]
        return replace(found, passages=with_known(found.passages, known, k))

    async def _of(self, section: Section, found: Sequence[Passage], scope: ReadScope) -> list[Passage]:
        """The passages of a section, scored like the best found by how near the known question is."""
        if own := _in_section(found, section):
            return [raised(each, found[0], section.score) for each in own]
        near = (await self._knowledge.search(f"{section.title}. {section.heading}", scope, k=LOOKED_AT)).passages
        unscored = [replace(each, score=0.0, dense_score=0.0, lexical_score=0.0) for each in near]
        return [raised(each, found[0], section.score) for each in _in_section(unscored, section)]

    async def find(
        self, query: str, scope: ReadScope, *, k: int = 8, mode: SearchMode = "hybrid", spelling: bool = True
    ) -> Findings:
        """Return what a search finds by itself."""
        return await self._knowledge.find(query, scope, k=k, mode=mode, spelling=spelling)

    def highlights(self, query: str, text: str) -> list[tuple[int, int]]:
        """Return where words of a question stand in a text."""
        return self._knowledge.highlights(query, text)

    async def passages(self, chunk_ids: Sequence[str], scope: ReadScope) -> list[Passage]:
        """Return the texts of known passages."""
        return await self._knowledge.passages(chunk_ids, scope)


def _in_section(passages: Sequence[Passage], section: Section) -> list[Passage]:
    return [each for each in passages if (each.title, section_of(each)) == (section.title, section.heading)]


def raised(passage: Passage, best: Passage, nearness: float) -> Passage:
    """Return the passage with at least ``nearness`` times the scores of the best one."""
    return replace(
        passage,
        score=max(passage.score, nearness * best.score),
        dense_score=max(passage.dense_score, nearness * best.dense_score),
        lexical_score=max(passage.lexical_score, nearness * best.lexical_score),
    )


def with_known(found: Sequence[Passage], known: Sequence[Passage], most: int) -> list[Passage]:
    """Return the passages found, those known among them near the front, each once, at most ``most``."""
    front = {each.chunk_id: each for each in known}
    rest = [each for each in found if each.chunk_id not in front]
    first = [each for each in found[:PLACE] if each.chunk_id not in front]
    return [*first, *front.values(), *rest[len(first) :]][:most]
