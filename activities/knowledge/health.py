"""How each half of the search is, for probes: looked at in the background, so that asking is never a load."""

import asyncio
import time
from collections.abc import Mapping
from typing import Literal

from activities.knowledge.damage import StoreState, look_at
from activities.knowledge.generations import Generations
from activities.knowledge.stores import StoreName

Half = Literal["words", "vectors"]
FRESH_SECONDS = 5.0
PATIENCE_SECONDS = 0.5
WELL = "ok"


class IndexHealth:
    """Looks at the generation that answers."""

    def __init__(self, generations: Generations) -> None:
        """Look at nothing yet."""
        self._generations = generations
        self._known: dict[Half, str] = {"words": WELL, "vectors": WELL}
        self._look: asyncio.Task[None] | None = None
        self._looked_at = float("-inf")

    async def halves(self) -> dict[Half, str]:
        """Return ``ok`` or a line for each half, as of some seconds ago; of long ago while a look takes long."""
        if self._look is None and time.monotonic() - self._looked_at > FRESH_SECONDS:
            self._look = asyncio.create_task(self._look_now())
        if self._look is not None:
            await asyncio.wait([self._look], timeout=PATIENCE_SECONDS)
        return dict(self._known)

    async def _look_now(self) -> None:
        try:
            states = await asyncio.to_thread(lambda: look_at(self._generations.current(), thorough=False))
            self._known = describe_halves(states)
        finally:
            self._looked_at, self._look = time.monotonic(), None


def describe_halves(states: Mapping[StoreName, StoreState]) -> dict[Half, str]:
    """Return ``ok`` or a line for each half that tells anybody what is wrong, and nobody what is in the index."""
    words, exact, chroma = states["fulltext"], states["exact"], states["chroma"]
    lines: dict[Half, str] = {"words": WELL, "vectors": WELL}
    if not words.up:
        lines["words"] = f"the full-text index {_what(words)}: searches go on by meaning alone"
    if not exact.up and not chroma.up:
        lines["vectors"] = f"Chroma {_what(chroma)}, and neither can the files be used: searches go on by words alone"
    elif not exact.up:
        lines["vectors"] = f"the file of vectors {_what(exact)}: Chroma answers for it"
    elif not chroma.up:
        lines["vectors"] = f"Chroma {_what(chroma)}: the files of vectors answer for it, documents cannot be taken in"
    return lines


def _what(state: StoreState) -> str:
    return "is damaged and is made anew from records" if state.damaged else "does not answer"
