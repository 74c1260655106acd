"""What kind of answer a question asks for, by its form, and whether a text has one."""

import re
from functools import lru_cache
from typing import Literal

QuestionType = Literal["how_to", "amount", "time", "place", "yes_no", "trouble", "why", "compare", "open"]

_TYPES: tuple[tuple[QuestionType, str], ...] = (
    (
        "amount",
        r"\bhow\s+(?:much|many|big|large|expensive|far|fast|old)\b|\b(?:price|prise|cost|costs|fee|limit|maximum|minimum|size|discount"
        r"|percent|rate|expensive|cheap\w*|max|number\s+of|storage\s+(?:do|does|is|comes))\b",
    ),
    (
        "time",
        r"\bwhen\b|\bhow\s+(?:long|soon|often|late|early)\b|\b(?:deadline|until\s+when|what\s+(?:time|date|day)|opening\s+hours|hours|days\s+do)\b",
    ),
    (
        "how_to",
        r"\bhow\s+(?:do|can|could|should|would|to|does|might|is)\b|\bhow\s+(?:i|we|you)\b|\b(?:steps?|instructions?|guide|set\s?-?up|procedure)\b"
        r"|\b(?:want|need|like|trying|try)\s+to\b|^(?:please\s+)?(?:change|cancel|delete|reset|restore|set|add|remove|connect|share|update"
        r"|return|install|transfer|export|switch|upgrade|downgrade|enable|disable|close)\b|\bcan\s?n[o']t\s+find\b",
    ),
    (
        "place",
        r"\bwhere\b|\bwhich\s+(?:page|menu|address|e?-?mail|country|countries|port|site)\b|\bwhat\s+(?:is\s+the\s+)?(?:address|e?-?mail|phone)\b",
    ),
    (
        "yes_no",
        r"^(?:(?:and|but|so|hi|hello)\W+)?(?:is|are|do|does|did|can|could|will|would|should|may|must|has|have|am|was|were)\b"
        r"|\b(?:is|are|am|can|do|does|will)\s+(?:it|there|i|we|you|my|the|your)\b.*\?$",
    ),
    (
        "trouble",
        r"\b(?:not|n't|no\s+longer|won'?t|can'?t|cannot|error|fail\w*|broken|stuck|problem|issue|wrong|missing|lost|crash\w*|declined|blocked"
        r"|locked|red|slow|noise|code|disappeared|gone|dead|hot)\b",
    ),
    (
        "why",
        r"\bwhy\b|\bhow\s+come\b|\bwhat(?:'s|\s+is|\s+was)?\s+the\s+(?:reason|cause|point)\b|\bfor\s+what\s+reason\b"
        r"|\bwhat\s+(?:causes?|caused)\b",
    ),
    (
        "compare",
        r"\bdiffer\w*\b|\bcompar\w+\b|\b(?:versus|vs)\b|\b(?:better|cheaper|faster|bigger|safer|larger|smaller)\s+than\b"
        r"|\bwhich\b.*\b(?:better|best|cheaper|cheapest|faster|fastest|bigger|biggest|safer|safest|larger|largest)\b",
    ),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _TYPES)
_ANSWERS: dict[QuestionType, re.Pattern[str]] = {
    "amount": re.compile(
        r"\d|\b(?:free|no\s+(?:fee|cost|limit)|without\s+cost|one|two|three|four|five|six|half|twice)\b", re.IGNORECASE
    ),
    "time": re.compile(
        r"\b(?:\d+|one|two|three|few|within|once)\W+(?:[a-z]+\W+){0,2}(?:minutes?|hours?|days?|weeks?|months?|years?|seconds?|UTC)\b|\d{1,2}:\d\d"
        r"|\b(?:at\s+once|immediately|at\s+any\s+time|until|before|after|january|february|march|april|may|june|july|august|september|october"
        r"|november|december|monday|friday|midnight|20\d\d)\b",
        re.IGNORECASE,
    ),
    "place": re.compile(
        r"\S+ > \S+|\S+@\S+|\w+\.(?:com|example|org)\b|\bunder\b|\b(?:in|at|on)\s+(?:the\s+)?[A-Z]", re.UNICODE
    ),
    "yes_no": re.compile(
        r"\b(?:yes|no|not|cannot|can|never|always|only|must|may|possible|free|included|part\s+of|supported|needs?|without|every|all|do|does|is|are)\b",
        re.IGNORECASE,
    ),
    "how_to": re.compile(
        r"\b(?:open|choose|press|click|tap|select|sign\s+in|enter|go\s+to|write\s+to|right-click|hold|connect|plug|install)\b",
        re.IGNORECASE,
    ),
    "why": re.compile(
        r"\b(?:because|since|so\s+that|due\s+to|caused?|causes|reasons?|means\s+that|therefore|comes?\s+from|depends?\s+on|as\s+(?:it|the"
        r"|they|we|a)|in\s+order\s+to|otherwise|usually|when|if)\b",
        re.IGNORECASE,
    ),
    "trouble": re.compile(
        r"\b(?:check|try|restart|cause|means|because|solution|replace|if|wait|update|reset|open|press)\b", re.IGNORECASE
    ),
}


@lru_cache(maxsize=64)
def question_types(question: str) -> tuple[QuestionType, ...]:
    """Return every kind of answer that would do, the most telling first; ``open`` when the form says nothing.

    Remembered, as each piece of each passage is looked at for what one question asks.
    """
    return tuple(kind for kind, pattern in _PATTERNS if pattern.search(question)) or ("open",)


def has_answer(kind: QuestionType, text: str) -> bool:
    """Return whether ``text`` has what such a question asks for; always for an open one."""
    pattern = _ANSWERS.get(kind)
    return pattern is None or pattern.search(text) is not None
