"""What a section is asked tells whether a question near it is risky."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from activities.models.asked import Asked
from activities.models.embedding import MiniLmEmbedder
from activities.models.known_sections import KnownSections
from activities.models.section_risk import LEAST_QUESTIONS, SectionRisk

CAREERS = [
    "how long do you keep my application",
    "do you delete the papers of applicants",
    "my CV was turned down, is it stored",
    "can I have my application removed",
]
HACKED = [
    "my account was hacked, what now",
    "a stranger is in my account",
    "somebody has changed my password",
    "is it normal to get a code that I did not ask for",
]
RISKY = frozenset(HACKED[:3])


class Listening:
    """Takes for risky what ``RISKY`` holds, and remembers how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
        self.times += 1
        assert len(texts) == len(vectors)
        return np.array([each in RISKY for each in texts])


@pytest.fixture(scope="module")
def sections(minilm: MiniLmEmbedder, tmp_path_factory: pytest.TempPathFactory) -> KnownSections:
    few = ["are you liable for lost files"] * (LEAST_QUESTIONS - 1)
    asked = Asked({("Careers", "Your data"): CAREERS, ("Hacked", "First aid"): HACKED, ("Terms", "Liability"): few})
    return KnownSections(minilm, asked, tmp_path_factory.mktemp("asked"))


def test_a_question_near_a_section_that_is_asked_without_risk_is_harmless(sections: KnownSections) -> None:
    risks = Listening()
    told = SectionRisk(sections, risks)
    assert told.harmless("how long do you keep my application after you turned me down")
    assert told.harmless("can my application be removed")
    assert risks.times == 1


@pytest.mark.parametrize(
    "question",
    [
        "my account was hacked, what should I do now",
        "are you liable for lost files",
        "I sue you tomorrow over your lies",
    ],
    ids=["section is asked in need", "too few known questions", "no section is near"],
)
def test_elsewhere_nothing_is_harmless_for_it(question: str, sections: KnownSections) -> None:
    assert not SectionRisk(sections, Listening()).harmless(question)
