"""How each half of the search is, in the lines of the readiness probe."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from activities.knowledge.chroma import ChromaServer
from activities.knowledge.damage import StoreState
from activities.knowledge.health import Half, IndexHealth, describe_halves
from activities.knowledge.stores import STORES
from activities.records.database import Database
from activities.records.index_truth import IndexTruth
from tests.knowledge.checked import GUIDE, Library, open_library


@pytest.fixture
async def library(tmp_path: Path, chroma_url: str) -> AsyncIterator[Library]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    async with open_library(database, tmp_path, ChromaServer(chroma_url)) as found:
        yield found
    await database.close()


@pytest.mark.parametrize(
    ("broken", "words", "vectors"),
    [
        ([], "ok", "ok"),
        (["fulltext"], "go on by meaning alone", "ok"),
        (["exact"], "ok", "Chroma answers for it"),
        (["chroma"], "ok", "documents cannot be taken in"),
        (["chroma", "exact"], "ok", "go on by words alone"),
    ],
)
async def test_each_half_of_the_search_has_one_plain_line(broken: list[str], words: str, vectors: str) -> None:
    states = {name: StoreState("internal.legal: x" if name in broken else "") for name in STORES}
    lines = describe_halves(states)
    assert lines["words"].endswith(words)
    assert lines["vectors"].endswith(vectors)
    assert "legal" not in str(lines)


async def test_health_is_looked_at_beside_and_remembered(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.knowledge.segments.FRESH_SECONDS", -1.0)
    health = IndexHealth(library.generations, IndexTruth(library.database).count)
    async with asyncio.timeout(60):
        while (await health.halves()) != {"words": "ok", "vectors": "ok"} or health._look:
            pass
        for path in library.stores.fulltext.folder.glob("*.term"):
            path.write_bytes(bytes(path.stat().st_size))
        health._looked_at = float("-inf")
        while (found := await health.halves())["words"] == "ok":
            pass
    assert found == {"words": found["words"], "vectors": "ok"}
    assert "damaged" in found["words"]


async def looked(health: IndexHealth) -> dict[Half, str]:
    """What a look says that begins now and is waited for."""
    await health.halves()
    if health._look:
        await health._look
    health._looked_at = float("-inf")
    return health._known


async def test_a_store_that_fills_again_is_named_until_it_has_all(library: Library) -> None:
    health = IndexHealth(library.generations, IndexTruth(library.database).count)
    stores = library.stores
    stores.fulltext.set_aside()
    stores.exact.remove([GUIDE], "public")
    await looked(health)
    found = await looked(health)
    assert found["words"] == "the full-text index is refilling, 0 % done: searches by words find no more than that"
    assert found["vectors"].startswith("the file of vectors is refilling, ")
    assert found["vectors"].endswith(" % done: Chroma answers for it")
    stores.chroma.remove([GUIDE], "public")
    assert (await looked(health))["vectors"].endswith("searches by meaning find no more than that")
    assert (await library.check.run()).left == 0
    assert await looked(health) == {"words": "ok", "vectors": "ok"}


async def test_an_index_that_cannot_be_looked_at_is_not_called_well(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken() -> int:
        raise RuntimeError("nobody thought of this")

    health = IndexHealth(library.generations, broken)
    assert all("could not be looked at" in line for line in (await looked(health)).values())
    monkeypatch.setattr(health, "_expected", IndexTruth(library.database).count)
    assert await looked(health) == {"words": "ok", "vectors": "ok"}
