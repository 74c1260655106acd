"""Messages that wait for their turn, and the idempotency keys that already have one."""

from collections.abc import Container
from dataclasses import dataclass
from hashlib import sha256

from graphs.state import GuardMark
from workflows.cases import refuse
from workflows.messages import QUEUED_MESSAGES, Remembered, SendMessage


@dataclass
class Waiting:
    """A message and, once it is taken, the turn it belongs to."""

    message: SendMessage
    turn_id: str = ""


class Inbox:
    """The queue in front of the turns of one conversation."""

    def __init__(self, remembered: list[Remembered]) -> None:
        self.remembered = list(remembered)
        self.waiting: list[Waiting] = []

    def known(self, message: SendMessage) -> str | None:
        """Return the turn that this key already has."""
        return next((entry.turn_id for entry in self.remembered if entry.key == message.key), None)

    def check(self, message: SendMessage) -> None:
        """Refuse a key that was used for another message, and a full queue. Raises ``ApplicationError``."""
        mine = digest(message.text)
        used = {(entry.key, entry.digest) for entry in self.remembered}
        used |= {(entry.message.key, digest(entry.message.text)) for entry in self.waiting}
        for key, other in used:
            if key == message.key and other != mine:
                raise refuse("KeyReused", "this idempotency key was used for another message")
        if self.known(message) is None and len(self.waiting) >= QUEUED_MESSAGES:
            raise refuse("QueueFull", "too many messages are waiting; wait for the answer to the first ones")

    def put(self, message: SendMessage) -> Waiting:
        """Queue a message."""
        entry = Waiting(message)
        self.waiting.append(entry)
        return entry

    def take(self, turn_id: str) -> list[SendMessage]:
        """Take all that waits as one turn, and remember their keys."""
        taken, self.waiting = self.waiting, []
        for entry in taken:
            entry.turn_id = turn_id
            message = entry.message
            self.remembered.append(Remembered(key=message.key, digest=digest(message.text), turn_id=turn_id))
        return [entry.message for entry in taken]

    def keep_only(self, turn_ids: Container[str]) -> None:
        """Forget the keys of turns that are not kept any more."""
        self.remembered = [entry for entry in self.remembered if entry.turn_id in turn_ids]


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hex."""
    return sha256(text.encode()).hexdigest()


def merge_guards(messages: list[SendMessage]) -> GuardMark:
    """Return one mark for a burst of messages: as suspicious as its worst; of none, a clean one."""
    marks = [message.guard for message in messages]
    return GuardMark(
        injection_score=max((mark["injection_score"] for mark in marks), default=0.0),
        injection_flagged=any(mark["injection_flagged"] for mark in marks),
        reasons=[reason for mark in marks for reason in mark["reasons"]],
        redacted=sorted({kind for mark in marks for kind in mark["redacted"]}),
    )
