"""One document does not fill a list, unless nothing else comes near."""

from activities.knowledge.diversity import diversify
from activities.knowledge.fusion import Candidate


def candidates(**scores: list[float]) -> list[Candidate]:
    found = [
        Candidate(f"{name}:1:{number}", score, score, 0)
        for name, values in scores.items()
        for number, score in enumerate(values)
    ]
    return sorted(found, key=lambda each: -each.score)


def order(found: list[Candidate]) -> str:
    return "".join(each.document_id for each in diversify(found))


def test_passages_beyond_the_third_of_a_document_let_others_pass() -> None:
    assert order(candidates(a=[0.9, 0.89, 0.88, 0.87, 0.86], b=[0.8], c=[0.76])) == "aaabcaa"


def test_a_document_that_is_far_better_keeps_the_list() -> None:
    assert order(candidates(a=[0.9, 0.9, 0.9, 0.9], b=[0.3])) == "aaaab"


def test_few_passages_of_each_stay_as_they_are() -> None:
    found = candidates(a=[0.9, 0.5], b=[0.8, 0.4])
    assert diversify(found) == found
