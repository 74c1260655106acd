"""Whether a section is read by people to whom something risky has happened, or by those who only want to know.

"How long do you keep my CV after a rejection" sounds a little like a complaint. It is near what a section is asked of
which nearly all questions are harmless, so it is harmless too.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from activities.models.asked import Place
from activities.models.known_sections import SURE, KnownSections

MOST_RISKY = 0.34
"""Share of a section's known questions that may sound risky by chance."""
LEAST_QUESTIONS = 4
"""Fewer say nothing about a section."""

Risks = Callable[[Sequence[str], NDArray[np.float32]], NDArray[np.bool_]]
"""Which of some texts with these vectors sound risky alone."""


class SectionRisk:
    """What the known questions of sections say of the risk of a question near them."""

    def __init__(self, sections: KnownSections, risks: Risks) -> None:
        self._sections = sections
        self._risks = risks
        self._harmless: dict[Place, bool] = {}

    def harmless(self, question: str) -> bool:
        """Say whether the section that surely answers is asked nearly always without risk; False when none does."""
        near = self._sections.near(question)
        if not near or near[0].score < SURE:
            return False
        place = (near[0].title, near[0].heading)
        if place not in self._harmless:
            self._harmless[place] = self._asked_without_risk(self._sections.asked.questions[place])
        return self._harmless[place]

    def _asked_without_risk(self, questions: Sequence[str]) -> bool:
        if len(questions) < LEAST_QUESTIONS:
            return False
        return float(self._risks(questions, self._sections.vectors.embed(questions)).mean()) <= MOST_RISKY
