"""What the browser keeps until the service has it: each item has a key, so sending it twice does nothing twice."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, Field

from ui import words
from ui.client import ApiError, Caller
from ui.contract import Turn

CONFIRM_SECONDS = 5


class Item(BaseModel):
    """One thing to send. ``draft`` groups items of a conversation that has no id yet."""

    key: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    kind: Literal["message", "escalate", "rate"] = "message"
    user: str = ""
    conversation: str = ""
    draft: str = ""
    text: str = Field(default="", max_length=200_000)
    score: int = Field(default=0, ge=0, le=5)


class Call(BaseModel):
    """What the browser says when it wants the page brought up to date."""

    conversation: str = ""
    draft: str = ""
    nonce: int = 0
    """The number of the call in its page, told back with all that comes of it."""
    pages: int = Field(default=1, ge=1, le=100)
    """How far back the list of conversations goes, in pages of the API's."""
    outbox: list[Item] = Field(default=[], max_length=50)


@dataclass
class Delivery:
    """How far the sending of one page's items is."""

    waiting: list[Item]
    accepted: list[Item] = field(default_factory=list)
    """Those the browser need not keep any more: taken, or refused for good."""
    taken: list[Item] = field(default_factory=list)
    started: dict[str, str] = field(default_factory=dict)
    """The conversation that each draft has become."""
    refused: ApiError | None = None
    returned: str = ""
    """The text of a refused message, for its writer to change."""

    def conversation_of(self, item: Item) -> str:
        """Return the conversation an item goes to; empty for one that is still to be started."""
        return item.conversation or self.started.get(item.draft, "")


async def deliver(caller: Caller, delivery: Delivery) -> None:
    """Send what waits, in order. Raises ``ApiError`` when it must be tried again or the session is over."""
    while delivery.waiting:
        item = delivery.waiting[0]
        try:
            await send(caller, item, delivery)
            delivery.taken.append(item)
        except ApiError as error:
            if error.passing or error.status == 401:
                raise
            delivery.refused, delivery.returned = error, item.text
        delivery.accepted.append(delivery.waiting.pop(0))


async def send(caller: Caller, item: Item, delivery: Delivery) -> None:
    """Send one item once. Raises ``ApiError``."""
    conversation = delivery.conversation_of(item)
    if item.kind == "rate":
        await caller.rate(conversation, item.score)
    elif item.kind == "escalate" and conversation:
        await caller.escalate(conversation, item.key)
    else:
        asked = await caller.ask(conversation, item.text or words.TALK_MESSAGE, item.key)
        delivery.started[item.draft] = asked.conversation_id


async def confirm(caller: Caller, delivery: Delivery, conversation_id: str) -> list[Turn]:
    """Return the turns that the accepted messages became; one still in the queue behind another has none yet.

    A message is asked for by its own key, which starts nothing. Raises ``ApiError``.
    """
    asked = [
        await caller.ask(item.conversation, item.text, item.key, wait_seconds=CONFIRM_SECONDS)
        for item in delivery.taken
        if item.kind == "message" and delivery.conversation_of(item) == conversation_id
    ]
    return [each.turn for each in asked if each.turn]
