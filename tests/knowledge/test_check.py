"""The index is compared with records and repaired, whichever store was meddled with, while it answers."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from activities.knowledge.access import partition
from activities.knowledge.chroma import ChromaServer
from activities.knowledge.current import CurrentIndex
from activities.knowledge.generations import RebuildRunningError
from activities.knowledge.parts import Part, Portion
from activities.knowledge.preparation import document_id_of
from activities.knowledge.stores import IndexStores
from activities.records.database import Database
from tests.knowledge.checked import GUIDE, RULED, Library, open_library
from tests.knowledge.conftest import chunk, directions


@pytest.fixture
async def library(database: Database, tmp_path: Path, chroma_url: str) -> AsyncIterator[Library]:
    async with open_library(database, tmp_path, ChromaServer(chroma_url)) as found:
        yield found


Meddling = Callable[[IndexStores], object]
GHOST = [chunk("ghost:1:0", "Boo")]
MEDDLINGS: dict[str, tuple[Meddling, tuple[int, int, int]]] = {
    "a chunk lost in Chroma": (lambda stores: stores.chroma.remove([GUIDE], "public"), (1, 0, 0)),
    "a chunk lost in the files": (lambda stores: stores.exact.remove([GUIDE], "public"), (1, 0, 0)),
    "a chunk lost in full text": (lambda stores: stores.fulltext.purge([GUIDE]), (1, 0, 0)),
    "a whole store lost": (lambda stores: stores.chroma.clear(), (4, 0, 0)),
    "a ghost in Chroma": (lambda stores: stores.chroma.put("internal.hr", GHOST, directions(1)), (0, 1, 0)),
    "a ghost in the files": (lambda stores: stores.exact.put("public~x", ["ghost:1:0"], directions(1)), (0, 1, 0)),
    "a ghost in full text": (lambda stores: stores.fulltext.put("internal.hr", GHOST), (0, 1, 0)),
    "a vector changed": (lambda stores: stores.exact.put("public", [GUIDE], directions(7)), (0, 0, 1)),
    "a rule lost in full text": (
        lambda stores: stores.fulltext.put("public", [chunk(RULED, "Only the board reads that.")]),
        (1, 1, 0),
    ),
}  # fmt: skip


async def test_what_was_meddled_with_is_found_named_and_repaired(library: Library) -> None:
    for name, (meddle, counts) in MEDDLINGS.items():
        meddle(library.stores)
        found = await library.check.look()
        assert (found.missing, found.surplus, found.changed) == counts, name
        assert found.documents
        report = await library.check.run()
        assert (report.missing, report.surplus, report.changed, report.left) == (*counts, 0), name
        assert report.repaired >= max(counts)
        well = await library.check.look()
        assert (well.wrong, well.chunks) == (0, 4), name
        assert all(each.expected_hash == each.found_hash for each in well.partitions), name
    vectors = library.stores.chroma.vectors([document_id_of("guide.md")])
    assert np.allclose(vectors[GUIDE] @ vectors[GUIDE], 1)


async def test_a_passage_with_other_words_in_full_text_is_found_and_has_its_own_again(library: Library) -> None:
    library.stores.fulltext.put("public", [chunk(GUIDE, "A parcel takes nine months.")])
    found = await library.check.look()
    assert (found.wrong, found.changed_texts, found.documents) == (1, 1, [document_id_of("guide.md")])
    report = await library.check.run()
    assert (report.repaired, report.left) == (1, 0)
    assert (await library.check.look()).wrong == 0
    assert not library.stores.fulltext.search("months", ["public"], 1)
    assert [hit.chunk_id for hit in library.stores.fulltext.search("five days", ["public"], 1)] == [GUIDE]


async def test_what_is_on_its_way_in_is_neither_missed_nor_thrown_out(library: Library) -> None:
    request = await library.writer.accept("guide.md", b"# Guide\n\nIt takes two days.\n")
    part = Part(start=0, count=1)
    await library.writer.parts.stage(request, part)
    assert (await library.check.run()).wrong == 0
    await library.writer.parts.index(request, part, Portion(start=0, end=1))
    assert (await library.check.run()).wrong == 0
    await library.writer.parts.publish(request, part)
    assert (await library.check.run()).wrong == 0
    public = library.stores.chroma.entries()[partition("public", "support")]
    assert f"{document_id_of('guide.md')}:2:0" in public
    assert GUIDE not in public


async def test_a_generation_that_a_crash_has_left_is_removed(library: Library) -> None:
    ruin = library.generations.open(library.generations.begin())
    await ruin.index.put("public", GHOST, directions(1))
    assert (await library.check.run()).generations_removed == 1
    assert library.generations.others() == []
    assert library.generations.open(ruin.name).chroma.size() == 0


async def test_a_document_that_is_deleted_leaves_every_generation(library: Library) -> None:
    ruin = library.generations.open(library.generations.begin())
    await ruin.index.put("public", [chunk(GUIDE, "A parcel")], directions(1))
    index = CurrentIndex(library.generations)
    await index.remove([GUIDE], "public")
    assert await index.count(document_id_of("guide.md")) == 0
    assert ruin.index.count_now(document_id_of("guide.md")) == 0


async def test_it_waits_for_a_rebuild(library: Library) -> None:
    with library.generations.building(), pytest.raises(RebuildRunningError):
        await library.check.run()


@pytest.mark.parametrize("store", ["chroma", "exact", "fulltext"])
async def test_a_store_that_lost_a_passage_is_noticed_by_numbers_alone(library: Library, store: str) -> None:
    assert not await library.check.trouble()
    stores = library.stores
    if store == "fulltext":
        stores.fulltext.purge([GUIDE])
    else:
        getattr(stores, store).remove([GUIDE], "public")
    assert await library.check.trouble()
    await library.check.run()
    assert not await library.check.trouble()
