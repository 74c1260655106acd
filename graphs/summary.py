"""What a long conversation was about, once its oldest exchanges are no longer carried word for word.

Extractive and pure: workflows replay it. Each exchange that falls out of the history leaves one line.
"""

import re

from graphs.state import Exchange

LINES = 16
LINE_CHARACTERS = 240
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


def fold(summary: str, exchange: Exchange) -> str:
    """Return the summary with one more exchange; the oldest line goes when there are more than ``LINES``."""
    asked, answered = _gist(exchange["message"]), _gist(exchange["answer"])
    line = f"Asked earlier: {asked}" + (f" We said: {answered}" if answered else "")
    return "\n".join([*summary.splitlines(), line][-LINES:])


def _gist(text: str) -> str:
    """The first sentence, on one line and cut at a word: what was asked, and what an answer leads with."""
    line = " ".join(text.split())
    first = _SENTENCE_END.split(line, maxsplit=1)[0]
    limit = LINE_CHARACTERS // 2
    return first if len(first) <= limit else first[:limit].rsplit(" ", 1)[0] + " …"
