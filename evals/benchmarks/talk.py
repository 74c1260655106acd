"""Customers of a benchmark: a conversation that is talked to directly, without HTTP."""

from datetime import timedelta

from temporalio.client import Client

from activities.turns import TurnView
from graphs.state import GuardMark
from workflows import messages
from workflows.client import Conversations
from workflows.messages import SendMessage

CLEAN = GuardMark(injection_score=0.0, injection_flagged=False, reasons=[], redacted=[])


class Talk:
    """One conversation; its owner is also its author."""

    def __init__(self, conversations: Conversations, conversation_id: str, owner_id: str = "bench") -> None:
        self._conversations = conversations
        self._owner_id = owner_id
        self.id = conversation_id

    async def say(self, text: str, key: str, wait: timedelta = timedelta(seconds=10)) -> TurnView:
        """Send a message and wait for its turn. Raises ``TimeoutError`` when there is none in time."""
        message = SendMessage(key=key, text=text, guard=CLEAN, author_id=self._owner_id)
        turn = await self._conversations.send(self.id, self._owner_id, message, wait)
        if turn is None:
            raise TimeoutError(f"no turn for {key} in {self.id}")
        return turn

    async def history(self, client: Client) -> tuple[int, int]:
        """Return how many events the conversation's history has, and their bytes."""
        handle = client.get_workflow_handle(messages.conversation_workflow_id(self.id))
        history = await handle.fetch_history()
        return len(history.events), sum(event.ByteSize() for event in history.events)
