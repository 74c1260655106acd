"""What a reader finds is a function of what they may read: random people, rules, times and questions, twice over.

Once against a model in plain words, and once against a world in which everything hidden does not exist: the same
passages with the same scores, words put right and counts, whatever is hidden.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from activities.knowledge.access import RuledPlace, partition, read_scope
from activities.knowledge.candidates import CandidateSearch
from activities.knowledge.exact import ExactVectors
from activities.knowledge.fulltext import FullText
from activities.knowledge.rules import NO_RULE, AccessRule
from activities.ports import Level, Principal, ReadScope, SearchMode
from tests.knowledge.conftest import chunk
from tests.knowledge.test_rules import DEPARTMENTS, in_plain_words, moments, principals, rules

VOCABULARY = ["refund", "invoice", "router", "contoso", "merger", "salary", "password", "x1042"]
LENGTH = 3
"""Words of each passage, each of one token: mean lengths are the one thing that readers share."""


@dataclass(frozen=True)
class Paper:
    """A document of one passage and its rights."""

    name: str
    level: Level
    department: str
    rule: AccessRule
    words: tuple[str, ...]

    @property
    def place(self) -> str:
        return partition(self.level, self.department, self.rule.key)


class BagOfWords:
    """Vectors that count the words of the vocabulary."""

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        counts = np.array([[0.01 + text.lower().split().count(word) for word in VOCABULARY] for text in texts])
        return (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)


def world(folder: Path, papers: list[Paper]) -> CandidateSearch:
    """Return a search over papers, indexed in their places."""
    vectors, fulltext, embedder = (
        ExactVectors(folder / "exact", len(VOCABULARY)),
        FullText(folder / "text"),
        BagOfWords(),
    )
    for paper in papers:
        passage = chunk(f"{paper.name}:1:0", " ".join(paper.words), title="")
        vectors.put(paper.place, [passage.chunk_id], embedder.embed([passage.text]))
        fulltext.put(paper.place, [passage])
    return CandidateSearch(embedder, vectors, fulltext)  # type: ignore[arg-type]


async def scores(search: CandidateSearch, question: str, scope: ReadScope, mode: SearchMode) -> dict[str, float]:
    ranking = await search.rank(question, scope.partitions, limit=9, mode=mode)
    return {each.chunk_id: each.score for each in ranking.candidates}


words = st.lists(st.sampled_from(VOCABULARY), min_size=LENGTH, max_size=LENGTH).map(tuple)
papers = st.lists(
    st.builds(
        Paper,
        name=st.uuids().map(lambda each: each.hex),
        level=st.sampled_from(get_args(Level)),
        department=st.sampled_from(DEPARTMENTS),
        rule=st.just(NO_RULE) | rules(),
        words=words,
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda paper: paper.name,
)


@given(papers, principals, moments, st.lists(st.sampled_from([*VOCABULARY, "zeppelin"]), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
async def test_a_reader_finds_what_they_may_read_as_if_nothing_else_existed(
    tmp_path_factory: pytest.TempPathFactory,
    papers: list[Paper],
    person: Principal,
    at: datetime,
    question: list[str],
) -> None:
    readable = [each for each in papers if in_plain_words(person, each.level, each.department, each.rule, at)]
    places = [RuledPlace(each.level, each.department, each.rule) for each in papers if each.rule.key]
    scope = read_scope(person, DEPARTMENTS, places, at)
    whole = world(tmp_path_factory.mktemp("whole"), papers)
    alone = world(tmp_path_factory.mktemp("alone"), readable)
    for mode in get_args(SearchMode):
        found, wanted = [await scores(search, " ".join(question), scope, mode) for search in (whole, alone)]
        assert set(found) <= {f"{each.name}:1:0" for each in readable}
        assert found == pytest.approx(wanted, abs=1e-5)
    probes = [*VOCABULARY, "zeppelin"]
    assert whole._fulltext.unknown(probes, scope.partitions) == alone._fulltext.unknown(probes, scope.partitions)
    for probe in ("refunt", "contos", "merge"):
        assert set(whole._fulltext.similar(probe, 1, scope.partitions, 9)) == set(
            alone._fulltext.similar(probe, 1, scope.partitions, 9)
        )
