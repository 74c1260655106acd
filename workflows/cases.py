"""Cases that wait for a person inside a conversation, and who may decide them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.exceptions import ApplicationError

from activities.turns import CaseRecord
from workflows.messages import Decide

REVIEWERS = ("agent", "supervisor", "admin")
EVERY_DEPARTMENT = ("supervisor", "admin")


@dataclass
class Case:
    """An open case: its record, the turn it belongs to, the draft's digest and its next deadline."""

    record: CaseRecord
    turn_id: str
    digest: str
    deadline: datetime
    detached: bool = False
    """No graph waits for the decision: the person's text is the reply."""

    def advance(self, step: timedelta) -> bool:
        """Go to the next stage: reminded, then raised to a supervisor. Return False when there is none left."""
        if self.record.stage == "raised":
            return False
        self.record.stage = "reminded" if self.record.stage == "waiting" else "raised"
        self.deadline += step
        return True


def refuse(kind: str, message: str) -> ApplicationError:
    """Return the refusal of a validator; ``kind`` is a key of ``messages.REFUSALS``."""
    return ApplicationError(message, type=kind, non_retryable=True)


def check_decision(case: Case | None, decide: Decide, owner_id: str) -> None:
    """Refuse a decision that may not count. Raises ``ApplicationError`` with a type of ``messages.REFUSALS``."""
    if decide.reviewer_role not in REVIEWERS:
        raise refuse("NotAReviewer", "only agents, supervisors and admins decide on cases")
    if decide.reviewer_id == owner_id:
        raise refuse("OwnConversation", "nobody decides on their own conversation")
    if case is None:
        raise refuse("ReviewNotPending", "this case is not waiting for a decision any more")
    if decide.reviewer_role not in EVERY_DEPARTMENT and decide.reviewer_department != case.record.department:
        raise refuse("OtherDepartment", f"this case belongs to the department {case.record.department!r}")
    if decide.digest != case.digest:
        raise refuse("DraftChanged", "the draft has changed since it was shown; read it again before deciding")
    if problem := _invalid(case, decide):
        raise refuse("DecisionInvalid", problem)


def _invalid(case: Case, decide: Decide) -> str:
    if case.record.kind == "handoff" and decide.action != "respond":
        return "a handed-off case has no draft: answer it with action 'respond'"
    if decide.action in ("edit", "respond") and not decide.text.strip():
        return f"action {decide.action!r} needs the text of the answer"
    if decide.action == "reject" and not decide.reason.strip():
        return "action 'reject' needs a reason for the next draft"
    return ""
