"""What makes a message risky beside its intent: what it says of money, and a threat in one clause of it."""

import re

from activities.models.money import amounts
from graphs.state import Risk

MOST_CLAUSES = 8
LEAST_WORDS = 3
"""A clause with fewer words says too little to be judged alone."""
_CLAUSE = re.compile(r"[.!?;:,\n]+\s+|\s+(?:and|but|or|so)\s+", re.IGNORECASE)
_REFUND_WORDS = re.compile(
    r"\b(?:refund\w*|money\s+back|reimburs\w*|compensat\w*|credit(?:ed)?|pay\s+(?:me|it|us)\s+back|owe\s+me)\b",
    re.IGNORECASE,
)
_OWN_PAYMENT = re.compile(
    r"\bmy\s+(?:[\w-]+\s+){0,2}(?:invoices?|bills?|orders?|charges?|payments?|purchases?)\b", re.IGNORECASE
)
_GOODWILL = re.compile(
    r"\b(?:goodwill|good\s+will|make\s+an\s+exception|as\s+an\s+exception|compensat\w+|for\s+(?:all\s+)?the\s+(?:trouble|inconvenience|outage)"
    r"|i\s+know\s+(?:it'?s|it\s+is|your\s+policy|the\s+policy|that)|past\s+(?:the\s+)?(?:\d+\s+days|deadline|window|period)|deserve)\b",
    re.IGNORECASE,
)


def clauses(text: str) -> list[str]:
    """Return what stands between stops, commas and conjunctions and says something alone; none of a single clause."""
    found = [each for each in _CLAUSE.split(text) if len(each.split()) >= LEAST_WORDS]
    return found[:MOST_CLAUSES] if len(found) > 1 else []


def refund_risk(message: str, limit: float, *, asked: bool) -> tuple[Risk, str]:
    """Return the risk of what a message says of money, and why; ``asked`` says that it is about a refund anyway.

    ``limit`` is the amount from which a person decides, in the company's currency.
    """
    about_refunds = _REFUND_WORDS.search(message) is not None
    if not asked and not about_refunds:
        return "low", ""
    largest = max(amounts(message), default=0.0)
    if largest > limit:
        return "high", f"The customer names {largest:g}, and refunds above {limit:g} are decided by a person."
    if _GOODWILL.search(message):
        return "high", "The customer asks for goodwill beyond the refund policy."
    if not amounts(message) and _OWN_PAYMENT.search(message) and about_refunds:
        return (
            "high",
            "The customer asks for money back for a payment of theirs without naming the amount, "
            f"and refunds above {limit:g} are decided by a person.",
        )
    return "low", ""
