"""Which of two readings a message of a conversation has: alone, or about what the conversation is about.

Form does not tell: "how long does the check take" is a whole question and a follow-up, "it" may stand for nothing. So
the documents are asked, and the better supported answer decides.
"""

from collections.abc import Awaitable, Callable, Sequence

from activities.models.followup import dependence
from activities.models.terms import stems
from activities.ports import Passage
from graphs.state import Classification, Reading

FEW_STEMS = 2
"""A message with so few content words says little of its own."""
SURE_SCORE = 0.9
"""But it does when its form leans on nothing and it is this sure what it is about: "is there a student discount?"."""
SUPPORTED = 0.2
"""What says little is about what was said before, when that supports an answer this well."""
LEAD, CLEAR = 0.05, 0.97
"""What says enough is read alone when its answer is better supported by more than this, or this well.

All were chosen on the conversations ``seen`` and ``held`` of ``evals/datasets`` and on pairs of golden questions, one
asked after the other, which have nothing to do with each other; ``CLEAR`` on golden follow-ups too, ``SUPPORTED`` on
those of the calibration questions."""

Found = tuple[list[Passage], int]
"""Passages, best first, and how many better ones the reader may not see."""
Search = Callable[[str], Awaitable[Found]]
Support = Callable[[str, Sequence[Passage]], Awaitable[float]]
"""Says how well passages support an answer to a question, 0..1."""


async def read(message: str, asked: Classification, search: Search, support: Support) -> tuple[Classification, Found]:
    """Return ``asked``, or what it says of the message alone, and what was found for the one returned.

    The likelier reading is tried first, and the other one only where that leaves room. Raises what ``search`` does.
    """
    if "alone" not in asked:
        return asked, await search(asked["question"])
    apart, enough = without_context(asked), says_enough(message, asked["alone"])
    first, second = (apart, asked) if enough else (asked, apart)
    found = await search(first["question"])
    score = await support(first["question"], found[0])
    if score >= (CLEAR if enough else SUPPORTED):
        return first, found
    others = await search(second["question"])
    other = await support(second["question"], others[0])
    taken = other >= score - LEAD if enough else other > score
    return (second, others) if taken else (first, found)


def says_enough(message: str, alone: Reading) -> bool:
    """Return whether a message says of its own what it is about."""
    if len(set(stems(message))) > FEW_STEMS:
        return True
    certainty = alone["intent_score"] * (1 - alone["out_of_scope_score"])
    return certainty >= SURE_SCORE and dependence(message) == "none"


def without_context(asked: Classification) -> Classification:
    """Return the classification of a message that is read alone."""
    found: Classification = {**asked, **asked["alone"]}
    del found["alone"]
    return found
