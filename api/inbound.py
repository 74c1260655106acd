"""A customer's words on their way in: counted, made plain, stripped of personal data, screened; then stored."""

import asyncio
from dataclasses import dataclass
from typing import Any

from activities import metrics
from activities.ports import Guard, Principal
from api.deps import Services
from api.problems import ProblemError
from api.texts import normalise_message
from graphs.state import GuardMark

STORED_CHARACTERS = 16_000
"""What ``SendMessage`` takes: marks like ``<EMAIL_ADDRESS>`` are longer than what they replace."""


@dataclass(frozen=True)
class Inbound:
    """A message as it may be stored."""

    text: str
    guard: GuardMark


async def receive_message(text: str, caller: Principal, services: Services) -> Inbound:
    """Return the message as it may be stored. Raises a 413, 422 or 429 problem; nothing durable was touched then."""
    await services.limiter.count_message(caller.id)
    plain = normalise_message(text, services.options.message_max_characters)
    inbound = await asyncio.to_thread(inspect_message, plain, services.guard)
    if len(inbound.text) > STORED_CHARACTERS:
        raise ProblemError(413, "message-too-long", "The message is too long once personal data is masked; shorten it.")
    metrics.count_guard(inbound.guard)
    return inbound


def inspect_message(text: str, guard: Guard) -> Inbound:
    """Redact and screen a text; the screen sees the words as they were typed. Blocks for milliseconds."""
    redaction = guard.redact(text)
    mark = guard.screen(text)
    return Inbound(redaction.text, GuardMark(**{**mark, "redacted": redaction.entities}))


async def clean_metadata(metadata: dict[str, Any], guard: Guard) -> dict[str, Any]:
    """Return the caller's metadata with personal data masked in its texts."""

    def masked() -> dict[str, Any]:
        return {name: guard.redact(value).text if isinstance(value, str) else value for name, value in metadata.items()}

    return await asyncio.to_thread(masked)
