"""What a reader gets of what was answered earlier: quotes, titles and texts by the rights of now, not by those of then.

A quote is shown to who may read the document, in the version that it was quoted from, at this moment. An answer's own
text stays with the customer whom it was sent to; everybody else reads it as long as they may read all that it quotes.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from activities.knowledge.access import ONLY_PUBLIC
from activities.ports import Principal
from activities.records.models import Review
from activities.turns import Event, TurnView
from api.deps import Services
from graphs.reasons import wordless
from graphs.state import Citation

GONE = "No longer available to you"
ANSWER_GONE = "This answer is no longer available to you: it rests on a document that you may not read."
Source = tuple[str, int]
"""A document's id and its version."""


class Disclosure:
    """What one reader may see of the answers in one conversation; made anew whenever something is read."""

    def __init__(self, reader: Principal, owner_id: str, services: Services) -> None:
        self._reader = reader
        self._services = services
        self._owns = reader.id == owner_id
        self._sent = self._owns and reader.role in ONLY_PUBLIC
        """The texts are letters to this reader; those to a colleague are a look into the knowledge, by rights."""

    async def turns(self, turns: Sequence[TurnView]) -> list[TurnView]:
        """Return the turns without what the reader may not read."""
        hidden = await self._hidden(each for turn in turns for each in turn.citations)
        return [await self._turn(turn, hidden) for turn in turns]

    async def turn(self, turn: TurnView) -> TurnView:
        """Return a turn without what the reader may not read."""
        [shown] = await self.turns([turn])
        return shown

    async def event(self, event: Event) -> Event | None:
        """Return an event without what the reader may not read; None when it is nothing without that.

        Sentences on their own name no sources. They are for the customer whom they are sent to, and for a colleague who
        asks while the turn runs; everybody else gets the whole turn when it is there.
        """
        if event.turn is not None:
            return event.model_copy(update={"turn": await self.turn(event.turn)})
        if event.name != "message.delta" or self._sent:
            return event
        return event if self._owns and await self._runs(event.turn_id) else None

    async def _turn(self, turn: TurnView, hidden: set[Source]) -> TurnView:
        lost = any(_source(each) in hidden for each in turn.citations)
        citations = [_without_words(each) if _source(each) in hidden else each for each in turn.citations]
        withheld = turn.answer and not self._sent and (lost or await self._names_hidden(turn))
        return turn.model_copy(update={"citations": citations, **({"answer": ANSWER_GONE} if withheld else {})})

    async def _names_hidden(self, turn: TurnView) -> bool:
        """Say whether a hand-off's notice points at a hidden document: it quotes the nearest and names its title."""
        row = await self._services.audit.get(turn.id) if turn.status == "handed_off" else None
        named = [each for each in row.documents if each["title"] in (turn.answer or "")] if row else []
        return bool(await self._hidden(named))

    async def _hidden(self, citations: Iterable[Citation]) -> set[Source]:
        return await hidden_sources(citations, self._reader, self._services)

    async def _runs(self, turn_id: str) -> bool:
        row = await self._services.turns.get(turn_id)
        return row is None or row.status == "running"


async def hidden_sources(citations: Iterable[Citation], reader: Principal, services: Services) -> set[Source]:
    """Return those of the quoted documents and versions that somebody may not read now."""
    sources = {_source(each) for each in citations}
    if not sources:
        return set()
    scope = await services.readers.scope(reader)
    return sources - await services.access.readable_versions(sources, scope.partitions)


async def withheld_of_cases(rows: Sequence[Review], reader: Principal, services: Services) -> list[dict[str, Any]]:
    """Return for each case what to change in its view: nothing when the reader may read all that its draft quotes."""
    hidden = await hidden_sources((each for row in rows for each in row.citations), reader, services)
    return [_without_draft(row) if any(_source(each) in hidden for each in row.citations) else {} for row in rows]


def _source(citation: Citation) -> Source:
    return citation["document_id"], citation["version"]


def _without_words(citation: Citation) -> Citation:
    return {**citation, "title": GONE, "quote": GONE, "withheld": True}


def _without_draft(row: Review) -> dict[str, Any]:
    own_words = row.final_text if row.action == "respond" else None
    empty: dict[str, Any] = {"withheld": True, "draft_text": "", "citations": [], "final_text": own_words}
    return {**empty, "reasons": wordless(row.reasons)}
