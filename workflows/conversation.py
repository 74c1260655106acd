"""A conversation: one durable workflow; each customer message is an Update to it."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.contrib.workflow_streams import WorkflowStream, WorkflowStreamState

with workflow.unsafe.imports_passed_through():
    from activities.turns import ConversationEnd, Rating, TurnView
    from graphs.state import Decision
    from workflows import messages
    from workflows.cases import Case, check_decision, refuse
    from workflows.inbox import Inbox
    from workflows.ledger import LOCAL_FAILURES, record_case, record_end, record_rating
    from workflows.messages import (
        Close,
        ConversationInput,
        Decide,
        Decided,
        Escalate,
        Event,
        EventName,
        Rate,
        SendMessage,
        Snapshot,
        SourcesChanged,
    )
    from workflows.steps import lost_sources
    from workflows.turn import TurnDesk

RECHECK = "recheck-sources"
"""Since when a decision looks at the draft's sources once more."""
REDRAFTED = "a document that this draft quotes has changed or is not to be read any more; it is drafted again"


@workflow.defn
class ConversationWorkflow:
    """One customer's conversation: turns one at a time, cases with deadlines, events with offsets."""

    @workflow.init
    def __init__(self, start: ConversationInput) -> None:
        self._start = start
        self._stream = WorkflowStream(prior_state=start.carried.stream)
        self._topic = self._stream.topic(messages.EVENTS_TOPIC, type=Event)
        self._inbox = Inbox(start.carried.remembered)
        self._desk = TurnDesk(start, self._publish)
        self._turn_lock = asyncio.Lock()
        self._closing: Close | None = None
        self._renewing = False
        self._last_activity = workflow.now()

    @workflow.run
    async def run(self, start: ConversationInput) -> None:
        """Watch deadlines until the conversation is closed or idle too long; continue as new when history grows."""
        while self._closing is None:
            try:
                await workflow.wait_condition(self._needs_attention, timeout=self._patience())
            except TimeoutError:
                await self._pass_deadlines()
            if self._closing is None:
                await self._redraft_withdrawn()
            if self._closing is None and self._renewal_due():
                self._renewing = True
                await self._stream.continue_as_new(lambda state: [self._carry_on(state)])
        await self._end(self._closing)

    @workflow.update
    async def send_message(self, message: SendMessage) -> TurnView:
        """Answer a message, or say that a person is looking at it. A repeated key gets its first turn."""
        known = self._inbox.known(message)
        if known is not None:
            await workflow.wait_condition(lambda: self._desk.turns[known].status != "running")
            return self._desk.turns[known]
        waiting = self._inbox.put(message)
        async with self._turn_lock:
            if not waiting.turn_id:
                await self._desk.take(self._inbox.take(self._desk.next_turn_id()))
                self._inbox.keep_only(self._desk.turns)
        self._last_activity = workflow.now()
        return self._desk.turns[waiting.turn_id]

    @send_message.validator
    def _check_message(self, message: SendMessage) -> None:
        self._check_author(message.author_id)
        self._check_renewal()
        if not message.text.strip():
            raise refuse("EmptyMessage", "the message is empty")
        self._inbox.check(message)

    @workflow.update
    async def decide(self, decide: Decide) -> Decided:
        """Take a person's decision on a case: the first valid one wins.

        A draft goes out only as long as its customer may read what it quotes, as it is quoted.
        """
        case = self._desk.take_case(decide.review_id)
        async with self._turn_lock:
            if workflow.patched(RECHECK) and case.record.kind == "review" and decide.action in ("approve", "edit"):
                await self._recheck(case)
            self._desk.close_case(case, decide)
            turn = await self._desk.settle_case(case, _decision(decide))
        self._last_activity = workflow.now()
        return Decided(review_id=decide.review_id, action=decide.action, turn=turn)

    @decide.validator
    def _check_decide(self, decide: Decide) -> None:
        if self._desk.changes.knows(decide.review_id):
            raise refuse("SourcesChanged", REDRAFTED)
        case = None if self._closing else self._desk.cases.get(decide.review_id)
        check_decision(case, decide, self._start.owner_id)

    @workflow.signal
    def sources_changed(self, change: SourcesChanged) -> None:
        """Withdraw the drafts that quote these documents; each is drafted again."""
        self._desk.changes.withdraw(change.document_ids)

    @workflow.update
    async def escalate(self, request: Escalate) -> TurnView:
        """Hand the conversation to a person; asked again while one has it, returns the same turn."""
        async with self._turn_lock:
            turn = await self._desk.escalate()
        self._last_activity = workflow.now()
        return turn

    @escalate.validator
    def _check_escalate(self, request: Escalate) -> None:
        self._check_author(request.author_id)
        self._check_renewal()

    @workflow.update
    async def rate(self, rate: Rate) -> None:
        """Keep the customer's rating."""
        await record_rating(
            Rating(
                conversation_id=self._start.conversation_id, score=rate.score, comment=rate.comment, at=workflow.now()
            )
        )

    @rate.validator
    def _check_rate(self, rate: Rate) -> None:
        self._check_author(rate.author_id)

    @workflow.update
    async def close(self, close: Close) -> None:
        """End the conversation after the running turn; open cases are withdrawn."""
        async with self._turn_lock:
            self._closing = self._closing or close

    @close.validator
    def _check_close(self, close: Close) -> None:
        self._check_author(close.author_id)
        self._check_renewal()

    @workflow.query
    def snapshot(self) -> Snapshot:
        """Return the latest turns, oldest first, with the running one."""
        return Snapshot(turns=list(self._desk.turns.values()), closed=self._closing is not None)

    def _check_author(self, author_id: str) -> None:
        if author_id != self._start.owner_id:
            raise refuse("NotYourConversation", "there is no such conversation")
        if self._closing is not None:
            raise refuse("ConversationClosed", "this conversation is closed; start a new one")

    def _check_renewal(self) -> None:
        """What the next run has to know waits for it: no case is cut off from its checkpoint, and no end lost."""
        if self._renewing:
            raise refuse("Renewing", "the conversation continues as new; send the message again")

    async def _recheck(self, case: Case) -> None:
        """Refuse a decision on a draft whose sources changed during the wait; it is drafted again."""
        try:
            lost = await lost_sources(self._desk.state_of(case))
        except LOCAL_FAILURES:
            self._desk.put_back(case)
            raise refuse("SourcesUnchecked", "the draft's sources cannot be checked now; decide again") from None
        if lost:
            self._desk.changes.add(case)
            raise refuse("SourcesChanged", REDRAFTED)

    async def _redraft_withdrawn(self) -> None:
        while self._desk.changes.waiting:
            async with self._turn_lock:
                await self._desk.redraft_case(self._desk.changes.waiting.pop(0))

    def _publish(self, name: EventName, turn: TurnView, step: str = "", text: str = "", whole: bool = False) -> None:
        event = Event(
            name=name,
            turn_id=turn.id,
            seq=self._desk.count_event(turn.id),
            step=step,
            text=text,
            turn=turn.model_copy() if whole else None,
            at=workflow.now(),
        )
        self._topic.publish(event)

    def _needs_attention(self) -> bool:
        return self._closing is not None or self._desk.deadlines_changed or self._work_waits()

    def _work_waits(self) -> bool:
        return bool(self._desk.changes.waiting) or self._renewal_due()

    def _renewal_due(self) -> bool:
        """Never while a case is open (its checkpoint ends with the run) nor while a turn runs."""
        if self._desk.cases or self._desk.changes.waiting or self._turn_lock.locked() or self._inbox.waiting:
            return False
        return workflow.info().is_continue_as_new_suggested() or self._desk.turns_in_run >= self._start.turns_per_run

    def _patience(self) -> timedelta:
        """How long nothing has to be done, if nothing happens."""
        self._desk.deadlines_changed = False
        deadlines = [case.deadline for case in self._desk.cases.values()]
        if not deadlines:
            deadlines = [self._last_activity + timedelta(seconds=self._start.idle_close_seconds)]
        return max(min(deadlines) - workflow.now(), timedelta(milliseconds=1))

    async def _pass_deadlines(self) -> None:
        now = workflow.now()
        for case in [case for case in self._desk.cases.values() if case.deadline <= now]:
            if case.advance():
                await record_case(case.record)
            else:
                async with self._turn_lock:
                    if case.record.id in self._desk.cases:  # a person may have decided while the lock was waited for
                        await self._desk.expire_case(case, "expired")
        if not self._desk.cases and self._idle_until() <= now and not self._inbox.waiting:
            self._closing = self._closing or Close(author_id=self._start.owner_id, reason="idle")

    def _idle_until(self) -> datetime:
        return self._last_activity + timedelta(seconds=self._start.idle_close_seconds)

    async def _end(self, close: Close) -> None:
        await workflow.wait_condition(lambda: not self._turn_lock.locked() and not self._inbox.waiting)
        for case in [*self._desk.cases.values(), *self._desk.changes.waiting]:
            await self._desk.expire_case(case, "closed")
        await record_end(
            ConversationEnd(conversation_id=self._start.conversation_id, reason=close.reason, at=workflow.now())
        )
        self._topic.publish(Event(name="conversation.closed", text=close.reason, at=workflow.now()))
        self._stream.detach_pollers()
        await workflow.wait_condition(workflow.all_handlers_finished)

    def _carry_on(self, state: WorkflowStreamState) -> ConversationInput:
        carried = self._desk.carry(self._inbox.remembered, state)
        return self._start.model_copy(update={"carried": carried})


def _decision(decide: Decide) -> Decision:
    return Decision(action=decide.action, text=decide.text, reason=decide.reason, reviewer_id=decide.reviewer_id)
