"""Sections that are known to answer a question: found by what they answer, where their own words are far from it.

"When are you open" shares no word with a section that says "Monday to Friday, 8:00 to 20:00". Its question stands in
``asked.csv``; so does what customers call things.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from activities.models.asked import Asked, Place
from activities.models.asked_vectors import AskedVectors
from activities.models.model_store import Vectors

NEAR = 0.6
"""Cosine of the question with a known one from which its section is looked at."""
SURE = 0.7
"""And from which the question is clear, however few words it has."""
LONGEST_WORDS = 20
"""A longer message says in its own words what it is about, and much else besides."""
MOST = 2
"""Sections."""


@dataclass(frozen=True)
class Section:
    """A section by the title of its document and its last heading, and how near a question that it answers is."""

    title: str
    heading: str
    score: float


class KnownSections:
    """The sections of ``asked``, by the questions that they answer."""

    def __init__(self, embedder: Vectors, asked: Asked, cache_dir: Path) -> None:
        """Compare with ``embedder``; what is known of ``asked`` is kept in ``cache_dir``."""
        self.asked = asked
        self.vectors = vectors = AskedVectors(embedder, asked, cache_dir)
        self._places = [place for place, questions in asked.questions.items() for _ in questions]
        questions = [each for known in asked.questions.values() for each in known]
        self._rows = np.array(vectors.rows(questions), np.int64)
        self._bare = np.array(vectors.rows([asked.names.replaced(each) for each in questions]), np.int64)

    def near(self, question: str) -> list[Section]:
        """Return the sections that answer a question like this one, the nearest first; embeds it, and so blocks.

        A question is as near as it is on average with the names of products and without them.
        """
        if not self._places or len(question.split()) > LONGEST_WORDS:
            return []
        texts = dict.fromkeys([question, self.asked.names.replaced(question)])
        # All rows of what is known at once: to pick some of them first copies megabytes for each question.
        cosines = self.vectors.known() @ self.vectors.embed(list(texts)).T
        scores = (cosines[self._rows, 0] + cosines[self._bare, -1]) / 2
        near = np.flatnonzero(scores >= NEAR)
        found: dict[Place, float] = {}
        for row in near[np.argsort(-scores[near])]:
            found.setdefault(self._places[row], float(scores[row]))
        return [Section(*place, score) for place, score in list(found.items())[:MOST]]
