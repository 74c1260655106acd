"""The customer's own wording of a problem before the answer to it: a short stretch of the message, word for word.

Who reads it sees that the problem was understood, or that another was. Nothing is repeated that could be personal,
rude, or an instruction to the assistant: then the answer stands alone.
"""

import re

from activities.models.pleasantries import is_rude, unwrap
from activities.models.terms import stems
from activities.ports import draft_digest
from graphs.state import Draft

ECHO = re.compile(r"\AAbout “[^”“\n]{1,120}”:\s")
"""Only at the beginning of an answer, and only in answers of the embedded engine."""
LEAST_WORDS, MOST_WORDS = 3, 14
LEAST_STEMS = 2
_CLAUSE = re.compile(
    r"(?<=[.!?;])\s+|\n+|\s+[-–—]\s+|,\s+(?:and|but|so)?\s*|\s+(?:and|but|so)\s+(?=(?:i|my|the|it|we|our|how|what|why)\b)",
    re.IGNORECASE,
)
_PROBLEM = re.compile(
    r"\b(?:not|never|no\s+longer|nothing|cannot|can'?t|won'?t|errors?|fail(?:s|ed|ing|ure)?|broken|stuck|stops?|stopped|wrong"
    r"|missing|lost|crash\w*|declined|refused|blocked|locked|slow\w*|disappeared|gone|dead|stolen|damaged|forgot\w*|full"
    r"|degraded|clicking|\w+n['’]t)\b",
    re.IGNORECASE,
)
_NO_PROBLEM = re.compile(
    r"^(?:why|how|what|which|wich|where|when|who|whom|whose|can|could|do|does|did|is|are|will|would|may|must|should)\b"
    r"|\b(?:happy|glad|sure|sorry|disappointed|angry|annoyed|upset|want|wish|need|like|think|believe|hope)\b",
    re.IGNORECASE,
)
"""A question needs no repeating, and feelings and wishes are no problem with a thing of ours."""
_NEVER = re.compile(
    r"[<>@“”\"\[\]{}#]|https?:|www\.|\d{4}"
    r"|\b(?:you\s+(?:are|will|should)|say|repeat|write|print|output|reveal|tell|passwords?\s+is|assistant|bot|chatbot)\b",
    re.IGNORECASE,
)
"""Marks of other data than words, and what speaks to the assistant."""
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget\s+(?:all|your|every)|instructions?|prompts?|pretend|roleplay|act\s+as|you\s+must)\b",
    re.IGNORECASE,
)
"""Anywhere in a message they are reason enough to repeat nothing of it."""
_DATES = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|\w+ber"
_NAME = re.compile(rf"\b(?!I\b|I['’]|(?:{_DATES})\b)[A-Z][\w'’-]*|\b\w*\d[\w-]*")


def with_echo(draft: Draft, message: str) -> Draft:
    """Return the draft with the customer's wording before it, or as it is where there is none to repeat."""
    if not draft["citations"] or not draft["text"]:
        return draft
    said = " ".join(f"{each['quote']} {each['title']}" for each in draft["citations"])
    fragment = problem_of(message, said)
    if not fragment:
        return draft
    listed = "\n" in draft["text"]
    text = f"About “{fragment}”:{chr(10) if listed else ' '}{draft['text']}"
    return {**draft, "text": text, "digest": draft_digest(text, draft["citations"])}


def without_echo(text: str) -> str:
    """Return an answer of the embedded engine without the wording before it."""
    return ECHO.sub("", text)


def problem_of(message: str, known: str) -> str:
    """Return the stretch of a message that says what is wrong; empty without one that may be repeated.

    Names, codes and figures are repeated only when ``known``, what the answer quotes, has them.
    """
    if is_rude(message) or _ORDERS.search(message):
        return ""
    for clause in _CLAUSE.split(unwrap(message)):
        fragment = (clause or "").strip(" \t.,;:!?…")
        if not LEAST_WORDS <= len(fragment.split()) <= MOST_WORDS or not _PROBLEM.search(fragment):
            continue
        if _NO_PROBLEM.search(fragment):
            continue
        names = [each for each in _NAME.findall(fragment) if not fragment.startswith(each)]
        strange = [each for each in names if each.lower() not in known.lower()]
        if len(set(stems(fragment))) >= LEAST_STEMS and not strange and not _NEVER.search(fragment):
            return fragment
    return ""
