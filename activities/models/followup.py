"""Follow-ups: a message that leans on the conversation becomes a question that stands alone.

Contextual query rewriting without a model: it decides by form whether a message is elliptical (as in Elgohary et al.,
CANARD, 2019: openings such as "what about", pronouns without an antecedent, no verb of its own), then either replaces
the one entity that differs in the earlier question or puts the earlier question before the message.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from activities.models.pleasantries import small_talk_kind, unwrap
from activities.models.terms import stems
from graphs.state import Exchange

Slots = Mapping[str, Sequence[Sequence[str]]]
"""Kind of thing -> its members, each with its spellings, e.g. ``{"plan": [["personal"], ["family", "families"]]}``."""

Dependence = Literal["none", "weak", "strong"]

LOOK_BACK = 3
SHORT_WORDS = 11
LONGEST_WORDS = 16
FRAGMENT_WORDS = 4
_PREPOSITION = re.compile(r"^(?:for|on|with|in|from|at|to|by|when|if|as|per|without|after|before)\b", re.IGNORECASE)
_OPENING = re.compile(
    r"^(?:and|or|but|so|also|then|what\s+about|how\s+about|what\s+if|same\s+for|and\s+if|ok(?:ay)?\s+and|instead)\b[\s,]*",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:it|its|that|this|these|those|them|they|there|one|ones|the\s+(?:same|other|second|first|last|former|latter)"
    r"|step\s+\d+|another|otherwise)\b",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"\b(?:is|was|does|will|can|would|has)\s+(?:it|there|this)\s+(?:possible|safe|normal|true|any|a|an)\b|\bit\s+(?:says|keeps)\b"
    r"|\bthere\s+(?:is|are|was)\b|\b(?:is|are)\s+there\b|\bthat\s+(?:i|you|we|is|was|my)\b|\bthis\s+(?:month|year|week|morning)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?:(?:how|what|when|where|why|which|who)\s+(?:\w+\s+)?)?(?:does|is|are|do|can|will|would|did|was|has|could|should)\s+"
    r"(?:it|they|that|those|these)\b(?!\s+(?:possible|true|safe\s+to|normal))",
    re.IGNORECASE,
)
"""The subject of the question is a pronoun, so what it stands for was said before."""
_VERB = re.compile(
    r"\b(?:am|is|are|was|were|be|do|does|did|can|could|will|would|should|may|must|have|has|had|need|want|get|got|use|pay|paid"
    r"|cost|costs|work|works|happen|happens|take|takes|change|cancel|delete|remove|share|set|connect|charge[ds]?|stop|send|sent|find|see"
    r"|reset|restore|upgrade|downgrade|return|buy|bought|order|log|sign|lost|forgot|broke|fail(?:s|ed)?|refund|sync|download)\b|n't\b|'m\b|'re\b",
    re.IGNORECASE,
)


_WORD = re.compile(r"[\w'’.-]*\w")
_WH = re.compile(r"^(?:who|what|which|when|where|why|how|whose)\b", re.IGNORECASE)


def dependence(message: str) -> Dependence:
    """Return how much the message leans on the conversation, by its form.

    ``strong``: it opens like a continuation. ``weak``: a pronoun or a fragment, which may well stand alone; whoever
    can tell what it is about should decide. ``none``: it stands alone.
    """
    text = unwrap(message).strip()
    words = re.findall(r"[\w'’-]+", text)
    if not words or len(words) > LONGEST_WORDS or small_talk_kind(text):
        return "none"
    refers = _PRONOUN.search(_EXPLETIVE.sub(" ", text)) is not None
    if _SUBJECT.match(text) or (_OPENING.match(text) and (len(words) <= SHORT_WORDS or refers)):
        return "strong"
    return "weak" if refers or (len(words) <= FRAGMENT_WORDS and not _VERB.search(text)) else "none"


def stand_alone(message: str, history: Sequence[Exchange], slots: Slots) -> str:
    """Return a follow-up as a question that stands alone.

    That is the earlier one with its entity replaced ("and Business?"); the earlier one with the message behind it, if
    that is a fragment ("and for a year?"); else the message with the words of the earlier one in brackets: what it asks
    is its own, only what it is about was said before. ``history`` is oldest first; chains are followed back at most
    ``LOOK_BACK`` exchanges. Without an earlier question the message is returned as it is.
    """
    text = unwrap(message)
    earlier = _earlier_question(history[-LOOK_BACK:], slots)
    if not earlier:
        return text
    if replaced := replace_slot(earlier, text, slots):
        return replaced
    rest = _OPENING.sub("", text) or text
    if not _asks(rest):
        joint = " " if _PREPOSITION.match(rest) else ": "
        return earlier.rstrip("?.! ") + joint + rest
    about = words_about(earlier, besides=rest)
    return f"{rest.rstrip('?.! ')} ({about})" if about else rest


def topic_of(history: Sequence[Exchange]) -> str:
    """Return the title of the document that was quoted last, within ``LOOK_BACK`` exchanges; empty without one."""
    return next((each["topic"] for each in reversed(history[-LOOK_BACK:]) if each.get("topic")), "")


def words_about(question: str, besides: str) -> str:
    """Return the content words of a question, in their order, without those that ``besides`` has."""
    own = set(stems(besides))
    return " ".join(word for word in _WORD.findall(question) if (found := set(stems(word))) and not found & own)


def _asks(text: str) -> bool:
    """Whether it says what happens or what is asked, and not only with whom, when or where."""
    return _VERB.search(text) is not None or _WH.match(text) is not None


def replace_slot(earlier: str, message: str, slots: Slots) -> str:
    """Return ``earlier`` with its entity replaced by the one of the same kind that ``message`` names; else empty.

    Only for a message that names nothing else: "and Business?" after "How much is Personal?".
    """
    rest = _OPENING.sub("", message)
    for members in slots.values():
        new, old = _mention(rest, members), _mention(earlier, members)
        if new and old and new[1] != old[1] and _only(rest, new[0], members):
            return earlier.replace(old[0], new[0])
    return ""


def _earlier_question(history: Sequence[Exchange], slots: Slots) -> str:
    """The latest exchange that is not small talk, itself made to stand alone."""
    for index in range(len(history) - 1, -1, -1):
        message = history[index]["message"]
        if not small_talk_kind(message):
            leans = dependence(message) == "strong"
            return stand_alone(message, history[:index], slots) if leans else unwrap(message)
    return ""


def _mention(text: str, members: Sequence[Sequence[str]]) -> tuple[str, int] | None:
    """The words of the first member that ``text`` names and its number."""
    for number, spellings in enumerate(members):
        for spelling in spellings:
            if found := _spelled(spelling).search(text):
                return found[0], number
    return None


@cache
def _spelled(spelling: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(spelling)}\b", re.IGNORECASE)


_FILLER = {
    "the",
    "for",
    "on",
    "a",
    "an",
    "with",
    "in",
    "of",
    "my",
    "our",
    "about",
    "plan",
    "plans",
    "one",
    "version",
    "same",
    "is",
    "to",
    "please",
    "billing",
    "app",
}


def _only(text: str, mention: str, members: Sequence[Sequence[str]]) -> bool:
    rest = re.sub(re.escape(mention), " ", text, flags=re.IGNORECASE)
    return not set(re.findall(r"\w+", rest.lower())) - _FILLER
