"""Whether an answer says anything that the customer has not read yet."""

import re
from collections.abc import Sequence

from activities.models.composition import CONNECTIVES
from activities.models.followup import LOOK_BACK
from activities.models.terms import stems
from graphs.state import Exchange

_BETWEEN = re.compile(r"\[\d+\]|\n")


def says_again(message: str, answer: str, history: Sequence[Exchange]) -> bool:
    """Return whether each piece of ``answer`` stands in one that was given before, to another message.

    Who asks the same again is told the same again. ``history`` is oldest first.
    """
    before = history[-LOOK_BACK:]
    if any(_same(message, each["message"]) for each in before):
        return False
    read = " ".join(_plain(each["answer"]) for each in before)
    pieces = [_plain(each) for each in _BETWEEN.split(answer)]
    told = [each for each in pieces if each and each not in CONNECTIVES]
    return bool(told) and all(each in read for each in told)


def _plain(text: str) -> str:
    return " ".join(_BETWEEN.sub(" ", text).split())


def _same(message: str, other: str) -> bool:
    return set(stems(message)) == set(stems(other))
