"""Answers given again are those of the same question: under one in a hundred wrong on StackFAQ's paraphrases."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evals.answer_cache import Asked, evaluate_answer_cache, measured, read_asked
from evals.beir import CollectionError


def test_at_the_chosen_threshold_under_one_hit_in_a_hundred_is_wrong(shared_data: Callable[[str], Path]) -> None:
    found = evaluate_answer_cache(shared_data("stackfaq/queries.jsonl"))
    assert (found["n"], found["threshold"]) == (1_249, 0.92)
    assert found["hits"] >= 50
    assert found["wrong_share"] < 0.01


def test_a_hit_on_another_thread_is_counted_as_wrong_and_one_that_the_search_denies_is_none() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1], [1, 0]], np.float32)
    asked = [Asked("how?", "a"), Asked("how so?", "b"), Asked("where?", "c"), Asked("how 2?", "a")]
    agreed = measured(asked, vectors, np.array([7, 7, 8, 7]), 0.9)
    assert (agreed["hits"], agreed["wrong"], agreed["hit_share"], agreed["wrong_share"]) == (1, 1, 0.25, 1.0)
    denied = measured(asked, vectors, np.array([7, 9, 8, 7]), 0.9)
    assert (denied["hits"], denied["alike"], denied["alike_wrong_share"]) == (0, 1, 1.0)


@pytest.mark.parametrize("content", ["", "not json", '{"text": "a"}'])
def test_a_file_that_cannot_be_used_is_refused_in_words(tmp_path: Path, content: str) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CollectionError, match=str(path)):
        read_asked(path)
