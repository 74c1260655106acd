"""Whether a customer asks for a person, by the form of the message."""

import re

from activities.models.wants_person_abroad import asks_abroad

_WHO = (
    r"(?:(?:a|an|the|your|one\s+of\s+your|some|any|another|someone\s+from)\s+)?(?:(?:real|live|actual|human|customer|support|service|billing|technical"
    r"|sales|senior)\s+)*(?:human(?:\s+being)?|person|agents?|representatives?|rep|operator|employee|colleague|staff(?:\s+member)?|manager"
    r"|supervisor|advis[eo]r|specialist|someone|somebody|team\s+member|member\s+of\s+(?:your|the)\s+(?:team|staff)|support|customer\s+(?:service|care)|people)"
)
_ASKS = re.compile(
    rf"\b(?:talk|speak|chat|connect(?:ed)?|transfer(?:red)?|put|pass|hand|forward|escalat\w+|refer)\b(?:\s+(?:me|us|this|it|my\s+\w+|directly|through|over|on))*"
    rf"\s+(?:to|with|through\s+to|over\s+to)\s+{_WHO}\b(?!['’]s|\s+(?:plan|about\s+the\s+weather))"
    rf"|\b(?:need|want|get\s+me|give\s+me|prefer|demand|like)\s+(?:to\s+have\s+)?(?:a|an|some)?\s*(?:real\s+|live\s+|actual\s+)+(?:human|person|agent|representative|operator)\b"
    r"|\b(?:need|want|get\s+me|give\s+me|prefer)\s+(?:a\s+)?human\b|^\W*(?:a\s+)?(?:live\s+|real\s+|human\s+)*(?:agent|human|operator|representative|person)"
    r"(?:\s*,?\s*(?:please|pls|plz|now|support|being))*\W*$"
    r"|\b(?:someone|somebody|anyone|anybody|(?:a\s+)?(?:person|human))\s+(?:that\s+|whom?\s+)?(?:i|we)\s+(?:can|could|may|might)"
    r"\s+(?:ring|call|phone|(?:talk|speak)\s+(?:to|with)|chat\s+with)\b"
    r"|\b(?:rather|sooner|prefer\s+to)\s+(?:talk|speak)\s+(?:than|instead\s+of)\s+(?:typ|writ|chat)\w+"
    r"|\b(?:call|phone|ring|contact)\s+me\b(?!\s+an?\b)(?:\s+back)?|\bcall\s?back\b|\breach\s+a\s+(?:real\s+)?(?:human|person)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:already|yesterday|last\s+(?:week|time|month)|when\s+i|i\s+(?:have\s+)?(?:spoke|talked|chatted|was\s+(?:connected|transferred)))\b|\b(?:don'?t|do\s+not|never)\s+(?:call|contact|phone|ring)\s+me\b"
    r"|\bkeeps?\s+(?:calling|contacting)\b|\bsomeone\s+called\s+me\b",
    re.IGNORECASE,
)


def asks_by_form(text: str) -> bool:
    """Return whether ``text`` has the form of a request for a person, and not of a report about one."""
    return (_ASKS.search(text) is not None and _PAST.search(text) is None) or asks_abroad(text)
