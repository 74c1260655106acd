"""The index is derived from records: whatever happens to it, it can be made again."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from activities.knowledge.generations import RebuildRunningError
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.open import OpenedKnowledge, open_knowledge
from activities.knowledge.parts import Part, Portion
from activities.knowledge.preparation import document_id_of
from activities.knowledge.rebuild import IndexRebuild, Rebuilt, empty_vector_folder
from activities.knowledge.repair import IndexRepair
from activities.knowledge.reports import IngestionRequest
from activities.models.embedding import MiniLmEmbedder
from activities.ports import ReadScope
from activities.records.database import Database, utc_now
from activities.settings import Settings
from tests.knowledge.conftest import chunk
from tests.knowledge.writing import Killed

FILES = {
    "refunds.md": ("# Refunds\n\n## Yearly plan\n\nWe pay a yearly plan back within 30 days.\n", "public"),
    "shipping.md": (
        "# Shipping\n\n## Europe\n\nA parcel takes five days.\n\n## Asia\n\nIt takes ten days.\n",
        "public",
    ),
    "salaries.md": ("# Salaries\n\n## Bands\n\nBand three is paid monthly.\n", "internal"),
}
EVERYTHING = ReadScope(("public", "internal.support"))
QUESTIONS = ("How long does a parcel take?", "money back for the yearly plan", "salary band", "Asia")
DAMAGES: dict[str, Callable[[Path], object]] = {
    "lost": shutil.rmtree,
    "damaged": lambda folder: [path.write_bytes(b"\0" * 64) for path in folder.rglob("*") if path.is_file()],
}


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    return MiniLmEmbedder(Settings().cache_dir)


async def fill(database: Database, knowledge: OpenedKnowledge, embedder: MiniLmEmbedder) -> None:
    """Take the files in, one of them twice, so that it has an old version too."""
    writer = KnowledgeWriter(database, embedder, knowledge.index)
    for name, (text, level) in [*FILES.items(), ("refunds.md", (FILES["refunds.md"][0] + "\nAsk us.\n", "public"))]:
        request = await writer.accept(name, text.encode(), classification=level)  # type: ignore[arg-type]
        assert (await writer.ingest(request)).counts.taken == 1


async def answers(knowledge: OpenedKnowledge) -> list[list[tuple[str, float]]]:
    """What each half finds for each question, with its scores: they depend on every chunk of the index."""
    found = []
    for question in QUESTIONS:
        for mode in ("dense", "lexical"):
            result = await knowledge.search.search(question, EVERYTHING, mode=mode)  # type: ignore[arg-type]
            found.append([(each.chunk_id, round(each.score, 4)) for each in result.passages])
    return found


def rebuild_of(
    database: Database, embedder: MiniLmEmbedder, knowledge: OpenedKnowledge, chunks_at_once: int = 2
) -> IndexRebuild:
    return IndexRebuild(database, embedder, knowledge.generations, chunks_at_once=chunks_at_once)


def ignore(chunks: int) -> None:
    """Show no progress."""


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_after_a_rebuild_search_answers_as_before(
    damage: Callable[[Path], object], database: Database, embedder: MiniLmEmbedder, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with open_knowledge(first, database.query, embedder) as knowledge:
        await fill(database, knowledge, embedder)
        before = await answers(knowledge)
    assert all(before)
    # Chroma keeps what it has open by path for the life of a process: the next one finds the damage elsewhere.
    shutil.copytree(first, second)
    for half in ("chroma", "fulltext"):
        damage(second / half)

    empty_vector_folder(second / "chroma")
    done: list[int] = []
    with open_knowledge(second, database.query, embedder) as knowledge:
        assert await rebuild_of(database, embedder, knowledge).run(done.append) == Rebuilt(3, 4)
        assert await answers(knowledge) == before
        assert await knowledge.index.size() == 4
    assert done == [2, 2]


async def test_entries_that_records_do_not_know_are_gone(
    database: Database, embedder: MiniLmEmbedder, tmp_path: Path
) -> None:
    with open_knowledge(tmp_path, database.query, embedder) as knowledge:
        await fill(database, knowledge, embedder)
        await knowledge.index.put("public", [chunk("ghost:1:0", "A parcel")], embedder.embed(["A parcel"]))
        for _ in range(2):
            await rebuild_of(database, embedder, knowledge).run(ignore)
            assert await knowledge.index.count("ghost") == 0
            assert await knowledge.index.size() == 4


class DyingEmbedder(MiniLmEmbedder):
    """Lives for some calls."""

    def __init__(self, embedder: MiniLmEmbedder, calls: int) -> None:
        self.__dict__.update(embedder.__dict__)
        self._calls = calls

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if not self._calls:
            raise Killed
        self._calls -= 1
        return super().embed(texts)


async def test_a_run_that_was_killed_leaves_the_present_index_and_its_ruins_to_the_next(
    database: Database, embedder: MiniLmEmbedder, tmp_path: Path
) -> None:
    with open_knowledge(tmp_path, database.query, embedder) as knowledge:
        await fill(database, knowledge, embedder)
        before = await answers(knowledge)
        for calls in range(2):
            with pytest.raises(Killed):
                await rebuild_of(database, DyingEmbedder(embedder, calls), knowledge).run(ignore)
            assert await answers(knowledge) == before
            [ruin] = knowledge.generations.others()
            await rebuild_of(database, embedder, knowledge).run(ignore)
            assert await answers(knowledge) == before
            assert knowledge.generations.others() == []
            assert knowledge.generations.open(ruin).chroma.size() == 0
    assert not (tmp_path / "fulltext").exists()
    assert len([path for path in (tmp_path / "index").iterdir() if path.is_dir()]) == 1


async def test_searches_during_a_rebuild_and_its_change_give_the_same_in_every_process(
    database: Database, embedder: MiniLmEmbedder, tmp_path: Path, chroma_url: str
) -> None:
    opened = partial(open_knowledge, tmp_path, database.query, embedder, chroma_url=chroma_url)
    with opened() as knowledge, opened() as elsewhere:
        await fill(database, knowledge, embedder)
        before = await answers(elsewhere)
        assert await answers(knowledge) == before
        seen = {elsewhere.generations.name}
        for _ in range(3):
            running = asyncio.create_task(rebuild_of(database, embedder, knowledge).run(ignore))
            while not running.done():
                assert await answers(elsewhere) == before
            assert await running == Rebuilt(3, 4)
            assert await answers(elsewhere) == before
            seen.add(elsewhere.generations.name)
        assert len(seen) == 4
        elsewhere.generations.current().chroma.clear()


class Meanwhile(MiniLmEmbedder):
    """Does something at its first call."""

    def __init__(self, embedder: MiniLmEmbedder, loop: asyncio.AbstractEventLoop, work: Callable[[], Any]) -> None:
        self.__dict__.update(embedder.__dict__)
        self._loop = loop
        self._work: Callable[[], Any] | None = work

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        work, self._work = self._work, None
        if work:
            asyncio.run_coroutine_threadsafe(work(), self._loop).result(60)
        return super().embed(texts)


async def test_what_is_published_replaced_and_deleted_during_a_rebuild_is_so_in_the_new_index(
    database: Database, embedder: MiniLmEmbedder, tmp_path: Path
) -> None:
    with open_knowledge(tmp_path, database.query, embedder) as knowledge:
        await fill(database, knowledge, embedder)
        writer = KnowledgeWriter(database, embedder, knowledge.index)
        staged = await writer.accept("half.md", b"# Half\n\nA moth is on its way in.\n")

        async def change() -> None:
            proof = await writer.delete(document_id_of("shipping.md"), utc_now())
            assert (proof.outcome, proof.indexed) == ("deleted", 0)
            for name, text in {"refunds.md": "We pay nothing back.", "new.md": "A zebra answers."}.items():
                await writer.ingest(await writer.accept(name, f"# {name}\n\n{text}\n".encode()))
            part = Part(start=0, count=1)
            await writer.parts.stage(staged, part)
            await writer.parts.index(staged, part, Portion(start=0, end=1))

        dying = Meanwhile(embedder, asyncio.get_running_loop(), change)
        assert await rebuild_of(database, dying, knowledge, 100).run(ignore) == Rebuilt(3, 3)
        assert await writer.parts.publish(staged, Part(start=0, count=1))
        differences = await IndexRepair(database, embedder).compare(knowledge.generations.current())
        assert [each.documents for each in differences] == [set(), set(), set()]
        for word, texts in {"zebra": 1, "moth": 1, "parcel": 0, "nothing": 1}.items():
            found = await knowledge.search.search(word, EVERYTHING, mode="lexical")
            assert len(found.passages) == texts, word


async def test_what_is_staged_while_nobody_may_write_is_no_reason_to_give_up(
    database: Database, embedder: MiniLmEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repair = IndexRepair.repair
    requests: list[IngestionRequest] = []

    async def stage_after(self: IndexRepair, *stores: Any, **options: Any) -> int:
        repaired = await repair(self, *stores, **options)
        requests.append(await writer.accept(f"half-{len(requests)}.md", b"# Half\n\nA moth is on its way in.\n"))
        await writer.parts.stage(requests[-1], Part(start=0, count=1))
        return repaired

    with open_knowledge(tmp_path, database.query, embedder) as knowledge:
        await fill(database, knowledge, embedder)
        writer = KnowledgeWriter(database, embedder, knowledge.index)
        monkeypatch.setattr(IndexRepair, "repair", stage_after)
        assert await rebuild_of(database, embedder, knowledge).run(ignore) == Rebuilt(3, 4)
        monkeypatch.undo()
        await writer.parts.index(requests[-1], Part(start=0, count=1), Portion(start=0, end=1))
        assert await writer.parts.publish(requests[-1], Part(start=0, count=1))
        assert len((await knowledge.search.search("moth", EVERYTHING, mode="lexical")).passages) == 1


async def test_two_rebuilds_at_once_are_refused(database: Database, embedder: MiniLmEmbedder, tmp_path: Path) -> None:
    with open_knowledge(tmp_path, database.query, embedder) as knowledge:
        await fill(database, knowledge, embedder)
        with knowledge.generations.building(), pytest.raises(RebuildRunningError, match="already"):
            await rebuild_of(database, embedder, knowledge).run(ignore)
