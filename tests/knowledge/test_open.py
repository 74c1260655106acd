"""The knowledge opens in a folder for one process, or on a server whether it is up or not."""

from pathlib import Path

import pytest

from activities.knowledge.folder_lock import FolderInUseError
from activities.knowledge.open import open_knowledge
from activities.models.embedding import MiniLmEmbedder
from activities.ports import KnowledgeUnavailableError, ReadScope
from activities.records.database import Database
from activities.settings import Settings
from tests.knowledge.conftest import chunk

PUBLIC = ReadScope(("public",))


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    return MiniLmEmbedder(Settings().cache_dir)


async def test_the_folder_is_free_again_after_the_block(
    database: Database, embedder: MiniLmEmbedder, tmp_path: Path
) -> None:
    for _ in range(2):
        with open_knowledge(tmp_path, database.query, embedder) as knowledge:
            await knowledge.index.put("public", [chunk("a:1:0", "Refunds")], embedder.embed(["Refunds"]))
            assert await knowledge.index.size() == 1
            with pytest.raises(FolderInUseError), open_knowledge(tmp_path, database.query, embedder):
                pass


async def test_a_server_that_is_down_leaves_search_to_full_text(
    database: Database, embedder: MiniLmEmbedder, tmp_path: Path, unused_tcp_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    with open_knowledge(tmp_path, database.query, embedder, chroma_url=url) as knowledge:
        assert (await knowledge.search.search("refunds", PUBLIC)).passages == []
        with pytest.raises(KnowledgeUnavailableError):
            await knowledge.index.size()
