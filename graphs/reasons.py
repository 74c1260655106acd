"""Reasons of the check that repeat words of a draft, and what is left of them for who may not read it."""

from collections.abc import Iterable

SENTENCE = "A sentence {problem}."
FOREIGN_ADDRESS = "The draft names an address that no source has: {address}"
UNSAID = "The draft failed the check. What was wrong repeats its words, which you may not read."
_QUOTING = tuple(each.partition("{")[0] for each in (SENTENCE, FOREIGN_ADDRESS))


def wordless(reasons: Iterable[str]) -> list[str]:
    """Return reasons without those that repeat words of a draft, also where they stand within another one."""
    told = (UNSAID if any(mark in reason for mark in _QUOTING) else reason for reason in reasons)
    return list(dict.fromkeys(told))
