"""Which of two readings a message of a conversation has: alone, or about what the conversation is about.

Form does not tell: "how long does the check take" is a whole question and a follow-up, "it" may stand for nothing. So
the documents are asked both, and the better supported answer decides.
"""

from activities.models.followup import dependence
from activities.models.terms import stems
from graphs.state import Reading

FEW_STEMS = 2
"""A message with so few content words says little of its own."""
SURE_SCORE = 0.9
"""But it does when its form leans on nothing and it is this sure what it is about: "is there a student discount?"."""
SUPPORTED = 0.5
"""What says little is about what was said before, when that supports an answer this well."""
LEAD = 0.05
"""What says enough is read alone when its answer is better supported by more than this.

All four were chosen on the conversations ``seen`` and ``held`` of ``evals/datasets`` and on pairs of golden questions,
one asked after the other, which have nothing to do with each other."""


def stands_alone(message: str, reading: Reading, alone: float, in_context: float) -> bool:
    """Return whether a message is to be read alone, by the support (0..1) of its answer in each way.

    ``reading`` is that of the message alone.
    """
    if _says_enough(message, reading):
        return in_context < alone - LEAD
    return in_context < SUPPORTED and in_context < alone


def _says_enough(message: str, reading: Reading) -> bool:
    if len(set(stems(message))) > FEW_STEMS:
        return True
    certainty = reading["intent_score"] * (1 - reading["out_of_scope_score"])
    return certainty >= SURE_SCORE and dependence(message) == "none"
