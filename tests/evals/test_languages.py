"""The translated questions belong to calibration questions that documents answer."""

from evals.languages import translated


def test_each_translation_knows_what_makes_its_answer_right() -> None:
    cases = translated()
    assert len({case.question for case in cases}) == len(cases) == 49
    assert all(case.sources and case.any_of and case.question != case.english for case in cases)
