"""What a message in another language asks: the question nearest to it of those that the company knows.

The intents, the search and the engine that answers compare English with English. A message in another language is read
as the nearest known question, and the turn waits for a person who sees both (``evals/languages.py`` counts how many of
these readings are right). Known are the questions of ``asked.csv`` and the examples of the classifiers. What a section
is asked in the message's own language (``asked.de.csv``) brings the section's questions nearer.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from activities.models.asked import read_asked
from activities.models.model_store import Labelled
from activities.models.multilingual import LANGUAGES, Encoder, MultilingualEncoder
from activities.models.question_vectors import QuestionVectors
from activities.models.tone import Tone

NEAR = 0.45
"""Cosine from which a question is taken for a message's. Of 49 translated questions 45 reach it, among them all whose
answer is right."""
WISH_LEAD = 0.05
"""A wish for a person is taken before a question that is nearer by less."""
ABROAD_SHARE = 0.6
"""What the questions in the message's own language say of how near a section is; the company's own say the rest. With
0.3 to 0.6 the right document is found for 78 to 80 of 97 questions in German, French and Spanish, with 0 for 71, with 1
for 72."""
SURE_SCORE = 0.6
"""Of the language, as for the language of an answer."""
SAMPLE = 100
"""Questions that tell which language the known ones are in."""
_CODE = re.compile(r"\b\w*\d(?:[\w-]|\.(?=\d))*")


@dataclass(frozen=True)
class Known:
    """A known question, with the codes and numbers of the message, and how near it is (cosine)."""

    question: str
    score: float
    wish: bool = False
    """Whether it is a wish for a person."""


@dataclass(frozen=True)
class Alike:
    """Questions that one section answers, in the company's language and in another."""

    home: Sequence[str]
    abroad: Sequence[str]


class KnownQuestions:
    """The company's questions with their vectors, which are made once and kept in ``cache_dir``."""

    def __init__(
        self,
        questions: Sequence[str],
        encoder: Encoder,
        cache_dir: Path,
        wishes: Sequence[str] = (),
        abroad: Mapping[str, Sequence[Alike]] | None = None,
    ) -> None:
        """Take questions, most of them in one language; ``encoder`` compares them with others.

        ``wishes`` for a person are known as well, and the nearest of like ones: who asks for a person gets one.
        ``abroad`` is what is known in other languages, by their codes.
        """
        self._given = list(dict.fromkeys([*wishes, *questions]))
        self._wishes = frozenset(wishes)
        self._encoder = encoder
        self._cache_dir = cache_dir
        self._tone = Tone()
        self._sections = dict(abroad or {})
        self._abroad = {
            code: QuestionVectors([text for each in alike for text in each.abroad], encoder, cache_dir)
            for code, alike in self._sections.items()
            if any(each.abroad for each in alike)
        }

    def nearest(self, text: str, language: str, language_score: float) -> Known | None:
        """Return the question that a message asks; None when it is in their language, in none known, or near none."""
        if language_score < SURE_SCORE or language not in LANGUAGES or language == self.language:
            return None
        vector = self._encoder.embed([text])[0]
        likeness = self._home.all() @ vector
        if language in self._abroad:
            likeness = likeness + self._lead(language, likeness, self._abroad[language].all() @ vector)
        wished = np.array([question in self._wishes for question in self._home.texts])
        best = int((likeness + WISH_LEAD * wished).argmax())
        if likeness[best] < NEAR:
            return None
        question = self._home.texts[best]
        codes = [code for code in _CODE.findall(text) if code.lower() not in question.lower()]
        return Known(" ".join([question, *codes]), float(likeness[best]), bool(wished[best]))

    def _lead(self, language: str, likeness: NDArray[np.float32], abroad: NDArray[np.float32]) -> NDArray[np.float32]:
        """By how much each question counts as nearer: its section is as near as both languages say together."""
        lead, start = np.zeros_like(likeness), 0
        for section in self._sections[language]:
            end = start + len(section.abroad)
            rows = [self._rows[each] for each in section.home if each in self._rows]
            if rows and end > start:
                lead[rows] = ABROAD_SHARE * (abroad[start:end].max() - likeness[rows].max())
            start = end
        return lead

    @cached_property
    def language(self) -> str:
        """Which language the known questions are in."""
        step = max(1, len(self._given) // SAMPLE)
        return self._tone.language("\n".join(self._given[::step]))[0]

    @cached_property
    def _home(self) -> QuestionVectors:
        """Those in that language: the classifiers have examples in others, which no search would understand."""
        told = ((text, *self._tone.language(text)) for text in self._given)
        texts = [text for text, language, score in told if language == self.language or score < SURE_SCORE]
        return QuestionVectors(texts, self._encoder, self._cache_dir)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {text: row for row, text in enumerate(self._home.texts)}

    async def prepare(self, calm: Callable[[], Awaitable[None]]) -> None:
        """Make all vectors while nobody waits, with an encoder that goes again: many companies never need it."""
        await calm()
        encoder = MultilingualEncoder()
        for each in (self._home, *self._abroad.values()):
            await each.prepare(encoder, calm)


def known_questions(company: Path, intents_csv: Path, cache_dir: Path) -> KnownQuestions:
    """Return what a company knows: ``asked.csv``, and the examples of intents, of insiders and of wishes for a person.

    ``asked.de.csv`` and its like hold what sections are asked in other languages. Raises ``TrainingDataError``.
    """
    home = read_asked(company / "asked.csv").questions
    abroad = {
        path.suffixes[0].removeprefix("."): [
            Alike(home.get(place, ()), questions) for place, questions in read_asked(path).questions.items()
        ]
        for path in sorted(company.glob("asked.*.csv"))
    }
    examples = [*Labelled.read(intents_csv).texts, *Labelled.read(company / "insider.csv").texts]
    told = Labelled.read(company / "wants_person.csv")
    wishes = [text for text, label in zip(told.texts, told.labels, strict=True) if label == "person"]
    asked = [question for questions in home.values() for question in questions]
    return KnownQuestions([*asked, *examples], MultilingualEncoder(), cache_dir, wishes, abroad)
