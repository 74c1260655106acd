"""Which chat model a question is for: the small one when the question is simple, the large one otherwise."""

import re
from typing import Literal, NamedTuple

from graphs.state import SupportState

SURE_INTENT_SCORE = 0.8
"""From here on the classifier knows what is asked."""
IN_SCOPE_SCORE = 0.7
NEAR_SCORE = 0.45
"""A best passage of at least this cosine is about the same thing as the question."""
SIMPLE_WORDS = 25

Tier = Literal["small", "large"]


class Tiered(NamedTuple):
    """The tier of a question and why, in words for the audit row."""

    tier: Tier
    reason: str


def tier_of(state: SupportState) -> Tiered:
    """Return which model a turn is for, from the classifier's scores, the search and the length; pure.

    Takes the state after ``retrieve``. A follow-up, a redraft, or anything the classifier is not sure of is hard.
    """
    classification, passages = state["classification"], state.get("passages", [])
    words = len(state["message"].split())
    nearest = max((each["dense_score"] for each in passages), default=0.0)
    hard = {
        f"{words} words": words > SIMPLE_WORDS,
        "more than one question": len(re.findall(r"\?", state["message"])) > 1,
        "a follow-up": classification["question"] != state["message"],
        "written again after a rejection": bool(state.get("redrafts")),
        f"intent only {classification['intent_score']:.2f}": classification["intent_score"] < SURE_INTENT_SCORE,
        "may be out of scope": 1 - classification["out_of_scope_score"] < IN_SCOPE_SCORE,
        f"nearest passage only {nearest:.2f}": nearest < NEAR_SCORE,
    }
    if reasons := [reason for reason, applies in hard.items() if applies]:
        return Tiered("large", ", ".join(reasons))
    return Tiered("small", f"{words} words, intent {classification['intent_score']:.2f}, passage {nearest:.2f}")


def asks_model(state: SupportState) -> bool:
    """Say whether a chat model is to write the draft, before one is tried. Takes the classified state."""
    policy = state["policy"]
    wanted = policy["engine"] == "ollama" and not policy.get("engine_reason")
    return wanted and not state["classification"]["small_talk"]
