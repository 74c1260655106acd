"""What may stand in an answer: every unit of the passages, and every list of steps or items as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from activities import metrics
from activities.models.asked import NONE_ASKED, Asked
from activities.models.focus import views
from activities.models.model_store import Vectors
from activities.models.pieces import LISTED, Piece, pieces_of, texts_of
from activities.models.sentences import Unit
from activities.models.terms import stems
from activities.ports import Passage

KEPT_PASSAGES = 4_096
"""Passages whose units stay embedded: about 10 kB each."""
WHOLE_PASSAGES = 8


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
    """Its heading and each question that it is known to answer, without names of products: ``[n, 384]``."""


@dataclass(frozen=True)
class Seen:
    """Vectors of a question's ``views``: the whole first, then each part of it that asks, ``[n, 384]``."""

    views: NDArray[np.float32]
    bare: NDArray[np.float32]
    """Without the names of products, as what passages answer."""


class Topics(Protocol):
    """Says what texts are about."""

    def topics(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability of each intent of the company: ``[n, intents]``, rows sum to 1."""
        ...

    def inside(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability that a question is about the company's insides and not for customers: ``[n]``."""
        ...


class VectorStore(Protocol):
    """Vectors of passages that were made before: ``activities.knowledge.unit_vectors.UnitVectors``."""

    def read(self, texts: Mapping[str, Sequence[str]]) -> dict[str, NDArray[np.float32]]:
        """Return what is kept of passages, by their ids: ``[texts, 384]``, if it was made of these very texts."""
        ...


@dataclass
class _Kept:
    """What is known of a passage: its pieces, and the vectors made so far (by place in ``texts``).

    ``texts`` are those of the pieces, then its beginning, then what it answers.
    """

    pieces: list[Piece]
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

    def __init__(
        self, embedder: Vectors, topics: Topics | None, asked: Asked = NONE_ASKED, kept: VectorStore | None = None
    ) -> None:
        """Embed with ``embedder`` what is not ``kept``.

        ``topics`` says what passages are about, ``asked`` what they are known to answer.
        """
        self._embedder = embedder
        self._topics = topics
        self._asked = asked
        self._vectors = kept
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()

    def of(self, passages: Sequence[Passage], question: str) -> tuple[list[PassageUnits], Seen]:
        """Return the units of each passage, and the vectors of the question; one run of the embedder.

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
        bare = [self._asked.names.replaced(each) for each in seen]
        asking = list(dict.fromkeys([*seen, *bare]))
        vectors = self._embedder.embed([*asking, *(each.texts[index] for each, index in missing)])
        for (each, index), vector in zip(missing, vectors[len(asking) :], strict=True):
            each.vectors[index] = vector
        self._find_topics([each for each in kept if each.topics is None])
        found = [_units(*each) for each in zip(passages, kept, wanted, strict=True)]
        return found, Seen(vectors[: len(seen)], vectors[[asking.index(each) for each in bare]])

    def _find_topics(self, kept: Sequence[_Kept]) -> None:
        if self._topics and kept:
            vectors = np.stack([each.vectors[each.beginning] for each in kept])
            found = self._topics.topics([each.texts[each.beginning] for each in kept], vectors)
            for each, topics in zip(kept, found, strict=True):
                each.topics = topics

    def _look_up(self, passages: Sequence[Passage]) -> list[_Kept]:
        with self._lock:
            new = {each.chunk_id: _prepare(each, self._asked) for each in passages if each.chunk_id not in self._kept}
            self._recall(new)
            found = [self._kept.get(each.chunk_id) or new[each.chunk_id] for each in passages]
            for each in passages:
                self._kept.pop(each.chunk_id, None)
            self._kept.update(zip([each.chunk_id for each in passages], found, strict=True))
            while len(self._kept) > KEPT_PASSAGES:
                del self._kept[next(iter(self._kept))]
        return found

    def _recall(self, new: Mapping[str, _Kept]) -> None:
        """Give passages that are looked at for the first time the vectors that are kept of them."""
        if not self._vectors or not new:
            return
        recalled = self._vectors.read({chunk_id: each.texts for chunk_id, each in new.items()})
        for chunk_id, vectors in recalled.items():
            new[chunk_id].vectors = dict(enumerate(vectors))
        metrics.UNIT_VECTORS.labels("hit").inc(len(recalled))
        metrics.UNIT_VECTORS.labels("miss").inc(len(new) - len(recalled))


def _prepare(passage: Passage, asked: Asked) -> _Kept:
    pieces = pieces_of(passage)
    own = [frozenset(stems(unit.text)) for unit, _ in pieces]
    return _Kept(pieces, texts_of(passage, pieces, asked), own, {})


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
