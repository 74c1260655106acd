"""What customers are told for each outcome, as the company's folder has it now."""

from datetime import datetime, time

from fastapi import APIRouter

from activities.office_hours import OfficeHours
from activities.records.database import utc_now
from activities.replies import PROMISING, Replies
from api.deps import ServicesDep, Supervisor
from api.problems import problems
from api.reply_schemas import OfficeView, RepliesView, ReplyText
from graphs.formality import Formality
from graphs.notices import Outcome
from graphs.state import Citation, Nearest

router = APIRouter(prefix="/v1/replies", tags=["replies"], responses=problems(401, 403, 429))
PARTS = frozenset({"nearest", "in_hours", "out_of_hours", "moment"})
"""Texts that others are made of: seen in these."""
ANSWER = "…"
NEAREST = Nearest(
    citation=Citation(document_id="", title="…", version=1, chunk_id="", quote="…", start=0, end=1), section=""
)


@router.get("", operation_id="get_replies")
async def get_replies(caller: Supervisor, services: ServicesDep) -> RepliesView:
    """Write every text as a customer would read it now, in and outside office hours."""
    replies, at = services.replies.current(), utc_now()
    due_at = replies.office.after(at, services.options.review_due)
    return RepliesView(
        default_language=replies.default_language,
        problem=services.replies.problem,
        office=_office(replies.office, at, due_at),
        items=[
            _text(replies, outcome, language, formality, at, due_at)
            for language, formality in _addresses(replies)
            for outcome in replies.of(language, formality)
            if outcome not in PARTS
        ],
    )


def _addresses(replies: Replies) -> list[tuple[str, Formality]]:
    found: list[tuple[str, Formality]] = []
    for language in replies.texts:
        found.append((language, "formal"))
        if language in replies.informal:
            found.append((language, "informal"))
    return found


def _text(
    replies: Replies, outcome: Outcome, language: str, formality: Formality, at: datetime, due_at: datetime
) -> ReplyText:
    template, away = replies.of(language, formality)[outcome], ""
    preview = template.replace("{answer}", ANSWER)
    if outcome in PROMISING:
        preview = replies.promising(outcome, language, formality, due_at, None, NEAREST)
        opens = replies.office.opens(at) if replies.office.hours else due_at
        away = replies.promising(outcome, language, formality, due_at, opens, NEAREST)
    return ReplyText(
        language=language, formality=formality, outcome=outcome, template=template, preview=preview, away=away
    )


def _office(office: OfficeHours, at: datetime, due_at: datetime) -> OfficeView:
    return OfficeView(
        time_zone=office.time_zone,
        hours={day: f"{opens:%H:%M}-{_closing(closes)}" for day, (opens, closes) in office.hours.items()},
        open=office.is_open(at),
        opens_at=office.opens(at),
        due_at=due_at,
    )


def _closing(at: time) -> str:
    return "24:00" if at == time.max else f"{at:%H:%M}"
