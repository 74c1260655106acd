"""Cases that wait for a person inside a conversation, and who may decide them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from temporalio.exceptions import ApplicationError

from activities.turns import CaseRecord, DecisionRecord, TurnView
from graphs.state import Decision, Reply, Verdict
from workflows.messages import Decide

REVIEWERS = ("agent", "supervisor", "admin")
EVERY_DEPARTMENT = ("supervisor", "admin")


@dataclass
class Case:
    """An open case: its record, the turn it belongs to, the draft's digest and its next deadline."""

    record: CaseRecord
    turn_id: str
    digest: str
    deadlines: list[datetime]
    """When it is due, raised, and expires: those that are still to come."""
    detached: bool = False
    """No graph waits for the decision: the person's text is the reply."""

    @property
    def deadline(self) -> datetime:
        """The next one."""
        return self.deadlines[0]

    def advance(self) -> bool:
        """Go to the next stage: reminded, then raised to a supervisor. Return False when there is none left."""
        if self.record.stage == "raised":
            return False
        self.record.stage = "reminded" if self.record.stage == "waiting" else "raised"
        self.deadlines = self.deadlines[1:]
        return True

    def joined(self, turns: Iterable[TurnView]) -> list[TurnView]:
        """Return those of a conversation's turns that were added to this case."""
        return [turn for turn in turns if turn.review_id == self.record.id and turn.id != self.turn_id]

    def decide(self, decide: Decide, at: datetime) -> DecisionRecord:
        """Take a person's decision into the record; return what the turn's audit row keeps of it."""
        record = self.record
        record.state, record.action, record.text, record.reason = "decided", decide.action, decide.text, decide.reason
        record.decided_by, record.decided_at = decide.reviewer_id, at
        return DecisionRecord(
            review_id=record.id,
            reviewer_id=decide.reviewer_id,
            action=decide.action,
            reason=decide.reason,
            changed=decide.action in ("edit", "respond"),
            decided_at=at,
        )


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


def broken(error: Exception) -> Verdict:
    """Return why a person gets a turn that broke."""
    return Verdict(
        route="handoff", confidence_score=0.0, reasons=[f"The turn could not be worked out ({type(error).__name__})."]
    )


def own_words(decision: Decision) -> Reply:
    """Return the reply that is a person's own text."""
    return Reply(status="answered", text=decision["text"], citations=[], engine="person")
