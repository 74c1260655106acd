"""What a customer is told for each outcome: honest, with a time, and never a promise we do not track.

The texts here are what holds without ``replies.toml`` of the company's folder; ``activities.replies`` reads that.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

from graphs.state import Nearest

Outcome = Literal[
    "answered",
    "in_review",
    "asked",
    "unsupported",
    "unavailable",
    "stopped",
    "unsure",
    "added",
    "taken_back",
    "expired",
    "closed",
    "failed",
    "nearest",
    "in_hours",
    "out_of_hours",
    "moment",
]
"""``asked`` to ``unsure`` are hand-offs by their reason; ``nearest`` says what the documents do say; ``in_hours`` and
``out_of_hours`` promise a time."""

ENGLISH: Mapping[Outcome, str] = MappingProxyType(
    {
        "answered": "{answer}",
        "in_review": "A colleague is checking the answer to this before you get it. {promise}",
        "asked": "Of course. I have passed your question on to a colleague. {promise}",
        "unsupported": (
            "I found no reliable answer to this in our documents, so I have passed it on to a colleague. {nearest} "
            "{promise}"
        ),
        "unavailable": (
            "I cannot search our documents at the moment, so I have passed your question on to a colleague. {promise}"
        ),
        "stopped": (
            "Automatic answers are switched off at the moment, so I have passed your question on to a colleague. "
            "{promise}"
        ),
        "unsure": (
            "I am not sure enough to answer this myself, so I have passed it on to a colleague. {nearest} {promise}"
        ),
        "added": "Thank you, I have added this for the colleague who has your case. {promise}",
        "taken_back": (
            "I had begun to answer, but I could not confirm all of it in our documents, so I have taken it back. "
            "A colleague is looking at it. {promise}"
        ),
        "expired": (
            "We promised you an answer and did not keep that promise: nobody was able to look at your case in time, "
            "although it was raised to a supervisor. We are sorry. Please ask again here, or press "
            "“Talk to a person”, and your question gets a new time."
        ),
        "closed": "The conversation was closed before a colleague answered.",
        "failed": (
            "Something went wrong on our side while answering. Your message is kept; please send it again in a moment."
        ),
        "nearest": "The closest that our documents come is in {source}: “{quote}” That may not be your answer.",
        "in_hours": "You will have an answer here by {due}.",
        "out_of_hours": "Our team is back at {opens}. You will have an answer here by {due}.",
        "moment": "{time} on {day} {month}",
    }
)


def spoken_time(moment: datetime) -> str:
    """Return a moment as people read it, in UTC, e.g. ``16:40 UTC on 21 November``."""
    local = moment.astimezone(UTC)
    return ENGLISH["moment"].format(time=f"{local:%H:%M} UTC", day=local.day, month=f"{local:%B}")


def notice(outcome: Outcome, due_at: datetime | None = None, nearest: Nearest | None = None) -> str:
    """Return the English notice of an outcome; ``due_at`` is by when a person answers, ``nearest`` what is known."""
    promise = ENGLISH["in_hours"].format(due=spoken_time(due_at)) if due_at else ""
    return filled(ENGLISH, outcome, promise=promise, nearest=nearest)


def filled(texts: Mapping[Outcome, str], outcome: Outcome, *, promise: str, nearest: Nearest | None) -> str:
    """Return the text of an outcome with what is known and promised; a part that is not there leaves no gap."""
    known = ""
    if nearest and "nearest" in texts:
        quote = " ".join(nearest["citation"]["quote"].split())
        source = ", ".join(filter(None, [nearest["citation"]["title"], nearest["section"]]))
        known = texts["nearest"].format(source=source, quote=quote)
    text = texts[outcome]
    for name, part in (("promise", promise), ("nearest", known)):
        field = f"{{{name}}}"
        text = text.replace(f" {field}", f" {part}" if part else "").replace(field, part)
    return text.strip()
