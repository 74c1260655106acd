"""The turns of one conversation: take a message through the graph, open and settle its case, write it down."""

from temporalio import workflow
from temporalio.contrib.workflow_streams import WorkflowStreamState
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.turns import CaseRecord, DecisionRecord, TurnRecord, TurnView
    from graphs import notices
    from graphs.notices import Outcome
    from graphs.policy import ASKED, framed, given_before, judge
    from graphs.state import Decision, Reply, SupportState, Verdict
    from workflows import messages
    from workflows.cases import Case, broken, own_words
    from workflows.changes import CHANGED, Changes, renewed
    from workflows.inbox import merge_guards
    from workflows.ledger import record_turn
    from workflows.memory import Memory
    from workflows.messages import Carried, ConversationInput, Decide, Publish, SendMessage
    from workflows.promises import outcome_of, promise, show_held, tell
    from workflows.runs import GraphRuns, Kind, Result

STEPS = {"classify": "reading", "retrieve": "searching", "answer": "drafting", "check": "checking"}
ESCALATED = "I would like to talk to a person."
"""What stands in the conversation for a press of the button."""
JOINED_END = "joined-end"
"""Since when messages that joined a case are promised nothing any more when nobody decided it."""


class TurnDesk:
    """Turns and open cases of one workflow run; the caller sees to it that one turn runs at a time."""

    def __init__(self, start: ConversationInput, publish: Publish) -> None:
        carried = start.carried
        self._start = start
        self._publish = publish
        self._runs = GraphRuns()
        self._memory = Memory(carried)
        self._number = carried.number
        self._department = carried.department
        self._states: dict[str, SupportState] = {}
        self._rounds: dict[str, int] = {}
        self._events: dict[str, int] = {}
        self._decisions: dict[str, list[DecisionRecord]] = {}
        self.turns = {turn.id: turn for turn in carried.turns}
        self.cases: dict[str, Case] = {}
        self.changes = Changes(self.cases, self._states)
        self.turns_in_run = 0
        self.deadlines_changed = False
        self._gives_up = False  # only a message's turn may fail, not what a person decided or a deadline ended

    def next_turn_id(self) -> str:
        """Return the id of the turn that ``take`` would begin."""
        return messages.turn_id(self._start.conversation_id, self._number + 1)

    def count_event(self, turn_id: str) -> int:
        """Return the next sequence number of a turn's events, from 1."""
        self._events[turn_id] = self._events.get(turn_id, 0) + 1
        return self._events[turn_id]

    async def take(self, burst: list[SendMessage]) -> TurnView:
        """Run one turn for a burst of messages until it is answered or waits for a person."""
        turn = self._begin("\n".join(message.text for message in burst))
        self._gives_up = True
        try:
            return await self._work_out(turn, self._state(turn, burst))
        except ActivityError:  # records stayed out of reach for hours
            workflow.logger.exception("turn %s could not be written down", turn.id)
            turn.status, turn.answer = "failed", notices.notice("failed")
            self._publish("error", turn, text=notices.notice("failed"), whole=True)
            return turn
        finally:
            self._gives_up = False

    async def _work_out(self, turn: TurnView, state: SupportState) -> TurnView:
        case = next((case for case in self.cases.values() if case.record.kind == "handoff"), None)
        if case is not None:
            return await self._join(turn, state, case)
        try:
            result = await self._runs.start(state, lambda node: self._progress(turn, node))
        except Exception as error:  # whatever broke, a person gets the case: no turn ends in silence
            workflow.logger.exception("turn %s broke", turn.id)
            return await self._open_case(turn, state, "handoff", broken(error), notice="unavailable")
        return await self._settle(turn, result)

    async def escalate(self) -> TurnView:
        """Hand over to a person without a message; while one has the case already, return its turn."""
        for case in self.cases.values():
            if case.record.kind == "handoff":
                return self.turns[case.turn_id]
        turn = self._begin(ESCALATED)
        verdict = Verdict(route="handoff", confidence_score=0.0, reasons=[ASKED])
        return await self._open_case(turn, self._state(turn, []), "handoff", verdict, notice="asked")

    def take_case(self, review_id: str) -> Case:
        """Take a case out of the open ones, before anything can wait: only one decision finds it."""
        self.deadlines_changed = True
        return self.cases.pop(review_id)

    def close_case(self, case: Case, decide: Decide) -> None:
        """Write into a case what was decided."""
        self._decisions.setdefault(case.turn_id, []).append(case.decide(decide, workflow.now()))

    def put_back(self, case: Case) -> None:
        """Open a case again that was taken and not decided."""
        self.cases[case.record.id] = case
        self.deadlines_changed = True

    def state_of(self, case: Case) -> SupportState:
        """Return the state of the turn that a case belongs to."""
        return self._states[case.turn_id]

    async def settle_case(self, case: Case, decision: Decision) -> TurnView:
        """Go on after a decision: reply, draft again, or hand over."""
        turn = self.turns[case.turn_id]
        await self._record(turn, case=case.record)
        self._publish("review.decided", turn, step=decision["action"])
        await self._let_go(case.joined(self.turns.values()), answered=True)
        if case.detached:
            return await self._reply(turn, self._states[turn.id], own_words(decision))
        try:
            result = await self._runs.resume(turn.id, decision, lambda node: self._progress(turn, node))
        except Exception as error:  # a redraft that breaks goes to a person
            workflow.logger.exception("turn %s broke after a decision", turn.id)
            return await self._open_case(turn, self._states[turn.id], "handoff", broken(error), notice="unavailable")
        return await self._settle(turn, result)

    async def redraft_case(self, case: Case) -> TurnView:
        """Answer the turn anew: a source of its draft has changed. The customer keeps the time they were promised."""
        turn, old = self.turns[case.turn_id], self._states[case.turn_id]
        case.record.state = "withdrawn"
        await self._record(turn, case=case.record)
        await self._runs.forget(turn.id)
        state = renewed(old)
        try:
            result = await self._runs.start(state, lambda node: self._progress(turn, node))
        except Exception as error:  # as in a first draft, a person gets what breaks
            workflow.logger.exception("turn %s broke when it was drafted again", turn.id)
            return await self._open_case(turn, state, "handoff", broken(error), notice="unavailable", due=case)
        return await self._settle(turn, result, due=case)

    async def expire_case(self, case: Case, outcome: Outcome) -> None:
        """End a wait that nobody ended: the customer is told, the case is marked."""
        self.cases.pop(case.record.id, None)
        case.record.state = "expired"
        turn = self.turns[case.turn_id]
        text = await tell(outcome, self._states.get(turn.id))
        turn.status, turn.answer, turn.due_at, turn.notice = "handed_off", text, None, ""
        await self._record(turn, case=case.record)
        if (joined := case.joined(self.turns.values())) and workflow.patched(JOINED_END):
            await self._let_go(joined, answered=False)
        await self._done(turn)

    def carry(self, remembered: list[messages.Remembered], stream: WorkflowStreamState) -> Carried:
        """Return what the next run needs."""
        stream.base_offset += max(0, len(stream.log) - messages.CARRIED_EVENTS)
        stream.log = stream.log[-messages.CARRIED_EVENTS :]
        return Carried(
            turns=list(self.turns.values()),
            history=self._memory.history,
            summary=self._memory.summary,
            department=self._department,
            remembered=remembered,
            number=self._number,
            stream=stream,
        )

    def _begin(self, text: str) -> TurnView:
        self._number += 1
        self.turns_in_run += 1
        turn = TurnView(
            id=messages.turn_id(self._start.conversation_id, self._number),
            conversation_id=self._start.conversation_id,
            number=self._number,
            status="running",
            message=text,
            created_at=workflow.now(),
        )
        self.turns[turn.id] = turn
        for old in list(self.turns)[: -messages.CARRIED_TURNS]:
            if self.turns[old].due_at is None:
                del self.turns[old]
        return turn

    def _state(self, turn: TurnView, burst: list[SendMessage]) -> SupportState:
        return SupportState(
            turn_id=turn.id,
            conversation_id=turn.conversation_id,
            user_id=self._start.owner_id,
            message=turn.message,
            history=list(self._memory.history),
            summary=self._memory.summary,
            guard=merge_guards(burst),
        )

    def _progress(self, turn: TurnView, node: str) -> None:
        if step := STEPS.get(node):
            self._publish("turn.progress", turn, step=step)

    async def _settle(self, turn: TurnView, result: Result, due: Case | None = None) -> TurnView:
        if result.kind:
            return await self._open_case(turn, result.state, result.kind, judge(result.state), due=due)
        return await self._reply(turn, result.state, result.state["reply"])

    async def _reply(self, turn: TurnView, state: SupportState, reply: Reply) -> TurnView:
        turn.status, turn.answer, turn.citations = reply["status"], framed(reply["text"], state), reply["citations"]
        turn.engine, turn.due_at, turn.cached = reply["engine"], None, given_before(state, reply)
        turn.notice = ""
        reasons: list[str] = []
        if "check" in state:
            verdict = judge(state)
            turn.confidence_score, reasons = verdict["confidence_score"], verdict["reasons"]
        self._describe(turn, state)
        self._states[turn.id] = state
        await self._record(turn, reasons=reasons)
        self._memory.add(turn.message, reply, turn.intent)
        if not (reply["engine"] == "ollama" and state["draft"].get("released")):
            self._publish("message.delta", turn, text=turn.answer or "")
        await self._done(turn)
        return turn

    async def _open_case(
        self,
        turn: TurnView,
        state: SupportState,
        kind: Kind,
        verdict: Verdict,
        notice: Outcome | None = None,
        due: Case | None = None,
    ) -> TurnView:
        now = workflow.now()
        promised = await promise(outcome_of(state, kind, notice), state, self._start, due)
        self._rounds[turn.id] = self._rounds.get(turn.id, 0) + 1
        self._describe(turn, state)
        turn.confidence_score, turn.due_at = verdict["confidence_score"], promised.due_at
        turn.review_id = messages.review_id(turn.id, self._rounds[turn.id])
        record = CaseRecord(
            id=turn.review_id,
            kind="review" if kind == "review" else "handoff",
            stage=due.record.stage if due else "waiting",
            department=self._department,
            reasons=[*verdict["reasons"], *([CHANGED] if due else [])],
            question=turn.message,
            opened_at=now,
            due_at=promised.due_at,
        )
        show_held(turn, state, record.kind, promised.text)
        digest = state["draft"]["digest"] if kind == "review" else ""
        self.cases[record.id] = Case(record, turn.id, digest, promised.deadlines, detached=notice is not None)
        self.deadlines_changed = True
        self._states[turn.id] = state
        await self._record(turn, case=record, reasons=verdict["reasons"])
        self._publish("review.requested", turn, step=record.kind, whole=True)
        return turn

    async def _join(self, turn: TurnView, state: SupportState, case: Case) -> TurnView:
        """Add a further message to the case that a person already has."""
        case.record.question += "\n" + turn.message
        turn.status, turn.review_id, turn.due_at = "handed_off", case.record.id, case.record.due_at
        turn.answer = await tell("added", state, case.record.due_at)
        self._states[turn.id] = state
        await self._record(turn, reasons=["A person already has this case."])
        await self._record(self.turns[case.turn_id], case=case.record)
        self._publish("message.completed", turn, whole=True)
        return turn

    async def _let_go(self, joined: list[TurnView], *, answered: bool) -> None:
        """Write that the case which further messages joined has ended."""
        for turn in joined:
            turn.status, turn.due_at = "answered" if answered else turn.status, None
            await self._record(turn)
            del self._states[turn.id]

    def _describe(self, turn: TurnView, state: SupportState) -> None:
        if "classification" in state:
            turn.intent = state["classification"]["intent"]
            if not state["classification"]["small_talk"]:
                self._department = state["classification"]["department"]

    async def _record(
        self, turn: TurnView, *, case: CaseRecord | None = None, reasons: list[str] | None = None
    ) -> None:
        await record_turn(
            TurnRecord(
                turn=turn,
                owner_id=self._start.owner_id,
                state=self._states[turn.id],
                reasons=reasons or [],
                decisions=self._decisions.get(turn.id, []),
                case=case,
                at=workflow.now(),
            ),
            gives_up=self._gives_up,
        )

    async def _done(self, turn: TurnView) -> None:
        self._publish("message.completed", turn, whole=True)
        self._states.pop(turn.id, None)
        await self._runs.forget(turn.id)
