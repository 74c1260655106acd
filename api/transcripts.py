"""A conversation as people read it, and who may read it."""

import asyncio

from activities.ports import Principal
from activities.records.models import Conversation, Turn
from activities.turns import TurnView
from api.deps import Services
from api.disclosure import Disclosure
from api.reviewing import departments_of
from workflows.client import Refused, TemporalUnavailableError

SNAPSHOT_SECONDS = 2.0


async def transcript(row: Conversation, reader: Principal, services: Services) -> tuple[list[TurnView], bool]:
    """Return the turns, oldest first, and whether they are all: records, and what the open workflow knows better.

    What the reader may not read now is taken out. When no worker answers within two seconds records alone are shown,
    which may lack the running turn: reading must not need the engine.
    """
    turns = {turn.number: view_of(turn) for turn in await services.turns.list_for(row.id)}
    live = await _live_turns(row.id, services) if row.status == "open" else []
    turns |= {turn.number: turn for turn in live or []}
    shown = await Disclosure(reader, row.owner_id, services).turns([turns[number] for number in sorted(turns)])
    return shown, live is not None


def view_of(turn: Turn) -> TurnView:
    """Return a row as callers see it."""
    return TurnView.model_validate(turn, from_attributes=True)


async def may_read(row: Conversation, caller: Principal, services: Services) -> bool:
    """Say whether this is the caller's own, or has a case in their queue and quotes nothing that they cannot read."""
    if row.owner_id == caller.id:
        return True
    departments = departments_of(caller)
    if departments is not None and not departments:
        return False
    concerned = await services.reviews.concern(row.id, departments)
    return concerned and not await services.readers.beyond(caller, [row.owner_id])


async def _live_turns(conversation_id: str, services: Services) -> list[TurnView] | None:
    """Return what the workflow knows, nothing when there is none, ``None`` when no worker answers now."""
    try:
        return (await asyncio.wait_for(services.chat.snapshot(conversation_id), SNAPSHOT_SECONDS)).turns
    except Refused:
        return []
    except (TemporalUnavailableError, TimeoutError):
        return None
