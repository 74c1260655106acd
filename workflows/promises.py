"""Notices to a customer whose case a person has, in the company's words; in the product's own where those fail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.promises import STAGES, Notice, NoticeRequest, Promises
    from activities.turns import TurnView
    from graphs import notices
    from graphs.notices import Outcome
    from graphs.policy import notice_kind
    from graphs.state import SupportState
    from workflows.cases import Case
    from workflows.ledger import LOCAL_FAILURES, QUICK
    from workflows.messages import ConversationInput
    from workflows.runs import Kind

COMPANY_REPLIES = "company-replies"
"""Since when notices are the company's."""


@dataclass(frozen=True)
class Promise:
    """What the customer is told, by when a person answers, and the case's deadlines that are still to come."""

    text: str
    due_at: datetime
    deadlines: list[datetime]


async def promise(outcome: Outcome, state: SupportState, start: ConversationInput, due: Case | None) -> Promise:
    """Return a new promise; the one of ``due``, a case that goes on, stays as it is."""
    if due:
        return Promise(await tell(outcome, state, due.record.due_at), due.record.due_at, due.deadlines)
    at = workflow.now()
    request = _request(outcome, state, at).model_copy(
        update={"due_seconds": start.review_due_seconds, "raise_seconds": start.review_raise_seconds}
    )
    waits = [start.review_due_seconds + start.review_raise_seconds * stage for stage in range(STAGES)]
    written = await _written(request, [at + timedelta(seconds=wait) for wait in waits])
    return Promise(written.text, written.deadlines[0], written.deadlines)


async def tell(outcome: Outcome, state: SupportState | None, due_at: datetime | None = None) -> str:
    """Return a notice that promises nothing anew; ``due_at`` is what was promised before."""
    request = _request(outcome, state, workflow.now()).model_copy(update={"due_at": due_at})
    return (await _written(request, [])).text


def outcome_of(state: SupportState, kind: Kind, notice: Outcome | None) -> Outcome:
    """Return what the customer is told of a case; ``notice`` is the reason of one that no graph waits for."""
    if kind == "handoff":
        return notice or notice_kind(state)
    return "taken_back" if state["draft"].get("released") else "in_review"


def show_held(turn: TurnView, state: SupportState, kind: Kind, text: str) -> None:
    """Write into a turn that a person has it. The answer stays empty while a draft is being checked."""
    if kind == "handoff":
        turn.status, turn.engine, turn.answer, turn.notice = "handed_off", "none", text, ""
        return
    turn.status, turn.engine = "pending_review", state["draft"]["engine"]
    if state["draft"].get("released"):
        turn.answer = text
    else:
        turn.notice = text


def _request(outcome: Outcome, state: SupportState | None, at: datetime) -> NoticeRequest:
    """A message that was not read, as a press of "Talk to a person", says nothing of its language."""
    said = [each["message"] for each in state["history"]] if state else []
    if state and "classification" in state:
        language, said = state["classification"]["language"], [*said, state["message"]]
    else:
        language = ""
    nearest = state.get("nearest") if state else None
    return NoticeRequest(outcome=outcome, language=language, messages=said, at=at, nearest=nearest)


async def _written(request: NoticeRequest, deadlines: list[datetime]) -> Notice:
    plain = Notice(
        text=notices.notice(request.outcome, deadlines[0] if deadlines else request.due_at, request.nearest),
        deadlines=deadlines,
    )
    if not workflow.patched(COMPANY_REPLIES):
        return plain
    try:
        return await workflow.execute_local_activity_method(Promises.write_notice, request, **QUICK)
    except LOCAL_FAILURES as error:
        workflow.logger.warning("the notice is the product's own: %s", error)
        return plain
