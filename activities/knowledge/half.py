"""One half of the search: asked in a thread, with a time limit, and allowed to fail."""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from activities.ports import KnowledgeUnavailableError

Result = TypeVar("Result")

HALF_SECONDS = 3.0
"""How long a search waits for one half before it goes on with the other."""
log = logging.getLogger(__name__)


class Half:
    """Remembers whether it answers, so that a failure is logged once and not at each search."""

    def __init__(self, name: str, seconds: float | None = None) -> None:
        """Name the half as logs call it; wait ``seconds`` for it instead of ``HALF_SECONDS``."""
        self._name = name
        self._seconds = seconds
        self._failing = False

    async def ask(self, search: Callable[[], Result]) -> Result | None:
        """Return what ``search`` finds, or ``None`` when this half is unavailable or slow."""
        try:
            async with asyncio.timeout(self._seconds or HALF_SECONDS):
                found = await asyncio.to_thread(search)
        except (KnowledgeUnavailableError, TimeoutError) as error:
            if not self._failing:
                log.warning("search goes on without %s: %s", self._name, error or "no answer in time")
            self._failing = True
            return None
        if self._failing:
            log.info("search has %s again", self._name)
        self._failing = False
        return found
