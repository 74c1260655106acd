"""What a case shows of itself, as HTML."""

import pytest

from ui.cases import confidence_html


@pytest.mark.parametrize(("score", "shown"), [(0.99996, "99 %"), (0.8999, "89 %"), (0.0, "0 %"), (-1.0, "0 %")])
def test_confidence_is_never_shown_higher_than_it_is(score: float, shown: str) -> None:
    assert f">{shown}<" in confidence_html(score)
