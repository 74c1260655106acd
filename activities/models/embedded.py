"""The embedded answering engine: no model server, answers quoted from the passages, honest silence otherwise."""

import asyncio
import re
from collections.abc import Sequence

from activities.models.asked import NONE_ASKED, Asked
from activities.models.candidates import Topics, UnitCache, VectorStore
from activities.models.comparison import one_sided
from activities.models.composition import Answer, compose, without
from activities.models.fit import fits
from activities.models.joined import PARTLY_SCORE, Part, joined
from activities.models.model_store import Vectors
from activities.models.nearest import nearest_piece
from activities.models.ready_made import TEMPLATE, ready_made
from activities.models.subquestions import questions_of
from activities.models.support import FLOOR, log_odds, support_score
from activities.models.unit_ranking import LEAST_INSIDE, Question, Ranked, rank
from activities.ports import Passage, draft_digest
from graphs.state import Citation, Draft, Exchange, Nearest

MODEL = "all-MiniLM-L6-v2"
PROMPT_VERSION = "extractive-1"
READ_PASSAGES = 14
KEPT_DRAFTS = 32
"""Latest drafts that are remembered: a turn asks for the same twice, to choose a reading and to answer."""


class EmbeddedEngine:
    """``ports.Drafter`` by sentence selection on MiniLM vectors and words."""

    def __init__(
        self,
        embedder: Vectors,
        topics: Topics | None = None,
        asked: Asked = NONE_ASKED,
        kept: VectorStore | None = None,
    ) -> None:
        """Embed with ``embedder``; the units of passages stay in memory between calls, and on disk in ``kept``.

        ``topics`` (the intent classifier) tells passages of the question's own topic from others that sound alike;
        ``asked`` are the questions that sections are known to answer.
        """
        self._units = UnitCache(embedder, topics, asked, kept)
        self._topics = topics
        self._latest: dict[tuple[str, ...], Draft] = {}

    async def draft(
        self, question: str, passages: Sequence[Passage], history: Sequence[Exchange], *, redraft_reason: str = ""
    ) -> Draft:
        """Answer from the passages, best first; empty text when they do not answer. Never raises.

        After a rejection, ``redraft_reason`` steers to pieces that the first draft did not have.
        """
        if not passages:
            return _template(question)
        # A passage's id stands for its text for ever.
        key = (question, redraft_reason, *(each.chunk_id for each in passages[:READ_PASSAGES]))
        if (known := self._latest.pop(key, None)) is not None:
            draft = known
        else:
            draft = await asyncio.to_thread(self._draft, question, passages[:READ_PASSAGES], redraft_reason)
        self._latest[key] = draft
        while len(self._latest) > KEPT_DRAFTS:
            del self._latest[next(iter(self._latest))]
        return draft.copy()

    async def nearest(self, question: str, passages: Sequence[Passage]) -> Nearest | None:
        """Return what the passages say nearest to a question that they do not answer; None when nothing is near."""
        return await asyncio.to_thread(lambda: nearest_piece(*self.rank(question, passages[:READ_PASSAGES])))

    def _draft(self, text: str, passages: Sequence[Passage], redraft_reason: str) -> Draft:
        answer, score = self.answer(text, passages, redraft_reason)
        if score < FLOOR:
            return as_draft("", [], 0.0)
        return as_draft(answer.text, answer.citations, score)

    def answer(self, text: str, passages: Sequence[Passage], redraft_reason: str = "") -> tuple[Answer, float]:
        """Return the answer that the passages give, however weak, and its support score (0..1).

        Several questions in one message are answered one by one, unless one answer says it all.
        """
        whole = self._answer(text, passages, redraft_reason)
        asked = questions_of(text)
        if len(asked) == 1 or redraft_reason.strip():
            return whole
        parts = [Part(each, *self._answer(each, passages)) for each in asked]
        said = {piece.candidate.unit.text for piece in whole[0].told}
        if all(each.answer.pieces and each.answer.pieces[0].candidate.unit.text in said for each in parts):
            return whole
        return joined(parts)

    def _answer(self, text: str, passages: Sequence[Passage], redraft_reason: str = "") -> tuple[Answer, float]:
        question, ranked = self.rank(text, passages)
        answer = compose(question, ranked)
        if redraft_reason.strip():
            question, ranked = self.rank(f"{text} {redraft_words(redraft_reason)}".strip(), passages)
            ranked = without(ranked, answer.pieces)
            answer = compose(question, ranked)
        score = support_score(question, answer, ranked, passages, fits(question, answer))
        return answer, min(score, PARTLY_SCORE) if one_sided(question, answer.told) else score

    def rank(self, text: str, passages: Sequence[Passage]) -> tuple[Question, list[Ranked]]:
        """Return the question as it was understood and every candidate, best first."""
        found, seen = self._units.of(passages, text)
        if self._topics is None:
            return rank(text, seen, found)
        row = seen.views[:1]
        inside = max(log_odds(float(self._topics.inside([text], row)[0])), LEAST_INSIDE)
        return rank(text, seen, found, self._topics.topics([text], row)[0], inside)


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
    reply = ready_made(question)
    return as_draft(reply, [], 1.0, TEMPLATE) if reply else as_draft("", [], 0.0)
