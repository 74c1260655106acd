"""How each half of the search is, for probes: looked at in the background, so that asking is never a load."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from activities.knowledge.damage import StoreState, look_at
from activities.knowledge.generations import Generations
from activities.knowledge.stores import STORES, IndexStores, StoreName
from activities.ports import KnowledgeUnavailableError
from activities.records.database import DatabaseUnavailableError

Half = Literal["words", "vectors"]
Shares = Mapping[StoreName, float]
"""How much of what answers a store has, from 0 to 1; one that is not named has all."""
FRESH_SECONDS = 5.0
COUNT_SECONDS = 60.0
"""How often passages are counted while nothing lacks: records take a tenth of a second to count 100,000."""
PATIENCE_SECONDS = 0.5
WELL = "ok"
UNSEEN = "could not be looked at; the log says why"
log = logging.getLogger(__name__)


class IndexHealth:
    """Looks at the generation that answers."""

    def __init__(self, generations: Generations, expected: Callable[[], Awaitable[int]]) -> None:
        """Look at nothing yet; ``expected`` counts the passages that answer, as ``IndexTruth.count`` does."""
        self._generations = generations
        self._expected = expected
        self._known: dict[Half, str] = {"words": WELL, "vectors": WELL}
        self._look: asyncio.Task[None] | None = None
        self._looked_at = float("-inf")
        self._counted_at = float("-inf")

    async def halves(self) -> dict[Half, str]:
        """Return ``ok`` or a line for each half, as of some seconds ago; of long ago while a look takes long."""
        if self._look is None and time.monotonic() - self._looked_at > FRESH_SECONDS:
            self._look = asyncio.create_task(self._look_now())
        if self._look is not None:
            await asyncio.wait([self._look], timeout=PATIENCE_SECONDS)
        return dict(self._known)

    async def _look_now(self) -> None:
        try:
            stores = self._generations.current()
            states = await asyncio.to_thread(look_at, stores, thorough=False)
            well = set(self._known.values()) == {WELL}
            due = not well or time.monotonic() - self._counted_at > COUNT_SECONDS
            shares = await self._count(stores, states) if due else {}
            self._known = describe_halves(states, shares)
        except Exception:  # a probe that goes on with what it knew would call a broken index well
            log.exception("the index %s", UNSEEN)
            self._known = {"words": f"the full-text index {UNSEEN}", "vectors": f"the vectors {UNSEEN}"}
        finally:
            self._looked_at, self._look = time.monotonic(), None

    async def _count(self, stores: IndexStores, states: Mapping[StoreName, StoreState]) -> Shares:
        """Return how much stores have that lack something: while a repair fills them again."""
        try:
            before = await self._expected()
            sizes = await asyncio.to_thread(_sizes, stores, [name for name in STORES if states[name].up])
            # What is published has been put in before, what is deleted is taken out after: the smaller number holds.
            wanted = min(before, await self._expected())
        except (KnowledgeUnavailableError, DatabaseUnavailableError):
            return {}
        self._counted_at = time.monotonic()
        return {name: size / wanted for name, size in sizes.items() if size < wanted}


def describe_halves(states: Mapping[StoreName, StoreState], shares: Shares | None = None) -> dict[Half, str]:
    """Return ``ok`` or a line for each half that tells anybody what is wrong, and nobody what is in the index."""
    words, exact, chroma = (_wrong(name, states, shares or {}) for name in ("fulltext", "exact", "chroma"))
    lines: dict[Half, str] = {"words": WELL, "vectors": WELL}
    if words:
        rest = "by words find no more than that" if states["fulltext"].up else "go on by meaning alone"
        lines["words"] = f"the full-text index {words}: searches {rest}"
    if exact and chroma:
        vectors_left = states["exact"].up or states["chroma"].up
        rest = "by meaning find no more than that" if vectors_left else "go on by words alone"
        lines["vectors"] = f"Chroma {chroma}, and the file of vectors {exact}: searches {rest}"
    elif exact:
        lines["vectors"] = f"the file of vectors {exact}: Chroma answers for it"
    elif chroma:
        rest = "" if states["chroma"].up else ", documents cannot be taken in"
        lines["vectors"] = f"Chroma {chroma}: the files of vectors answer for it{rest}"
    return lines


def _wrong(name: StoreName, states: Mapping[StoreName, StoreState], shares: Shares) -> str:
    state = states[name]
    if state.damaged:
        return "is damaged and is made anew from records"
    if state.away:
        return "does not answer"
    return f"is refilling, {int(100 * shares[name])} % done" if name in shares else ""


def _sizes(stores: IndexStores, names: list[StoreName]) -> dict[StoreName, int]:
    sizes = {"fulltext": stores.fulltext.size, "exact": stores.exact.size, "chroma": stores.chroma.size}
    return {name: sizes[name]() for name in names}
