"""Takes a file in, in processes that kill themselves one after the other: ``FOLDER FILE STEP...``; 0 is never.

Stores and database are real, only the vectors are made of hashes: the model would take seconds to load.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from activities.knowledge.chroma import ChromaFolder
from activities.knowledge.current import CurrentIndex
from activities.knowledge.generations import Generations
from activities.knowledge.ingest import KnowledgeWriter
from activities.records.database import Database

FINGERPRINT = "ab" * 32
ASKED = datetime(2026, 1, 1, tzinfo=UTC)


class HashEmbedder:
    """Another vector for each text, the same one each time."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        seeds = [int.from_bytes(sha256(text.encode()).digest()[:4], "big") for text in texts]
        vectors = np.array([np.random.default_rng(seed).standard_normal(384) for seed in seeds], np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class Steps:
    """Counts calls of the stores and the database, before and after each, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.done = 0
        self._last = last

    def wrap(self, owner: Any, name: str) -> None:
        """Count the calls of a method."""
        call = getattr(owner, name)

        def counted(*given: Any) -> Any:
            self._step()
            result = call(*given)
            self._step()
            return result

        setattr(owner, name, counted)

    def _step(self) -> None:
        self.done += 1
        if self.done == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


async def take_in(folder: Path, file: Path, last: int = 0) -> int:
    """Take the file in; return the number of steps."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'records.db'}")
    await database.migrate()
    generations = Generations(folder, ChromaFolder(folder / "chroma"), FINGERPRINT)
    steps, stores = Steps(last), generations.current()
    for owner in (stores.chroma, stores.exact, stores.fulltext):
        steps.wrap(owner, "put")
    for owner, name in ((database, "transact"), (stores.index, "remove_now")):
        steps.wrap(owner, name)
    writer = KnowledgeWriter(database, HashEmbedder(), CurrentIndex(generations), parts_at_once=1)
    request = await writer.accept("kb.jsonl", file.read_bytes(), ingestion_id="drill")
    await writer.ingest(request.model_copy(update={"requested_at": ASKED}))
    generations.close()
    await database.close()
    return steps.done


def run_in_turn(folder: Path, file: Path, lasts: Sequence[int]) -> None:
    """Run once for each step, in a fork of this process, which has imported all and begun nothing."""
    for last in lasts:
        child = os.fork()
        if not child:
            asyncio.run(take_in(folder, file, last))
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status != (-signal.SIGKILL if last else 0):
            sys.exit(f"step {last} ended with {status}")


if __name__ == "__main__":
    run_in_turn(Path(sys.argv[1]), Path(sys.argv[2]), [int(word) for word in sys.argv[3:]])
