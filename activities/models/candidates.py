"""What may stand in an answer: every unit of the passages, and every list of steps or items as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from activities.models.asked import NONE_ASKED, Asked, answers
from activities.models.focus import views
from activities.models.model_store import Vectors
from activities.models.sentences import Unit, split_units
from activities.models.terms import stems
from activities.ports import Passage

KEPT_PASSAGES = 4_096
"""Passages whose units stay embedded: about 10 kB each."""
WHOLE_CHARACTERS = 320
"""Characters of a candidate that its vector is made of: time grows with length, and what a list is for stands first."""
BEGINNING_CHARACTERS = 300
WHOLE_PASSAGES = 8
LISTED = {"step": "steps", "item": "items"}


@dataclass(frozen=True)
class Candidate:
    """A piece of one passage: a unit, or a whole list when ``members`` has its units."""

    passage: Passage
    unit: Unit
    members: tuple[Unit, ...]
    vector: NDArray[np.float32]
    """Of the unit under its lead."""
    stems: frozenset[str]
    """The stems of its own words."""

    @property
    def kind(self) -> str:
        """``sentence``, ``item``, ``step``, ``row``, or of whole lists ``steps`` and ``items``."""
        return LISTED[self.unit.kind] if self.members else self.unit.kind

    @cached_property
    def stems_in_context(self) -> frozenset[str]:
        """The stems of its own words, its lead and the passage's title and headings."""
        return self.stems | set(stems(f"{self.unit.lead} {self.passage.title} {self.passage.heading}"))


@dataclass(frozen=True)
class PassageUnits:
    """The candidates of one passage, and what its beginning says with title and headings."""

    candidates: tuple[Candidate, ...]
    heading: NDArray[np.float32]
    topics: NDArray[np.float32] | None
    """What the passage is about, as ``Topics`` says it."""
    answers: NDArray[np.float32]
    """Its heading and each question that it is known to answer: ``[n, 384]``."""


class Topics(Protocol):
    """Says what texts are about."""

    def topics(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability of each intent of the company: ``[n, intents]``, rows sum to 1."""
        ...

    def inside(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability that a question is about the company's insides and not for customers: ``[n]``."""
        ...


@dataclass
class _Kept:
    """What is known of a passage: its pieces, and the vectors made so far (by place in ``texts``).

    ``texts`` are those of the pieces, then its beginning, then what it answers.
    """

    pieces: list[tuple[Unit, tuple[Unit, ...]]]
    texts: list[str]
    stems: list[frozenset[str]]
    vectors: dict[int, NDArray[np.float32]]
    topics: NDArray[np.float32] | None = None

    @property
    def beginning(self) -> int:
        """The place of the beginning in ``texts``."""
        return len(self.pieces)


class UnitCache:
    """Splits and embeds passages, each piece once: a passage's id stands for its text for ever."""

    def __init__(self, embedder: Vectors, topics: Topics | None, asked: Asked = NONE_ASKED) -> None:
        """Embed with ``embedder``; ``topics`` says what passages are about, ``asked`` what they are known to answer."""
        self._embedder = embedder
        self._topics = topics
        self._asked = asked
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()

    def of(self, passages: Sequence[Passage], question: str) -> tuple[list[PassageUnits], NDArray[np.float32]]:
        """Return the units of each passage, and the vectors of the question and its ``views``; one run of the embedder.

        Of the passages after the first ``WHOLE_PASSAGES`` only pieces that share a word with the question are taken.
        """
        asked = frozenset(stems(question))
        kept = self._look_up(passages)
        wanted = [_wanted(each, asked, everything=place < WHOLE_PASSAGES) for place, each in enumerate(kept)]
        missing = [
            (each, index)
            for each, indices in zip(kept, wanted, strict=True)
            for index in indices
            if index not in each.vectors
        ]
        seen = views(question)
        vectors = self._embedder.embed([*seen, *(each.texts[index] for each, index in missing)])
        for (each, index), vector in zip(missing, vectors[len(seen) :], strict=True):
            each.vectors[index] = vector
        self._find_topics([each for each in kept if each.topics is None])
        found = [_units(*each) for each in zip(passages, kept, wanted, strict=True)]
        return found, vectors[: len(seen)]

    def _find_topics(self, kept: Sequence[_Kept]) -> None:
        if self._topics and kept:
            vectors = np.stack([each.vectors[each.beginning] for each in kept])
            found = self._topics.topics([each.texts[each.beginning] for each in kept], vectors)
            for each, topics in zip(kept, found, strict=True):
                each.topics = topics

    def _look_up(self, passages: Sequence[Passage]) -> list[_Kept]:
        with self._lock:
            found = [self._kept.get(each.chunk_id) or _prepare(each, self._asked) for each in passages]
            for each in passages:
                self._kept.pop(each.chunk_id, None)
            self._kept.update(zip([each.chunk_id for each in passages], found, strict=True))
            while len(self._kept) > KEPT_PASSAGES:
                del self._kept[next(iter(self._kept))]
        return found


def _prepare(passage: Passage, asked: Asked) -> _Kept:
    pieces = _split(passage)
    texts = [f"{unit.lead}. {unit.text}"[:WHOLE_CHARACTERS] for unit, _ in pieces]
    own = [frozenset(stems(unit.text)) for unit, _ in pieces]
    beginning = f"{passage.title}. {passage.heading}. {passage.text}"[:BEGINNING_CHARACTERS]
    return _Kept(pieces, [*texts, beginning, *answers(passage, asked)], own, {})


def _wanted(kept: _Kept, asked: frozenset[str], *, everything: bool) -> list[int]:
    """Indices of the pieces to look at, of the beginning, and of what the passage answers."""
    pieces = [index for index, own in enumerate(kept.stems) if everything or own & asked]
    return [*pieces, *range(kept.beginning, len(kept.texts))]


def _units(passage: Passage, kept: _Kept, wanted: Sequence[int]) -> PassageUnits:
    candidates = tuple(
        Candidate(passage, *kept.pieces[index], kept.vectors[index], kept.stems[index])
        for index in wanted
        if index < kept.beginning
    )
    answered = np.stack([kept.vectors[index] for index in range(kept.beginning + 1, len(kept.texts))])
    return PassageUnits(candidates, kept.vectors[kept.beginning], kept.topics, answered)


def _split(passage: Passage) -> list[tuple[Unit, tuple[Unit, ...]]]:
    """Every unit, and after the units of a list of two or more the list."""
    found: list[tuple[Unit, tuple[Unit, ...]]] = []
    for _, block in groupby(split_units(passage.text, passage.heading), key=lambda unit: (unit.block, unit.kind)):
        units = tuple(block)
        found += [(unit, ()) for unit in units]
        if len(units) > 1 and units[0].kind in LISTED:
            whole = replace(units[0], end=units[-1].end, text="\n".join(unit.text for unit in units))
            found.append((whole, units))
    return found
