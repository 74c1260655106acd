"""Fusion of the two halves of a search."""

from hypothesis import given
from hypothesis import strategies as st

from activities.knowledge.fusion import fuse
from activities.knowledge.hits import Hit

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
