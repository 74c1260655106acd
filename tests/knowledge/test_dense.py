"""Exact vectors beside Chroma: nothing missed, nothing foreign touched, erased when removed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from activities.knowledge.chroma import ChromaFolder
from activities.knowledge.dense import DenseVectors
from activities.knowledge.exact import ExactVectors
from activities.knowledge.vectors import Vectors
from activities.ports import KnowledgeUnavailableError
from tests.knowledge.conftest import chunk, directions

WIDTH = 8
PARTITIONS = ["public", "public~aa", "internal.hr", "internal.hr~aa", "internal.hr~bb"]


def unit(numbers: list[int]) -> NDArray[np.float32]:
    vector = np.array(numbers, np.float32) + 0.5
    return vector / np.linalg.norm(vector)


rows = st.lists(st.integers(-9, 9), min_size=WIDTH, max_size=WIDTH).map(unit)
names = st.sampled_from([f"d{number}:1:0" for number in range(12)])
changes = st.lists(
    st.tuples(st.just("put"), st.sampled_from(PARTITIONS), names, rows)
    | st.tuples(st.just("remove"), st.sampled_from(PARTITIONS), names, st.none()),
    max_size=25,
)


@given(changes, st.lists(st.sampled_from(PARTITIONS), unique=True), rows, st.integers(1, 6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_search_finds_what_a_plain_comparison_of_readable_rows_finds(
    tmp_path_factory: pytest.TempPathFactory,
    changes: list[tuple[str, str, str, NDArray[np.float32] | None]],
    readable: list[str],
    question: NDArray[np.float32],
    limit: int,
) -> None:
    folder = tmp_path_factory.mktemp("exact")
    writer, reader = ExactVectors(folder, WIDTH), ExactVectors(folder, WIDTH)
    model: dict[str, tuple[str, NDArray[np.float32]]] = {}
    for what, partition, name, vector in changes:
        home = partition.partition("~")[0]
        if what == "put" and vector is not None:
            if name in model and model[name][0].partition("~")[0] != home:
                continue  # a chunk never changes its home: another class is another version
            writer.put(partition, [name], vector[None])
            if name in model and model[name][0] != partition:
                writer.leave([name], model[name][0])
            model[name] = (partition, vector)
        else:
            writer.remove([name], partition)
            if name in model and model[name][0].partition("~")[0] == home:
                del model[name]
        reader.rows(PARTITIONS)
    hits = reader.search(question, readable, limit)
    scores = sorted((max(float(v @ question), 0) for p, v in model.values() if p in readable), reverse=True)[:limit]
    assert [hit.score for hit in hits] == pytest.approx(scores, abs=1e-5)
    assert all(model[hit.chunk_id][0] in readable for hit in hits)
    own = [max(float(model[hit.chunk_id][1] @ question), 0) for hit in hits]
    assert [hit.score for hit in hits] == pytest.approx(own, abs=1e-5)
    assert reader.size() == len(model)
    assert reader.count("d1") == ("d1:1:0" in model)


def test_each_chunk_keeps_its_own_score_where_all_rules_of_a_shelf_are_read(tmp_path: Path) -> None:
    exact, vectors = ExactVectors(tmp_path / "exact", WIDTH), np.eye(WIDTH, dtype=np.float32)
    for number in range(WIDTH):
        rule = ("internal.hr~aa", "internal.hr~bb")[number % 2]
        exact.put(rule, [f"d{number}:1:0"], vectors[number : number + 1])
    for number in range(WIDTH):
        hit, *_ = exact.search(vectors[number], ["internal.hr~bb", "internal.hr~aa"], 1)
        assert (hit.chunk_id, hit.score) == (f"d{number}:1:0", 1.0)


def test_a_removed_vector_is_gone_from_the_disk(tmp_path: Path) -> None:
    exact = ExactVectors(tmp_path / "exact", WIDTH)
    exact.put("public", ["a:1:0", "b:1:0"], np.full((2, WIDTH), 0.25, np.float32))
    exact.remove(["a:1:0", "b:1:0"], "public")
    files = [
        path.read_bytes() for path in (tmp_path / "exact" / "public").iterdir() if path.name in ("rows", "vectors")
    ]
    assert len(files) == 2
    assert not any(any(content) for content in files)


def test_a_write_that_was_cut_off_is_not_seen_and_done_again(tmp_path: Path) -> None:
    exact = ExactVectors(tmp_path / "exact", WIDTH)
    exact.put("public", ["a:1:0"], np.eye(1, WIDTH, dtype=np.float32))
    with (tmp_path / "exact" / "public" / "vectors").open("ab") as file:
        file.write(b"half a row")
    exact.put("public", ["b:1:0"], np.eye(1, WIDTH, 1, dtype=np.float32))
    found = ExactVectors(tmp_path / "exact", WIDTH).search(np.eye(1, WIDTH, 1, dtype=np.float32)[0], ["public"], 5)
    assert [hit.chunk_id for hit in found] == ["b:1:0", "a:1:0"]


def test_an_id_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeUnavailableError, match="longer than 128 bytes"):
        ExactVectors(tmp_path, WIDTH).put("public", ["x" * 129], np.eye(1, WIDTH, dtype=np.float32))


@pytest.fixture
def dense(tmp_path: Path) -> Iterator[DenseVectors]:
    dense = DenseVectors(Vectors(ChromaFolder(tmp_path / "chroma"), "model"), ExactVectors(tmp_path / "exact"))
    dense.put("internal.hr", [chunk("a:1:0", ""), chunk("b:1:0", "")], directions(0, 40))
    dense.put("internal.hr~aa", [chunk("c:1:0", "")], directions(10))
    yield dense
    dense.close()


def found(dense: DenseVectors, partitions: list[str]) -> list[str]:
    return [hit.chunk_id for hit in dense.search(directions(0)[0], partitions, 9)]


def test_rules_choose_rows_on_both_ways(dense: DenseVectors) -> None:
    for way in (dense, dense._chroma):
        assert found(way, ["internal.hr"]) == ["a:1:0", "b:1:0"]  # type: ignore[arg-type]
        assert found(way, ["internal.hr~aa"]) == ["c:1:0"]  # type: ignore[arg-type]
        assert found(way, ["internal.hr~bb", "public"]) == []  # type: ignore[arg-type]
        assert found(way, ["internal.hr~aa", "internal.hr"]) == ["a:1:0", "c:1:0", "b:1:0"]  # type: ignore[arg-type]


def test_a_chunk_that_moves_between_rules_is_in_one_place_on_both_ways(dense: DenseVectors) -> None:
    dense.put("internal.hr~bb", [chunk("c:1:0", "")], directions(10))
    dense.leave(["c:1:0"], "internal.hr~aa")
    dense.put("internal.hr~bb", [chunk("a:1:0", "")], directions(0))
    dense.leave(["a:1:0"], "internal.hr")
    for way in (dense, dense._chroma):
        assert found(way, ["internal.hr~bb"]) == ["a:1:0", "c:1:0"]  # type: ignore[arg-type]
        assert found(way, ["internal.hr~aa", "internal.hr"]) == ["b:1:0"]  # type: ignore[arg-type]
    dense.remove(["c:1:0"], "internal.hr")
    assert (dense.count("c"), dense.size()) == (0, 2)


def test_a_shelf_that_is_not_whole_here_is_asked_of_chroma(dense: DenseVectors, tmp_path: Path) -> None:
    elsewhere = DenseVectors(dense._chroma, ExactVectors(tmp_path / "another machine"))
    assert found(elsewhere, ["internal.hr"]) == ["a:1:0", "b:1:0"]
    assert elsewhere.size() == 0
