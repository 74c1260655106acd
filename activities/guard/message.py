"""The guard in front of everything durable: personal data and prompt injection in a customer's message."""

from activities.guard.injection import InjectionScreen
from activities.guard.personal_data import PersonalData
from activities.ports import Embedder, Redaction
from graphs.state import GuardMark


class MessageGuard:
    """The ``Guard`` of the ports; blocks for some ms a message, so call it in a thread."""

    def __init__(self, embedder: Embedder) -> None:
        self._personal_data = PersonalData()
        self._injection = InjectionScreen(embedder)

    def redact(self, text: str) -> Redaction:
        """Replace personal data by ``<TYPE>`` marks; about 1 ms."""
        return self._personal_data.redact(text)

    def screen(self, text: str) -> GuardMark:
        """Score a message as prompt injection (0..1, flagged from 0.5); about 3 ms, more for many sentences."""
        return self._injection.screen(text)
