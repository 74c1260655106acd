"""Calibration figures on numbers small enough to check by hand."""

from evals.reliability import calibration_error, reliability, risk_coverage


def test_a_tenth_says_its_mean_score_and_the_share_that_is_right() -> None:
    rows = reliability([0.91, 0.99, 0.35], [True, False, True])
    assert [(row["from"], row["n"], row["right"]) for row in rows] == [(0.3, 1, 1.0), (0.9, 2, 0.5)]


def test_scores_that_keep_their_word_have_no_error_and_boasts_have_one() -> None:
    assert calibration_error([1.0, 1.0, 0.0], [True, True, False]) == 0.0
    assert calibration_error([0.9, 0.9], [True, False]) == 0.4


def test_precision_at_a_coverage_is_that_of_the_surest_answers() -> None:
    rows = {row["coverage"]: row for row in risk_coverage([0.9, 0.8, 0.3, 0.1], [True, True, False, False])}
    assert rows[0.5] == {"coverage": 0.5, "threshold": 0.8, "precision": 1.0}
    assert rows[1.0]["precision"] == 0.5
