"""A first screen for prompt injection: it marks a message, and what it marks is never obeyed but looked at.

Three looks at every reading of the message (activities/guard/normalise.py): patterns of phrases, a learned head
over the whole and over each sentence, and the disguise itself. The highest score counts.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from activities.guard.head import Head, features, load_head
from activities.guard.normalise import Reading, read
from activities.ports import Embedder
from graphs.state import GuardMark

THRESHOLD = 0.5
LEARNED = "resembles known attacks"
MAX_SENTENCES = 16
MIN_WORDS = 3
DISGUISES = {"tag characters": 0.9}
"""Least scores of a disguise for which there is no honest reason."""


@dataclass(frozen=True)
class Phrase:
    """A pattern, the least score of a text that has it, and what to tell a reviewer."""

    pattern: re.Pattern[str]
    score: float
    reason: str


class InjectionScreen:
    """Scores messages; safe to share between threads when its embedder is."""

    def __init__(self, embedder: Embedder, head: Head | None = None) -> None:
        self._embedder = embedder
        self._head = head or load_head()

    def screen(self, text: str) -> GuardMark:
        """Return the score of a message (0..1), whether it is flagged (0.5 or more), and why; blocks, some ms."""
        reading = read(text)
        scores = phrase_scores(reading)
        scores |= {f"hidden text: {trick}": DISGUISES[trick] for trick in reading.tricks if trick in DISGUISES}
        if reading.text.strip():
            scores[LEARNED] = self._learned_score(reading)
        reasons = [reason for reason, score in sorted(scores.items(), key=lambda one: -one[1]) if score >= THRESHOLD]
        highest = max(scores.values(), default=0.0)
        return GuardMark(
            injection_score=round(highest, 4), injection_flagged=highest >= THRESHOLD, reasons=reasons, redacted=[]
        )

    def _learned_score(self, reading: Reading) -> float:
        looks = [parts(text) for text in (reading.text, *reading.hidden)]
        logits = self._head.logits(features([text for texts in looks for text in texts], self._embedder))
        highest = (logits - np.concatenate([handicaps(len(texts)) for texts in looks])).max()
        return float(1 / (1 + np.exp(-highest)))


def phrase_scores(reading: Reading) -> dict[str, float]:
    """Return the reasons of all phrases found in any reading of the message, with their scores."""
    found: dict[str, float] = {}
    for text in (reading.text, *reading.hidden, *reading.respelled):
        plain = re.sub(r"\s+", _one_space, text)
        for phrase in load_phrases():
            if phrase.pattern.search(plain):
                found[phrase.reason] = max(phrase.score, found.get(phrase.reason, 0.0))
    return found


def _one_space(run: re.Match[str]) -> str:
    """One line break or blank for many: patterns that allow for white space try each of a thousand."""
    return "\n" if "\n" in run[0] else " "


def parts(text: str) -> list[str]:
    """Return the whole text and, when it has several sentences, at most 16 runs of them.

    An attack after a harmless question is lost in the whole and plain in its own sentence.
    """
    sentences = [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", text)]
    sentences = [part for part in sentences if len(part.split()) >= MIN_WORDS]
    if len(sentences) < 2:
        return [text]
    size = -(-len(sentences) // MAX_SENTENCES)
    return [text, *(" ".join(sentences[start : start + size]) for start in range(0, len(sentences), size))]


def handicaps(count: int) -> NDArray[np.float64]:
    """Return what to take off the logit of each of ``count`` parts, the whole text first.

    The more sentences one looks at, the likelier that a harmless one stands out: each must be that much clearer.
    """
    sentences = max(1, count - 1)
    return np.array([0.0] + [float(np.log(sentences))] * (count - 1))


@cache
def load_phrases() -> Sequence[Phrase]:
    """Return the packaged phrases. Raises ``OSError`` when the package is incomplete."""
    rules = tomllib.loads((Path(__file__).parent / "injection.toml").read_text(encoding="utf-8"))
    return [
        Phrase(_compile(rule["regex"], rules["parts"]), rule["score"], rule["reason"]) for rule in rules["patterns"]
    ]


def _compile(pattern: str, named: dict[str, str]) -> re.Pattern[str]:
    for name, part in named.items():
        pattern = pattern.replace(f"{{{name}}}", part)
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE | re.MULTILINE)
