"""What a message in another language asks: the question nearest to it of those that the company knows.

The intents, the search and the engine that answers compare English with English. A message in another language is read
as the nearest known question, and the turn waits for a person who sees both: half of these readings are exact
(``evals/languages.py``). Known are the questions of ``asked.csv`` and the examples of the classifiers.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from activities.models.asked import read_asked
from activities.models.model_store import Labelled, write_whole
from activities.models.multilingual import BASIS, LANGUAGES, Encoder, MultilingualEncoder
from activities.models.tone import Tone

NEAR = 0.45
"""Cosine from which a question is taken for a message's. Of 49 translated questions 45 reach it, among them all whose
answer is right."""
WISH_LEAD = 0.05
"""A wish for a person is taken before a question that is nearer by less."""
SURE_SCORE = 0.6
"""Of the language, as for the language of an answer."""
SAMPLE = 100
"""Questions that tell which language the known ones are in."""
AT_ONCE = 256
"""Questions that are encoded ahead in one go: a worker that is to end waits for them."""
_CODE = re.compile(r"\b\w*\d(?:[\w-]|\.(?=\d))*")


@dataclass(frozen=True)
class Known:
    """A known question, with the codes and numbers of the message, and how near it is (cosine)."""

    question: str
    score: float
    wish: bool = False
    """Whether it is a wish for a person."""


class KnownQuestions:
    """The company's questions with their vectors, which are made once and kept in ``cache_dir``."""

    def __init__(self, questions: Sequence[str], encoder: Encoder, cache_dir: Path, wishes: Sequence[str] = ()) -> None:
        """Take questions, most of them in one language; ``encoder`` compares them with others.

        ``wishes`` for a person are known as well, and the nearest of like ones: who asks for a person gets one.
        """
        self._given = list(dict.fromkeys([*wishes, *questions]))
        self._wishes = frozenset(wishes)
        self._encoder = encoder
        self._cache_dir = cache_dir
        self._tone = Tone()
        self._lock = Lock()

    def nearest(self, text: str, language: str, language_score: float) -> Known | None:
        """Return the question that a message asks; None when it is in their language, in none known, or near none."""
        if language_score < SURE_SCORE or language not in LANGUAGES or language == self.language:
            return None
        likeness = self._encoder.embed([text])[0] @ self.vectors().T
        wished = np.array([question in self._wishes for question in self._questions])
        best = int((likeness + WISH_LEAD * wished).argmax())
        if likeness[best] < NEAR:
            return None
        question = self._questions[best]
        codes = [code for code in _CODE.findall(text) if code.lower() not in question.lower()]
        return Known(" ".join([question, *codes]), float(likeness[best]), bool(wished[best]))

    @cached_property
    def language(self) -> str:
        """Which language the known questions are in."""
        step = max(1, len(self._given) // SAMPLE)
        return self._tone.language("\n".join(self._given[::step]))[0]

    @cached_property
    def _questions(self) -> list[str]:
        """Those in that language: the classifiers have examples in others, which no search would understand."""
        told = ((text, *self._tone.language(text)) for text in self._given)
        return [text for text, language, score in told if language == self.language or score < SURE_SCORE]

    def vectors(self) -> NDArray[np.float32]:
        """Return the vectors of all questions ``[n, 512]``: at once when they are kept, else after some seconds."""
        with self._lock:
            return self._vectors

    async def prepare(self, calm: Callable[[], Awaitable[None]]) -> None:
        """Make the vectors while nobody waits, with an encoder that goes again: many companies never need it."""
        await calm()
        if await asyncio.to_thread(self._kept):
            return
        encoder, made = MultilingualEncoder(), []
        for start in range(0, len(self._questions), AT_ONCE):
            await calm()
            made.append(await asyncio.to_thread(encoder.embed, self._questions[start : start + AT_ONCE]))
        await asyncio.to_thread(self._keep, np.concatenate(made))

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        try:
            return np.asarray(np.load(self._path, allow_pickle=False), np.float32)
        except (OSError, ValueError, EOFError):
            made = self._encoder.embed(self._questions)
            self._keep(made)
            return made

    @property
    def _path(self) -> Path:
        address = hashlib.sha256("\n".join([BASIS, *self._questions]).encode()).hexdigest()[:32]
        return self._cache_dir / "known_questions" / f"{address}.npy"

    def _kept(self) -> bool:
        return self._path.exists()

    def _keep(self, made: NDArray[np.float32]) -> None:
        write_whole(self._path, lambda temporary: np.save(temporary, made.astype(np.float16)))


def known_questions(company: Path, intents_csv: Path, cache_dir: Path) -> KnownQuestions:
    """Return what a company knows: ``asked.csv``, and the examples of intents, of insiders and of wishes for a person.

    Raises ``TrainingDataError``.
    """
    asked = [question for questions in read_asked(company / "asked.csv").questions.values() for question in questions]
    examples = [*Labelled.read(intents_csv).texts, *Labelled.read(company / "insider.csv").texts]
    told = Labelled.read(company / "wants_person.csv")
    wishes = [text for text, label in zip(told.texts, told.labels, strict=True) if label == "person"]
    return KnownQuestions([*asked, *examples], MultilingualEncoder(), cache_dir, wishes)
