"""What becomes of waiting drafts whose sources change: they are withdrawn at once and drafted again in their turn."""

from collections.abc import Collection, Mapping

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from graphs.state import SupportState
    from workflows.cases import Case

CHANGED = "A document that the first draft quoted was changed or removed, so it was drafted again."


class Changes:
    """The cases of one workflow run that were withdrawn and wait to be drafted again."""

    def __init__(self, cases: dict[str, Case], states: Mapping[str, SupportState]) -> None:
        """Withdraw from ``cases``, by what the drafts in ``states`` quote."""
        self._cases = cases
        self._states = states
        self._withdrawn: set[str] = set()
        self.waiting: list[Case] = []

    def withdraw(self, document_ids: Collection[str]) -> None:
        """Take out every draft that quotes one of these documents: nobody can decide on it any more."""
        for case in list(self._cases.values()):
            if case.record.kind == "review" and cites(self._states[case.turn_id], document_ids):
                self.add(self._cases.pop(case.record.id))

    def add(self, case: Case) -> None:
        """Let a case that was taken out be drafted again."""
        self._withdrawn.add(case.record.id)
        self.waiting.append(case)

    def knows(self, review_id: str) -> bool:
        """Say whether a case is gone because its sources changed."""
        return review_id in self._withdrawn


def cites(state: SupportState, document_ids: Collection[str]) -> bool:
    """Say whether a draft quotes one of these documents."""
    return any(citation["document_id"] in document_ids for citation in state["draft"]["citations"])


def renewed(state: SupportState) -> SupportState:
    """Return the state that a turn starts anew with; the reason makes it other input than the first time."""
    return SupportState(
        turn_id=state["turn_id"],
        conversation_id=state["conversation_id"],
        user_id=state["user_id"],
        message=state["message"],
        history=state["history"],
        guard=state["guard"],
        redraft_reason=CHANGED,
    )
