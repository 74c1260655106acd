"""Vectors of pieces made ahead, while nobody waits, so that no question is the first to ask of a passage.

Nothing is noted of what is still to be done: it is what records have and the file has not, also after a crash, an
offline ingestion, or a change of the model.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from filelock import FileLock, Timeout

from activities.knowledge.unit_vectors import UnitVectors
from activities.models.asked import Asked
from activities.models.model_store import Vectors
from activities.models.pieces import Written, pieces_of, texts_of
from activities.records.answering import Answering
from activities.records.database import Database, DatabaseUnavailableError
from activities.records.documents import Documents

PASSAGES_AT_ONCE = 256
LOOK_SECONDS = 5.0
"""Between two looks at whether other passages answer than before."""
log = logging.getLogger(__name__)
Calm = Callable[[], Awaitable[None]]
"""Returns when nobody waits for this process."""


class UnitFilling:
    """Fills ``UnitVectors`` with what answers, and removes what no longer does."""

    def __init__(self, database: Database, embedder: Vectors, asked: Asked, units: UnitVectors, lock: Path) -> None:
        """Fill ``units``; of the processes on one data folder the one that holds ``lock`` does it."""
        self._documents = Documents(database)
        self._answering = Answering(database)
        self._embedder = embedder
        self._asked = asked
        self._units = units
        self._lock = FileLock(lock, timeout=0)

    async def run(self, calm: Calm) -> None:
        """Keep the file filled until it is cancelled; each step waits for ``calm`` first."""
        filled = ""
        while True:
            await calm()
            try:
                stamp = await self._answering.stamp()
                if stamp != filled and await self.fill(calm):
                    filled = stamp
            except DatabaseUnavailableError as error:
                log.warning("the vectors of pieces are not made now: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def fill(self, calm: Calm) -> bool:
        """Make what is missing and remove what no longer answers; return False when another process does it.

        Raises ``DatabaseUnavailableError``.
        """
        try:
            self._lock.acquire()
        except Timeout:
            return False
        try:
            await self._remove_stale()
            await self._fill(calm)
        finally:
            self._lock.release()
        return True

    async def _fill(self, calm: Calm) -> None:
        after, made = "", 0
        while portion := await self._documents.published_chunks(after, PASSAGES_AT_ONCE):
            missing = await asyncio.to_thread(self._units.missing, [each.chunk_id for each in portion])
            for chunk in (each.indexed for each in portion if each.chunk_id in missing):
                await calm()
                if await asyncio.to_thread(self._units.full):
                    log.warning("no room for the vectors of more passages; a larger bound would make answers quicker")
                    return
                await self._make(chunk.chunk_id, chunk)
                made += 1
            after = portion[-1].chunk_id
        if made:
            log.info("made the vectors of %d passages' pieces ahead", made)

    async def _make(self, chunk_id: str, passage: Written) -> None:
        """Make and keep the vectors of a passage, unless it stops answering meanwhile.

        It is looked up after it was written: a deletion that began before is seen then, one that begins later finds it.
        """
        await asyncio.to_thread(self._embed, chunk_id, passage)
        if not await self._answering.among([chunk_id]):
            await asyncio.to_thread(self._units.forget, [chunk_id])

    def _embed(self, chunk_id: str, passage: Written) -> None:
        texts = texts_of(passage, pieces_of(passage), self._asked)
        self._units.write(chunk_id, texts, self._embedder.embed(texts))

    async def _remove_stale(self) -> None:
        kept = await asyncio.to_thread(self._units.chunk_ids)
        answering = await self._answering.among(kept)
        await asyncio.to_thread(self._units.forget, [each for each in kept if each not in answering])
