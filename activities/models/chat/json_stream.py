"""The finished sentences of a structured answer that is still being written.

``{"answers": "fully", "sentences": [{...}, {...` : an object is handed out as soon as its brace closes, so that a
sentence need not wait for the next one. What comes of a model is only trusted as far as it parses.
"""

import re
from collections.abc import Iterator

from pydantic import ValidationError

from activities.models.quotes import SUPPORT_SCORES, QuotedSentence

_ANSWERS = re.compile(r'\s*\{\s*"answers"\s*:\s*"(\w+)"')
SENTENCE_DEPTH = 2
"""Braces and brackets around a sentence: the answer's object and its list."""


class SentenceStream:
    """Takes pieces of the text; hands out sentences. Characters are read once."""

    def __init__(self) -> None:
        self._text = ""
        self._position = 0
        self._depth = 0
        self._start = 0
        self._quoted = False
        self._escaped = False

    def feed(self, piece: str) -> Iterator[QuotedSentence | None]:
        """Yield each sentence that this piece finishes; None for an object that is not one."""
        self._text += piece
        while self._position < len(self._text):
            character = self._text[self._position]
            self._position += 1
            if self._quoted:
                self._in_string(character)
            elif character == '"':
                self._quoted = True
            elif character in "{[":
                if self._depth == SENTENCE_DEPTH:
                    self._start = self._position - 1
                self._depth += 1
            elif character in "}]":
                self._depth -= 1
                if self._depth == SENTENCE_DEPTH:
                    yield _sentence(self._text[self._start : self._position])

    @property
    def support_score(self) -> float | None:
        """What the model says of the passages, 0..1; None when it has not said so yet, or not first."""
        found = _ANSWERS.match(self._text)
        return SUPPORT_SCORES.get(found[1]) if found else None

    def _in_string(self, character: str) -> None:
        if self._escaped:
            self._escaped = False
        elif character == "\\":
            self._escaped = True
        elif character == '"':
            self._quoted = False


def _sentence(text: str) -> QuotedSentence | None:
    try:
        return QuotedSentence.model_validate_json(text)
    except ValidationError:
        return None
