"""What the ingestion benchmark compares and counts, without the whole stack that it runs on."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from activities.knowledge.chroma import ChromaFolder
from activities.settings import Settings
from evals.benchmarks.embeddings import PlainEmbedder
from evals.benchmarks.ingestion import read_lines, report
from evals.benchmarks.langchain_style import PlainLoop
from evals.benchmarks.steps import union_seconds


def test_time_in_which_two_steps_ran_counts_once() -> None:
    assert union_seconds([(0, 2), (1, 3), (5, 6), (5.5, 5.7)]) == 4
    assert union_seconds([]) == 0


def test_the_plain_loop_puts_every_passage_of_the_articles_into_chroma(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    shared_data("ms_office_support_kb/pages.jsonl.gz")
    place = ChromaFolder(tmp_path)
    loop = PlainLoop(place.client(), PlainEmbedder(Settings().cache_dir))
    passages = loop.add(read_lines(2))
    assert place.client().get_collection("plain-loop", embedding_function=None).count() == passages > 2
    place.close()


def test_the_report_says_how_much_faster_we_are_and_how_long_the_model_embeds() -> None:
    spent = Counter({"ours": 10.0, "theirs": 25.0, "embed_chunks": 9.0, "alone": 8.0, "passages": 70})
    figures = report(20, spent)
    assert (figures["docs_per_second"], figures["their_docs_per_second"]) == (2.0, 0.8)
    assert figures["ratio"] == 2.5
    assert (figures["embed_share"], figures["alone_share"]) == (pytest.approx(0.9), pytest.approx(0.8))
