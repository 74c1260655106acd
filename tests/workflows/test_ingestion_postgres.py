"""A real PostgreSQL that is stopped in the middle of an ingestion and started again."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection
from temporalio.client import Client
from temporalio.common import RetryPolicy

from activities.knowledge import parts
from activities.ports import IndexedChunk
from activities.records.database import Database, DatabaseUnavailableError
from tests.fixtures.postgres import PostgresServer
from tests.knowledge.builders import jsonl_file
from tests.knowledge.writing import Bench
from tests.workflows.test_ingestion import serve, start, written
from workflows import ingestion_policy

TRIES = 2
FILE = jsonl_file(*({"_id": name, "text": f"The words of {name}."} for name in ("first", "second", "third")))


async def test_a_postgresql_that_stops_half_way_costs_one_document_which_is_named_and_the_rest_goes_on(
    temporal_client: Client, task_queue: str, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = RetryPolicy(initial_interval=timedelta(milliseconds=10), maximum_attempts=TRIES)
    monkeypatch.setitem(ingestion_policy.LONG, "retry_policy", impatient)
    monkeypatch.setattr(parts, "TOGETHER_DOCUMENTS", 1)
    database = Database(postgres_server.url)
    await database.migrate()
    bench = Bench(database)
    put, transact = bench.index.put, Database.transact
    refused: list[str] = []

    async def put_and_stop(partition: str, chunks: Sequence[IndexedChunk], vectors: NDArray[np.float32]) -> None:
        await put(partition, chunks, vectors)
        if "first" in chunks[0].text and not refused:
            await asyncio.to_thread(postgres_server.stop)

    async def transact_and_start(self: Database, work: Callable[[Connection], Any]) -> Any:
        try:
            return await transact(self, work)
        except DatabaseUnavailableError as error:
            refused.append(str(error))
            if len(refused) == TRIES:
                await asyncio.to_thread(postgres_server.start)
            raise

    monkeypatch.setattr(bench.index, "put", put_and_stop)
    monkeypatch.setattr(Database, "transact", transact_and_start)
    async with serve(temporal_client, task_queue, bench, cached=10):
        request = (await bench.writer().accept("guides.jsonl", FILE)).model_copy(update={"parts_at_once": 1})
        await (await start(temporal_client, task_queue, request)).result()
        assert len(refused) == TRIES
        assert "is the server up" in refused[0]
        row = await written(bench, request)
        line = "the database could not be written for some minutes; upload the file again"
        assert row.report["refused"] == [{"source": "guides.jsonl#1", "reason": line}]
        rest = {f"guides.jsonl#{name}": [f"The words of {name}."] for name in ("second", "third")}
        assert await bench.answering() == rest
        assert bench.index.ids() == {"public": await bench.chunk_ids()}
        again = await bench.writer().accept("guides.jsonl", FILE)
        counts = await (await start(temporal_client, task_queue, again)).result()
        assert (counts.taken, counts.unchanged) == (1, 2)
    assert len(await bench.answering()) == 3
    await database.close()
