"""Uploads and deletions that are killed anywhere and run again."""

import pytest

from activities.knowledge.ingest import KnowledgeWriter, UploadMissingError
from activities.knowledge.reports import IngestionReport
from activities.records.database import Database, utc_now
from tests.knowledge.guide import GUIDE, NEW, NEW_TEXTS, OLD, OLD_TEXTS
from tests.knowledge.writing import Bench, Fuse, Killed


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


async def test_killed_anywhere_an_ingestion_run_again_ends_in_the_same_state(bench: Bench) -> None:
    steps = await count_steps(bench)
    assert steps > 12
    for cut in range(steps):
        await reset(bench)
        request = await bench.writer().accept("guide.md", NEW)
        with pytest.raises(Killed):
            await bench.writer(Fuse(cut)).ingest(request)
        assert (await bench.answering())["guide.md"] in (OLD_TEXTS, NEW_TEXTS), f"half a version after step {cut}"
        await run_again(bench.writer(), request)
        assert await bench.answering() == {"guide.md": NEW_TEXTS}
        assert bench.index.ids() == {"public": await bench.chunk_ids()}, f"leftovers after step {cut}"


async def test_a_killed_upload_leaves_nothing_behind_for_the_next_upload(bench: Bench) -> None:
    for cut in range(await count_steps(bench)):
        await reset(bench)
        request = await bench.writer().accept("guide.md", NEW)
        with pytest.raises(Killed):
            await bench.writer(Fuse(cut)).ingest(request)
        await bench.ingest("guide.md", OLD + b"\nMore.\n")
        assert await bench.answering() == {"guide.md": [OLD_TEXTS[0], "Old two.\n\nMore."]}
        assert bench.index.ids() == {"public": await bench.chunk_ids()}, f"leftovers after step {cut}"


async def test_an_upload_killed_before_a_deletion_leaves_nothing_when_it_is_run_again(bench: Bench) -> None:
    for cut in range(await count_steps(bench)):
        await reset(bench)
        request = await bench.writer().accept("guide.md", NEW)
        with pytest.raises(Killed):
            await bench.writer(Fuse(cut)).ingest(request)
        assert (await bench.writer().delete(GUIDE, utc_now())).outcome == "deleted"
        await run_again(bench.writer(), request)
        assert (await bench.answering(), bench.index.ids(), await bench.chunk_ids()) == ({}, {}, set())


async def test_killed_anywhere_a_deletion_run_again_ends_with_the_proof(bench: Bench) -> None:
    for cut in range(20):
        await reset(bench)
        asked = utc_now()
        try:
            await bench.writer(Fuse(cut)).delete(GUIDE, asked)
        except Killed:
            assert await bench.answering() in ({}, {"guide.md": OLD_TEXTS})
        assert (await bench.writer().delete(GUIDE, asked)).outcome == "deleted"
        assert (bench.index.ids(), await bench.chunk_ids()) == ({}, set())


async def test_what_a_dead_worker_still_wrote_after_a_deletion_is_forgotten(bench: Bench) -> None:
    request = await bench.writer().accept("guide.md", NEW)
    with pytest.raises(Killed):
        await bench.writer(Fuse(6)).ingest(request)
    late = {name: dict(chunks) for name, chunks in bench.index.partitions.items()}
    assert late["public"]
    await bench.writer().delete(GUIDE, utc_now())
    bench.index.partitions.update(late)
    await bench.writer().ingest(request)
    assert bench.index.ids() == {}


async def reset(bench: Bench) -> None:
    """Bring the guide back to its old version, with an empty index but for it."""
    bench.index.partitions.clear()
    await bench.writer().delete(GUIDE, utc_now())
    await bench.ingest("guide.md", OLD)
    assert await bench.answering() == {"guide.md": OLD_TEXTS}


async def count_steps(bench: Bench) -> int:
    """Return how many steps replacing the guide has."""
    await reset(bench)
    request, fuse = await bench.writer().accept("guide.md", NEW), Fuse()
    await bench.writer(fuse).ingest(request)
    return fuse.steps


async def run_again(writer: KnowledgeWriter, request: object) -> IngestionReport | None:
    """Run an ingestion again; one that had ended before it was killed has no file any more."""
    try:
        return await writer.ingest(request)  # type: ignore[arg-type]
    except UploadMissingError:
        return None
