"""Sections that are known to answer a question: found by what they answer, where their own words are far from it.

"When are you open" shares no word with a section that says "Monday to Friday, 8:00 to 20:00". Its question stands in
``asked.csv``; so does what customers call things.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from activities.models.asked import Asked
from activities.models.followup import Slots
from activities.models.model_store import Vectors, write_whole

NEAR = 0.6
"""Cosine of the question with a known one from which its section is looked at."""
SURE = 0.7
"""And from which the question is clear, however few words it has."""
LONGEST_WORDS = 20
"""A longer message says in its own words what it is about, and much else besides."""
MOST = 2
"""Sections."""
THING = "the device"
"""Stands for a product's name: "how do I return the Pocket SSD" is nearer to all that is said of a Pocket SSD than to
returns."""


@dataclass(frozen=True)
class Section:
    """A section by the title of its document and its last heading, and how near a question that it answers is."""

    title: str
    heading: str
    score: float


class KnownSections:
    """The sections of ``asked``, by the questions that they answer."""

    def __init__(self, embedder: Vectors, asked: Asked, slots: Slots, cache_dir: Path) -> None:
        """Compare with ``embedder``; ``slots`` has the names of the company's products under ``device``.

        The vectors are made once, some seconds, and kept in ``cache_dir``.
        """
        self._embedder = embedder
        self._cache_dir = cache_dir
        self._lock = Lock()
        self._asked = [(place, question) for place, questions in asked.items() for question in questions]
        names = sorted((name for product in slots.get("device", ()) for name in product), key=len, reverse=True)
        named = "|".join(map(re.escape, names))
        self._product = re.compile(rf"\b(?:(?:the|my|our|an?|your)\s+)?(?:{named})\b", re.I) if names else None

    def near(self, question: str) -> list[Section]:
        """Return the sections that answer a question like this one, the nearest first; embeds it, and so blocks."""
        if not self._asked or len(question.split()) > LONGEST_WORDS:
            return []
        texts = list(dict.fromkeys([question, self._product.sub(THING, question) if self._product else question]))
        with self._lock:
            vectors = self._vectors
        scores = (vectors @ self._embedder.embed(texts).T).max(axis=1)
        found: dict[tuple[str, str], float] = {}
        for row in np.argsort(-scores):
            if scores[row] < NEAR or len(found) == MOST:
                break
            found.setdefault(self._asked[row][0], float(scores[row]))
        return [Section(*place, score) for place, score in found.items()]

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        questions = [question for _, question in self._asked]
        basis = getattr(self._embedder, "fingerprint", type(self._embedder).__name__)
        address = sha256("\n".join([basis, *questions]).encode()).hexdigest()[:32]
        path = self._cache_dir / "known_sections" / f"{address}.npy"
        try:
            return np.asarray(np.load(path, allow_pickle=False), np.float32)
        except (OSError, ValueError, EOFError):
            made = self._embedder.embed(questions)
            write_whole(path, lambda temporary: np.save(temporary, made))
            return made
