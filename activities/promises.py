"""What a customer is told while a person has their case, and by when that person answers."""

from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import BaseModel
from temporalio import activity

from activities.replies import Replies
from graphs.formality import formality
from graphs.notices import Outcome
from graphs.state import Nearest

STAGES = 3
"""Reminded, raised to a supervisor, expired."""


class NoticeRequest(BaseModel):
    """What to tell: ``messages`` are the customer's, oldest first; ``due_at`` is what was promised before."""

    outcome: Outcome
    language: str = ""
    """Empty when it is not known: then that of the latest message."""
    messages: list[str] = []
    at: datetime
    due_at: datetime | None = None
    due_seconds: float = 0.0
    """A new promise, counted in office hours; 0 when nothing is promised anew."""
    raise_seconds: float = 0.0
    nearest: Nearest | None = None
    """What the documents say nearest to what was asked."""


class Notice(BaseModel):
    """The text, and the case's deadlines: due, then raised, then expired; none when nothing was promised anew."""

    text: str
    deadlines: list[datetime] = []


class Promises:
    """Writes notices by the company's texts and hours, which may change at any time: so an activity, not a workflow."""

    def __init__(self, replies: Callable[[], Replies], language_of: Callable[[str], str] = lambda text: "") -> None:
        """``replies`` gives the texts in force now, ``language_of`` the code of a text's language."""
        self._replies = replies
        self._language_of = language_of

    @activity.defn
    async def write_notice(self, request: NoticeRequest) -> Notice:
        """Return the notice in the customer's language and form of address."""
        replies = self._replies()
        deadlines = promised(replies, request) if request.due_seconds else []
        due_at = deadlines[0] if deadlines else request.due_at
        language = request.language
        if not language and request.messages:
            language = self._language_of(request.messages[-1])
        manner = formality(language, request.messages)
        text = replies.write(request.outcome, language, manner, request.at, due_at, request.nearest)
        return Notice(text=text, deadlines=deadlines)


def promised(replies: Replies, request: NoticeRequest) -> list[datetime]:
    """Return by when a person answers, and when a case that nobody answers goes on from stage to stage."""
    waits = [request.due_seconds + request.raise_seconds * stage for stage in range(STAGES)]
    return [replies.office.after(request.at, timedelta(seconds=wait)) for wait in waits]
