"""The embedded answering engine: no model server, answers quoted from the passages, honest silence otherwise."""

import asyncio
import re
from collections.abc import Sequence

import numpy as np

from activities.models.candidates import Topics, UnitCache
from activities.models.composition import Answer, compose, without
from activities.models.fit import fits
from activities.models.model_store import Vectors
from activities.models.pleasantries import small_talk_kind
from activities.models.support import FLOOR, log_odds, support_score
from activities.models.unit_ranking import LEAST_INSIDE, Question, Ranked, rank
from activities.ports import Passage, draft_digest
from graphs.state import Citation, Draft, Exchange

MODEL = "all-MiniLM-L6-v2"
TEMPLATE = "template"
"""The model of a reply to small talk, which states no fact and needs no source."""
PROMPT_VERSION = "extractive-1"
READ_PASSAGES = 12
SMALL_TALK = {
    "greeting": (
        "Hello! I answer questions about plans, billing, your account, your files and our devices, and I quote our "
        "help pages when I do. What can I help you with?"
    ),
    "thanks": "You're welcome! Is there anything else I can help you with?",
    "goodbye": "Goodbye, and thank you for writing to us. Come back here whenever you need us.",
}


class EmbeddedEngine:
    """``ports.Drafter`` by sentence selection on MiniLM vectors and words."""

    def __init__(self, embedder: Vectors, topics: Topics | None = None) -> None:
        """Embed with ``embedder``; the units of passages are kept between calls.

        ``topics`` (the intent classifier) tells passages of the question's own topic from others that sound alike.
        """
        self._embedder = embedder
        self._units = UnitCache(embedder, topics)
        self._topics = topics

    async def draft(
        self, question: str, passages: Sequence[Passage], history: Sequence[Exchange], *, redraft_reason: str = ""
    ) -> Draft:
        """Answer from the passages, best first; empty text when they do not answer. Never raises.

        After a rejection, ``redraft_reason`` steers to pieces that the first draft did not have.
        """
        if not passages:
            return _template(question)
        return await asyncio.to_thread(self._draft, question, passages[:READ_PASSAGES], redraft_reason)

    def _draft(self, text: str, passages: Sequence[Passage], redraft_reason: str) -> Draft:
        answer, score = self.answer(text, passages, redraft_reason)
        if score < FLOOR:
            return as_draft("", [], 0.0)
        return as_draft(answer.text, answer.citations, score)

    def answer(self, text: str, passages: Sequence[Passage], redraft_reason: str = "") -> tuple[Answer, float]:
        """Return the answer that the passages give, however weak, and its support score (0..1)."""
        question, ranked = self.rank(text, passages)
        answer = compose(question, ranked)
        if redraft_reason.strip():
            question, ranked = self.rank(f"{text} {redraft_words(redraft_reason)}".strip(), passages)
            ranked = without(ranked, answer.pieces)
            answer = compose(question, ranked)
        return answer, support_score(question, answer, ranked, passages, fits(question, answer, self._embedder))

    def rank(self, text: str, passages: Sequence[Passage]) -> tuple[Question, list[Ranked]]:
        """Return the question as it was understood and every candidate, best first."""
        found, vector = self._units.of(passages, text)
        if self._topics is None:
            return rank(text, vector, found)
        row = vector[np.newaxis]
        inside = max(log_odds(float(self._topics.inside([text], row)[0])), LEAST_INSIDE)
        return rank(text, vector, found, self._topics.topics([text], row)[0], inside)


def redraft_words(reason: str) -> str:
    """Return a reviewer's remark without the words that only refuse."""
    return re.sub(
        r"\b(?:wrong|please|not|answer|this|is|the|customer|asks?|asked|wants?|should|instead|about|mention|draft|it|say|says|no|but)\b",
        " ",
        reason,
        flags=re.IGNORECASE,
    )


def as_draft(text: str, citations: list[Citation], support: float, model: str = MODEL) -> Draft:
    """Return a draft of this engine."""
    return Draft(
        text=text,
        citations=citations,
        engine="embedded",
        model=model,
        prompt_version=PROMPT_VERSION,
        support_score=round(support, 4),
        fallback_reason="",
        digest=draft_digest(text, citations),
    )


def _template(question: str) -> Draft:
    kind = small_talk_kind(question)
    return as_draft(SMALL_TALK[kind], [], 1.0, TEMPLATE) if kind else as_draft("", [], 0.0)
