"""Follows one answer while it is written, and offers its sentences to the gate as they are finished."""

import logging
from collections.abc import Callable, Sequence

from activities.counts import counted
from activities.models.chat.json_stream import SentenceStream
from activities.models.quotes import QuotedSentence, cite, distinct, join
from activities.ports import Gate, HaltedError, Passage
from graphs.state import Citation, Draft

MakeDraft = Callable[[str, list[Citation], float], Draft]
logger = logging.getLogger(__name__)


class Listener:
    """What the customer has read of an answer is in ``released``; without a gate nothing is released."""

    def __init__(self, passages: Sequence[Passage], gate: Gate | None, make_draft: MakeDraft) -> None:
        self._passages = passages
        self._gate = gate
        self._make_draft = make_draft
        self._stream = SentenceStream()
        self._texts: list[str] = []
        self._cited: list[Citation] = []

    @property
    def released(self) -> int:
        """How many sentences the customer has read."""
        return len(self._texts)

    def draft(self) -> Draft:
        """Return the draft of what the customer has read."""
        return self._so_far(self._texts, self._cited)

    async def hear(self, piece: str) -> None:
        """Take the next piece of the answer. Raises ``HaltedError`` when a stream that has begun must end."""
        for sentence in self._stream.feed(piece):
            if self._gate is not None:
                await self._offer(sentence, self._gate)

    async def _offer(self, sentence: QuotedSentence | None, gate: Gate) -> None:
        cited = cite(sentence, self._passages) if sentence else None
        if sentence is None or cited is None:
            self._close("the next one quotes words that no passage has")
            return
        texts, citations = [*self._texts, sentence.text.strip()], [*self._cited, cited]
        try:
            released = bool(self._stream.support_score) and await gate.offer(
                texts[-1], cited, self._so_far(texts, citations)
            )
        except HaltedError:
            raise
        except Exception:  # a stream is a courtesy: whatever breaks in it, the whole answer is still checked
            logger.warning("sentences cannot be released", exc_info=True)
            self._gate = None
            return
        if released:
            self._texts, self._cited = texts, citations
        else:
            self._close("the next one may not be sent")

    def _close(self, reason: str) -> None:
        """Release no more. Raises ``HaltedError`` when the customer has begun to read."""
        self._gate = None
        if self._texts:
            raise HaltedError(f"The answer was stopped after {counted(len(self._texts), 'sentence')}: {reason}.")

    def _so_far(self, texts: Sequence[str], citations: Sequence[Citation]) -> Draft:
        return self._make_draft(join(texts), distinct(citations), self._stream.support_score or 0.0)
