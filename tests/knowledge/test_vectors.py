"""Vectors: the same behaviour in a folder and on a server, rights by collection, no text inside."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import chromadb
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from activities.knowledge.chroma import ChromaFolder, ChromaServer
from activities.knowledge.folder_lock import FolderInUseError
from activities.knowledge.vectors import Vectors
from activities.ports import KnowledgeUnavailableError
from tests.knowledge.conftest import chunk, directions

PARTITIONS = ["public", "internal.support", "confidential.people & pay"]


@pytest.fixture(params=["folder", "server"])
def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Vectors]:
    if request.param == "folder":
        place: ChromaFolder | ChromaServer = ChromaFolder(tmp_path / "vectors")
    else:
        place = ChromaServer(request.getfixturevalue("chroma_url"))
    vectors = Vectors(place, uuid4().hex)
    vectors.put("public", [chunk("a:1:0", ""), chunk("a:1:1", ""), chunk("b:1:0", "")], directions(0, 30, 60))
    vectors.put("internal.support", [chunk("c:1:0", "")], directions(10))
    vectors.put("confidential.people & pay", [chunk("d:1:0", "")], directions(1))
    yield vectors
    vectors.close()


def found(vectors: Vectors, degrees: float, partitions: list[str], limit: int = 10) -> list[str]:
    return [hit.chunk_id for hit in vectors.search(directions(degrees)[0], partitions, limit)]


def test_the_nearest_come_first_with_their_cosine(vectors: Vectors) -> None:
    hits = vectors.search(directions(0)[0], ["public"], 2)
    assert [hit.chunk_id for hit in hits] == ["a:1:0", "a:1:1"]
    assert [hit.score for hit in hits] == pytest.approx([1, 3**0.5 / 2], abs=1e-4)


def test_partitions_merge_by_nearness(vectors: Vectors) -> None:
    assert found(vectors, 0, PARTITIONS, 3) == ["a:1:0", "d:1:0", "c:1:0"]


def test_other_partitions_are_never_searched(vectors: Vectors) -> None:
    assert found(vectors, 10, ["public", "internal.hr"]) == ["a:1:0", "a:1:1", "b:1:0"]
    assert found(vectors, 10, []) == []


def test_opposite_vectors_score_nothing(vectors: Vectors) -> None:
    assert {hit.score for hit in vectors.search(directions(180)[0], ["public"], 3)} == {0}


def test_putting_again_replaces(vectors: Vectors) -> None:
    vectors.put("public", [chunk("b:1:0", "")], directions(-5))
    assert found(vectors, -5, ["public"])[0] == "b:1:0"
    assert vectors.size() == 5


def test_what_is_removed_is_neither_found_nor_counted(vectors: Vectors) -> None:
    vectors.remove(["a:1:0", "a:1:1", "never:1:0"], "public")
    assert found(vectors, 0, ["public"]) == ["b:1:0"]
    assert vectors.count("a") == 0
    assert vectors.count("b") == 1


def test_removing_from_a_partition_that_is_not_there_does_nothing(vectors: Vectors) -> None:
    vectors.remove(["a:1:0"], "restricted.nowhere")
    assert vectors.size() == 5


def test_the_vectors_of_another_model_are_invisible(vectors: Vectors) -> None:
    other = Vectors(vectors._place, "another model")
    assert found(other, 0, PARTITIONS) == []
    assert other.size() == 0


def test_a_partition_opens_as_a_langchain_store_that_holds_ids_only(vectors: Vectors) -> None:
    store = vectors.open_in_langchain("public", DeterministicFakeEmbedding(size=384))
    pages = store.similarity_search_by_vector(directions(0)[0].tolist(), k=1)
    assert [(page.page_content, page.metadata) for page in pages] == [("a:1:0", {"document_id": "a"})]


def test_processes_share_a_server(chroma_url: str) -> None:
    fingerprint = uuid4().hex
    reader, writer = (Vectors(ChromaServer(chroma_url), fingerprint) for _ in range(2))
    writer.put("public", [chunk("a:1:0", "")], directions(0))
    assert found(reader, 0, ["public"]) == ["a:1:0"]
    client = ChromaServer(chroma_url).client()
    client.delete_collection(f"chunks.{fingerprint[:12]}.public.v1")
    writer.put("public", [chunk("b:1:0", "")], directions(0))
    assert found(reader, 0, ["public"]) == ["b:1:0"]


def test_a_folder_is_opened_once(tmp_path: Path) -> None:
    place = ChromaFolder(tmp_path)
    with pytest.raises(FolderInUseError):
        ChromaFolder(tmp_path)
    place.close()
    ChromaFolder(tmp_path).close()


def test_vectors_outlive_the_process_that_wrote_them(tmp_path: Path) -> None:
    first = Vectors(ChromaFolder(tmp_path), "m")
    first.put("public", [chunk("a:1:0", "")], directions(0))
    first.close()
    second = Vectors(ChromaFolder(tmp_path), "m")
    assert found(second, 0, ["public"]) == ["a:1:0"]
    second.close()


def test_a_server_that_is_not_there_is_named(unused_tcp_port: int) -> None:
    vectors = Vectors(ChromaServer(f"http://127.0.0.1:{unused_tcp_port}"), "m")
    with pytest.raises(KnowledgeUnavailableError, match="HOLDFAST_CHROMA_URL"):
        vectors.search(directions(0)[0], ["public"], 1)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="http://host:port"):
        ChromaServer("localhost:8000")


def test_no_usage_data_is_sent(tmp_path: Path) -> None:
    place = ChromaFolder(tmp_path)
    client: chromadb.ClientAPI = place.client()
    assert client.get_settings().anonymized_telemetry is False
    place.close()
