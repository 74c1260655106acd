"""The way into conversations for callers outside Temporal: connect, send, decide, follow."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, TypeAlias, TypeVar

from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    Plugin,
    StartWorkflowUpdateInput,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.contrib.workflow_streams import WorkflowStreamClient
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.runtime import Runtime
from temporalio.service import RPCError

from activities.turns import TurnView
from workflows import messages
from workflows.conversation import ConversationWorkflow
from workflows.converter import data_converter
from workflows.inbox import digest
from workflows.messages import (
    Close,
    ConversationInput,
    Decide,
    Decided,
    Escalate,
    Event,
    Rate,
    SendMessage,
    Snapshot,
)
from workflows.refusals import Refused, TemporalUnavailableError, WorkerBehindError, not_connected, refused, unavailable

T = TypeVar("T")
Start: TypeAlias = WithStartWorkflowOperation[ConversationWorkflow, None]
POLL_UPDATE = "__temporal_workflow_stream_poll"
ACCEPT_SECONDS = 5.0
"""How long a worker may take to accept a message before the caller is told to come back."""
NOT_TAKEN = "no worker has taken the request yet; send it again with the same key"
RENEWAL_TRIES = 60
RENEWAL_SECONDS = 0.05
BEHIND_TRIES, BEHIND_SECONDS = 24, 0.5
"""While a worker is behind, for as long as it may have three tasks: a crowd before one that has just started."""


class SharedPolls(Interceptor):
    """Gives waiting event polls an id by their offset, so that all listeners of a conversation share one.

    Temporal allows 10 updates in flight for a run, and a poll outlives the listener that started it.
    """

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """Wrap the client's outgoing calls."""
        return _SharedPollsOutbound(next)


class _SharedPollsOutbound(OutboundInterceptor):
    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
        if input.update == POLL_UPDATE:
            input.update_id = f"events:{input.args[0].from_offset}"
        return await super().start_workflow_update(input)


async def connect(
    address: str = "", *, plugins: Sequence[Plugin] = (), runtime: Runtime | None = None, lazy: bool = False
) -> Client:
    """Return a client by the standard ``TEMPORAL_*`` variables; ``address`` overrides theirs.

    Raises ``TemporalUnavailableError`` when the server does not answer (never when ``lazy``).
    """
    config: dict[str, Any] = dict(ClientConfig.load_client_connect_config())
    config["target_host"] = address or config.get("target_host") or "127.0.0.1:7233"
    config.update(
        data_converter=data_converter,
        interceptors=[SharedPolls()],
        plugins=list(plugins),
        runtime=runtime,
        lazy=lazy,
    )
    try:
        return await Client.connect(**config)
    except RuntimeError as error:
        raise TemporalUnavailableError(f"no Temporal server answers at {config['target_host']}: {error}") from error


class Conversations:
    """Conversations as callers see them; every method raises ``Refused`` or ``TemporalUnavailableError``."""

    def __init__(
        self,
        client: Client,
        *,
        task_queue: str = messages.TASK_QUEUE,
        review_due: timedelta = timedelta(hours=4),
        review_raise: timedelta = timedelta(hours=1),
        idle_close: timedelta = timedelta(days=7),
        turns_per_run: int = messages.TURNS_PER_RUN,
    ) -> None:
        self._client = client
        self._task_queue = task_queue
        self._review_due = review_due
        self._review_raise = review_raise
        self._idle_close = idle_close
        self._turns_per_run = turns_per_run

    async def send(
        self, conversation_id: str, owner_id: str, message: SendMessage, wait: timedelta = timedelta(seconds=10)
    ) -> TurnView | None:
        """Start the conversation if need be and ask. Return its turn, or None when it is accepted and still running."""
        if wait:
            turn = await self._answered(conversation_id, owner_id, message, wait)
            if turn is not None:
                return turn
        await self._accepted(conversation_id, owner_id, message)
        return None

    async def decide(self, conversation_id: str, decide: Decide) -> Decided:
        """Decide on a case; the answer tells whether the decision counted."""
        return await self._call(self._handle(conversation_id).execute_update(ConversationWorkflow.decide, decide))

    async def escalate(self, conversation_id: str, owner_id: str, request: Escalate) -> TurnView:
        """Hand the conversation to a person now."""
        return await self._persist(
            lambda: self._starting(
                conversation_id,
                owner_id,
                lambda start: self._client.execute_update_with_start_workflow(
                    ConversationWorkflow.escalate, request, id=request.key, start_workflow_operation=start
                ),
            )
        )

    async def rate(self, conversation_id: str, rate: Rate) -> None:
        """Keep the customer's rating."""
        await self._call(self._handle(conversation_id).execute_update(ConversationWorkflow.rate, rate))

    async def close(self, conversation_id: str, close: Close) -> None:
        """End the conversation."""
        await self._persist(lambda: self._handle(conversation_id).execute_update(ConversationWorkflow.close, close))

    async def snapshot(self, conversation_id: str) -> Snapshot:
        """Return the latest turns with the running one."""
        return await self._call(self._handle(conversation_id).query(ConversationWorkflow.snapshot))

    async def events(self, conversation_id: str, from_offset: int = 0) -> AsyncIterator[tuple[int, Event]]:
        """Follow a conversation's events from an offset until it is closed; safe to stop and start again."""
        workflow_id = messages.conversation_workflow_id(conversation_id)
        stream = WorkflowStreamClient.create(self._client, workflow_id)
        try:
            async for item in stream.subscribe(messages.EVENTS_TOPIC, from_offset, result_type=Event):
                yield item.offset, item.data
        except RPCError as error:
            raise unavailable(error) from error

    def _start(self, conversation_id: str, owner_id: str) -> Start:
        return WithStartWorkflowOperation(
            ConversationWorkflow.run,
            ConversationInput(
                conversation_id=conversation_id,
                owner_id=owner_id,
                review_due_seconds=self._review_due.total_seconds(),
                review_raise_seconds=self._review_raise.total_seconds(),
                idle_close_seconds=self._idle_close.total_seconds(),
                turns_per_run=self._turns_per_run,
            ),
            id=messages.conversation_workflow_id(conversation_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            task_timeout=messages.WORKFLOW_TASK_TIMEOUT,
        )

    def _handle(self, conversation_id: str) -> WorkflowHandle[ConversationWorkflow, None]:
        return self._client.get_workflow_handle_for(
            ConversationWorkflow.run, messages.conversation_workflow_id(conversation_id)
        )

    async def _answered(
        self, conversation_id: str, owner_id: str, message: SendMessage, wait: timedelta
    ) -> TurnView | None:
        call = self._persist(
            lambda: self._starting(
                conversation_id,
                owner_id,
                lambda start: self._client.execute_update_with_start_workflow(
                    ConversationWorkflow.send_message, message, id=update_id(message), start_workflow_operation=start
                ),
            )
        )
        answered = asyncio.ensure_future(call)
        try:
            done, _ = await asyncio.wait({answered}, timeout=wait.total_seconds())
        finally:
            await _give_up(answered)  # the update goes on without its listener
        turn: TurnView | None = answered.result() if done else None
        return turn

    async def _accepted(self, conversation_id: str, owner_id: str, message: SendMessage) -> None:
        """Make sure that a message that is not answered yet is at least durable."""
        call = self._persist(
            lambda: self._starting(
                conversation_id,
                owner_id,
                lambda start: self._client.start_update_with_start_workflow(
                    ConversationWorkflow.send_message,
                    message,
                    id=update_id(message),
                    wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                    start_workflow_operation=start,
                ),
            )
        )
        try:
            async with asyncio.timeout(ACCEPT_SECONDS):
                await call
        except TimeoutError as error:
            raise TemporalUnavailableError(NOT_TAKEN) from error

    async def _starting(self, conversation_id: str, owner_id: str, call: Callable[[Start], Awaitable[T]]) -> T:
        """Call with the start of the conversation.

        The SDK puts the error of a failed or cancelled call into the operation's handle too. Nobody waits for that, so
        it is read here: asyncio reports an error that nobody has read.
        """
        start = self._start(conversation_id, owner_id)
        try:
            return await call(start)
        except BaseException:
            handle = asyncio.ensure_future(start.workflow_handle())
            await asyncio.sleep(0)
            await _give_up(handle)
            raise

    async def _persist(self, call: Callable[[], Awaitable[T]]) -> T:
        """Call, and call again while the conversation continues as new, for milliseconds, or its worker is behind."""
        for attempt in range(RENEWAL_TRIES):
            try:
                return await self._call(call())
            except Refused as refusal:
                if refusal.kind != "Renewing":
                    raise
            except WorkerBehindError:
                if attempt >= BEHIND_TRIES:
                    raise
                await asyncio.sleep(BEHIND_SECONDS)
            await asyncio.sleep(RENEWAL_SECONDS)
        raise TemporalUnavailableError("the conversation continues as new; send the message again with the same key")

    async def _call(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except WorkflowUpdateFailedError as error:
            raise refused(error) from error
        except WorkflowAlreadyStartedError as error:
            raise Refused("ConversationClosed", "this conversation is closed; start a new one") from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise TemporalUnavailableError(NOT_TAKEN) from error
        except RPCError as error:
            raise unavailable(error) from error
        except RuntimeError as error:
            raise not_connected(error) from error


async def _give_up(task: asyncio.Future[Any]) -> None:
    """Cancel what is not done, and wait until it is; whatever it ends with is read and left there.

    A cancelled update does not always end as cancelled: the SDK makes an error of its own of it.
    """
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def update_id(message: SendMessage) -> str:
    """Return the update id of a message: its key, and its words, so that another message under the key is noticed."""
    return f"{message.key}:{digest(message.text)[:16]}"


__all__ = ["Client", "Conversations", "Refused", "SharedPolls", "TemporalUnavailableError", "connect"]
