"""Hybrid search over real parts: rights, publication, fusion, and half of it when the other half is gone."""

import logging
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.knowledge import half
from activities.knowledge.access import partition, read_scope
from activities.knowledge.chroma import ChromaFolder
from activities.knowledge.fulltext import FullText
from activities.knowledge.fusion import fuse
from activities.knowledge.hits import Hit
from activities.knowledge.index import ChunkIndex
from activities.knowledge.preparation import embedded_text
from activities.knowledge.search import HybridSearch
from activities.knowledge.vectors import Vectors
from activities.models.embedding import MiniLmEmbedder
from activities.ports import IndexedChunk, KnowledgeUnavailableError, Level, Principal, ReadScope
from activities.records.database import Database
from activities.records.models import Chunk, Document
from activities.settings import Settings

PUBLIC = ReadScope(("public",))
DEPARTMENTS = ["legal", "support"]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS: list[tuple[str, Level, str, str]] = [
    ("refunds", "public", "billing", "You get your money back within fourteen days to the card you paid with."),
    ("router", "public", "technical", "When the HF-2040-B blinks red, hold its reset button for ten seconds."),
    ("sharing", "public", "technical", "To share a folder, open its menu and send the link to a colleague."),
    ("limits", "internal", "support", "Agents may pay money back up to fifty euros without asking a supervisor."),
    ("dispute", "restricted", "legal", "Contoso wants its money back; our counsel offers a third of it."),
]


async def add(
    database: Database, index: ChunkIndex, embedder: MiniLmEmbedder, name: str, level: Level, owner: str, text: str,
    *, version: int = 1, answers: int = 1, status: str = "published",
) -> None:  # fmt: skip
    """Index one passage of ``version`` of a document whose version ``answers`` is the one that answers."""
    chunk_id = f"{name}:{version}:0"
    async with database.write() as session:
        await session.merge(
            Document(
                id=name, source=name, title=name.title(), department=owner, classification=level, media_type="t",
                version=answers, status=status, created_at=NOW, updated_at=NOW,
            )
        )  # fmt: skip
        await session.merge(
            Chunk(id=chunk_id, document_id=name, version=version, position=0, text=text, start=0, end=len(text),
                  content_hash="h")
        )  # fmt: skip
    chunk = IndexedChunk(chunk_id, name, name.title(), "", text)
    await index.put(
        partition(level, owner), [chunk], embedder.embed([embedded_text(chunk.title, chunk.heading, chunk.text)])
    )


class World:
    """A small published knowledge base."""

    def __init__(self, folder: Path, embedder: MiniLmEmbedder) -> None:
        self.embedder = embedder
        self.database = Database(f"sqlite+aiosqlite:///{folder / 'records.db'}")
        self.vectors = Vectors(ChromaFolder(folder / "vectors"), embedder.fingerprint)
        self.fulltext = FullText(folder / "fulltext")
        self.index = ChunkIndex(self.vectors, self.fulltext)
        self.search = HybridSearch(self.database.query, embedder, self.vectors, self.fulltext)

    async def fill(self) -> None:
        await self.database.migrate()
        for name, level, owner, text in TEXTS:
            await self.add(name, level, owner, text)

    async def add(self, name: str, level: Level, owner: str, text: str, **more: object) -> None:
        await add(self.database, self.index, self.embedder, name, level, owner, text, **more)  # type: ignore[arg-type]

    async def found(self, query: str, scope: ReadScope = PUBLIC, **more: object) -> list[str]:
        result = await self.search.search(query, scope, **more)  # type: ignore[arg-type]
        return [passage.document_id for passage in result.passages]


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    return MiniLmEmbedder(Settings().cache_dir)


@asynccontextmanager
async def filled(folder: Path, embedder: MiniLmEmbedder) -> AsyncIterator[World]:
    world = World(folder, embedder)
    await world.fill()
    yield world
    world.vectors.close()
    await world.database.close()


@pytest.fixture(scope="module")
async def library(tmp_path_factory: pytest.TempPathFactory, embedder: MiniLmEmbedder) -> AsyncIterator[World]:
    """A world that tests only read."""
    async with filled(tmp_path_factory.mktemp("library"), embedder) as world:
        yield world


@pytest.fixture
async def world(tmp_path: Path, embedder: MiniLmEmbedder) -> AsyncIterator[World]:
    """A world of the test's own, to change."""
    async with filled(tmp_path, embedder) as world:
        yield world


async def test_a_paraphrase_finds_the_passage_with_its_text_and_place(library: World) -> None:
    result = await library.search.search("I want a reimbursement", PUBLIC, k=1)
    best = result.passages[0]
    assert (best.document_id, best.title, best.version, best.position) == ("refunds", "Refunds", 1, 0)
    assert best.text == TEXTS[0][3]
    assert (best.start, best.end) == (0, len(best.text))


async def test_an_exact_code_is_found_in_every_mode_that_reads_words(library: World) -> None:
    assert (await library.found("HF-2040-B"))[0] == "router"
    assert await library.found("hf-2040-b", mode="lexical") == ["router"]


async def test_scores_are_between_0_and_1_and_fall(library: World) -> None:
    passages = (await library.search.search("money back to my card", PUBLIC)).passages
    assert [passage.score for passage in passages] == sorted((p.score for p in passages), reverse=True)
    for passage in passages:
        assert 0 <= passage.dense_score <= 1
        assert 0 <= passage.lexical_score <= 1
        assert passage.score == pytest.approx((passage.dense_score + passage.lexical_score) / 2)


async def test_one_mode_alone_gives_its_own_scores(library: World) -> None:
    dense = (await library.search.search("money back", PUBLIC, mode="dense")).passages[0]
    lexical = (await library.search.search("money back", PUBLIC, mode="lexical")).passages[0]
    assert (dense.score, dense.lexical_score) == (dense.dense_score, 0)
    assert (lexical.score, lexical.dense_score) == (lexical.lexical_score, 0)


async def test_a_better_score_means_a_better_question(library: World) -> None:
    asked = (await library.search.search("when do I get my money back?", PUBLIC)).passages[0].score
    foreign = (await library.search.search("who won the chess championship?", PUBLIC)).passages[0].score
    assert asked > foreign + 0.2


@given(
    person=st.builds(
        Principal,
        id=st.just("p"),
        role=st.sampled_from(["customer", "service", "agent", "supervisor", "admin"]),
        department=st.sampled_from([*DEPARTMENTS, None]),
    ),
    query=st.sampled_from(["money back", "Contoso counsel", "dispute", "supervisor fifty euros", "HF-2040-B", "x"]),
    mode=st.sampled_from(["hybrid", "dense", "lexical"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nobody_finds_what_they_may_not_read(library: World, person: Principal, query: str, mode: str) -> None:
    scope = read_scope(person, DEPARTMENTS)
    readable = {name for name, level, owner, _ in TEXTS if partition(level, owner) in scope.partitions}
    assert set(await library.found(query, scope, mode=mode)) <= readable
    known = await library.search.passages([f"{name}:1:0" for name, *_ in TEXTS], scope)
    assert {passage.document_id for passage in known} == readable


async def test_what_the_reader_may_not_see_is_only_counted(library: World) -> None:
    customer = await library.search.search("money back", PUBLIC, k=3)
    admin = await library.search.search("money back", read_scope(Principal("a", "admin"), DEPARTMENTS), k=3)
    assert (customer.denied_count, admin.denied_count) == (2, 0)


async def test_hidden_documents_do_not_push_readable_ones_out(world: World) -> None:
    for number in range(12):
        await world.add(f"secret{number}", "restricted", "legal", "Money back within fourteen days to the card.")
    assert (await world.found("money back within fourteen days", k=1)) == ["refunds"]


@pytest.mark.parametrize("change", [{"status": "deleted"}, {"status": "pending"}, {"answers": 2}])
async def test_what_is_not_the_published_version_does_not_answer(world: World, change: dict[str, object]) -> None:
    await world.add("refunds", "public", "billing", TEXTS[0][3], **change)
    assert "refunds" not in await world.found("money back to the card")
    assert await world.search.passages(["refunds:1:0"], PUBLIC) == []


async def test_a_reclassified_document_is_closed_before_the_index_knows(world: World) -> None:
    async with world.database.write() as session:
        document = await session.get(Document, "refunds")
        assert document is not None
        document.classification = "restricted"
    assert "refunds" not in await world.found("money back to the card")


async def test_versions_being_replaced_do_not_starve_the_answer(world: World) -> None:
    for number in range(9):
        await world.add(
            f"old{number}", "public", "billing", "Money back within fourteen days to the card.", status="pending"
        )
    assert await world.found("money back within fourteen days to the card", k=1) == ["refunds"]


async def test_passages_come_in_the_order_asked(library: World) -> None:
    known = await library.search.passages(["sharing:1:0", "no:1:0", "refunds:1:0"], PUBLIC)
    assert [passage.document_id for passage in known] == ["sharing", "refunds"]


class Broken:
    """Either half, unavailable until it is mended."""

    def __init__(self) -> None:
        self.mended = False

    def search(
        self, what: object, partitions: Sequence[str] | None, limit: int, documents: Sequence[str] | None = None
    ) -> list[Hit]:
        if self.mended:
            return []
        raise KnowledgeUnavailableError("no disk")

    def unknown(self, words: Sequence[str], partitions: Sequence[str]) -> list[str]:
        raise KnowledgeUnavailableError("no disk")

    def count_denied(self, text: str, partitions: Sequence[str], best: int) -> int:
        raise KnowledgeUnavailableError("no disk")

    @property
    def stamp(self) -> object:
        raise KnowledgeUnavailableError("no disk")


async def test_either_half_answers_alone(library: World) -> None:
    words_only = HybridSearch(library.database.query, library.embedder, Broken(), library.fulltext)  # type: ignore[arg-type]
    vectors_only = HybridSearch(library.database.query, library.embedder, library.vectors, Broken())  # type: ignore[arg-type]
    for search in (words_only, vectors_only):
        result = await search.search("money back to the card", PUBLIC, k=1)
        assert [passage.document_id for passage in result.passages] == ["refunds"]


async def test_a_failing_half_is_logged_once_and_when_it_is_back(
    library: World, caplog: pytest.LogCaptureFixture
) -> None:
    vectors = Broken()
    search = HybridSearch(library.database.query, library.embedder, vectors, library.fulltext)  # type: ignore[arg-type]
    with caplog.at_level(logging.INFO, "activities.knowledge"):
        for _ in range(3):
            await search.search("money", PUBLIC)
        vectors.mended = True
        await search.search("money", PUBLIC)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


class Stuck:
    """Vectors whose server accepts questions and never answers."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def search(
        self, what: object, partitions: Sequence[str], limit: int, documents: Sequence[str] | None = None
    ) -> list[Hit]:
        self.released.wait(10)
        return []


async def test_a_half_that_hangs_is_left_behind(library: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(half, "HALF_SECONDS", 0.05)
    vectors = Stuck()
    search = HybridSearch(library.database.query, library.embedder, vectors, library.fulltext)  # type: ignore[arg-type]
    result = await search.search("money back to the card", PUBLIC, k=1)
    vectors.released.set()
    assert [passage.document_id for passage in result.passages] == ["refunds"]


async def test_without_both_halves_the_search_is_unavailable(library: World) -> None:
    search = HybridSearch(library.database.query, library.embedder, Broken(), Broken())  # type: ignore[arg-type]
    with pytest.raises(KnowledgeUnavailableError):
        await search.search("money", PUBLIC)
    with pytest.raises(KnowledgeUnavailableError):
        await search.search("money", PUBLIC, mode="lexical")


async def test_without_records_the_search_is_unavailable(library: World, tmp_path: Path) -> None:
    lost = Database(f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such.db'}")
    search = HybridSearch(lost.query, library.embedder, library.vectors, library.fulltext)
    with pytest.raises(KnowledgeUnavailableError, match="texts"):
        await search.search("money", PUBLIC)
    await lost.close()


@pytest.mark.parametrize("query", ["", " ", "?", "\x00", "the", "🙂" * 50, "a" * 100_000])
async def test_a_question_without_known_words_is_answered_without_error(library: World, query: str) -> None:
    assert len(await library.found(query)) <= 8


async def test_a_search_that_is_repeated_asks_neither_half_and_still_reads_rights(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "refunds" in await world.found("money back to the card")
    monkeypatch.setattr(world.vectors, "search", None)
    assert "refunds" in await world.found("money back to the card")
    async with world.database.write() as session:
        document = await session.get(Document, "refunds")
        assert document is not None
        document.status = "deleted"
    assert "refunds" not in await world.found("money back to the card")


async def test_what_is_indexed_is_found_by_a_question_that_was_asked_before(world: World) -> None:
    assert "voucher" not in await world.found("a voucher instead of money")
    await world.add("voucher", "public", "billing", "You may take a voucher instead of money.")
    assert (await world.found("a voucher instead of money"))[0] == "voucher"


async def test_a_search_among_some_documents_leaves_the_others_out(library: World) -> None:
    scope = ReadScope(("public",), documents=("router", "limits"))
    for mode in ("hybrid", "dense", "lexical"):
        assert set(await library.found("reset button money", scope, mode=mode)) == {"router"}
    assert await library.found("reset", ReadScope(("public",), documents=())) == []


async def test_a_misspelt_word_is_searched_as_it_was_meant(library: World) -> None:
    found = await library.search.find("the buton of HF-2040-B", PUBLIC, k=1)
    assert (found.query, found.corrections) == ("the button of HF-2040-B", {"buton": "button"})
    assert found.passages[0].document_id == "router"


async def test_words_of_hidden_documents_are_never_suggested(library: World) -> None:
    assert (await library.search.find("what does the counsl offer", PUBLIC)).corrections == {}
    admin = read_scope(Principal("a", "admin"), DEPARTMENTS)
    assert (await library.search.find("what does the counsl offer", admin)).corrections == {"counsl": "counsel"}


async def test_words_of_a_question_are_shown_in_any_form(library: World) -> None:
    text = "You get your refunds; a refund takes days."
    marked = [text[start:end] for start, end in library.search.highlights("when is it refunded", text)]
    assert marked == ["refunds", "refund"]


hits = st.lists(st.builds(Hit, st.sampled_from("abcdef"), st.floats(0, 1)), unique_by=lambda hit: hit.chunk_id)


@given(hits, hits)
def test_fusion_keeps_every_candidate_once_in_order(dense: list[Hit], lexical: list[Hit]) -> None:
    fused = fuse(dense, lexical)
    assert {candidate.chunk_id for candidate in fused} == {hit.chunk_id for hit in [*dense, *lexical]}
    assert len(fused) == len({candidate.chunk_id for candidate in fused})
    assert [c.score for c in fused] == sorted((c.score for c in fused), reverse=True)
    assert all(0 <= candidate.score <= 1 for candidate in fused)


@given(hits)
def test_a_half_that_was_not_asked_changes_no_score(found: list[Hit]) -> None:
    assert {c.chunk_id: c.score for c in fuse(found, None)} == {hit.chunk_id: hit.score for hit in found}
    assert {c.chunk_id: c.score for c in fuse(None, found)} == {hit.chunk_id: hit.score for hit in found}
