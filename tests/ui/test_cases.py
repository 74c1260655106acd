"""What a case shows of itself, as HTML."""

import pytest

from ui import passages, words
from ui.cases import case_html, confidence_html, draft_html
from ui.client import Api
from ui.contract import Citation, Person, Review


@pytest.mark.parametrize(("score", "shown"), [(0.99996, "99 %"), (0.8999, "89 %"), (0.0, "0 %"), (-1.0, "0 %")])
def test_confidence_is_never_shown_higher_than_it_is(score: float, shown: str) -> None:
    assert f">{shown}<" in confidence_html(score)


def test_a_draft_that_is_not_shown_says_why_and_what_to_do() -> None:
    at = "2026-01-01T00:00:00Z"
    case = {"id": "r1", "conversation_id": "c1", "kind": "review", "created_at": at, "due_at": at, "withheld": True}
    assert words.WITHHELD in draft_html(Review.model_validate(case))


@pytest.mark.parametrize(("kind", "told"), [("review", True), ("handoff", False)])
def test_only_a_case_with_a_draft_tells_how_sure_it_is_and_what_it_rests_on(kind: str, told: bool) -> None:
    at = "2026-01-01T00:00:00Z"
    case = {"id": "r1", "conversation_id": "c1", "kind": kind, "created_at": at, "due_at": at}
    shown = case_html(Review.model_validate(case), Person(id="p1", username="ben", role="agent"))
    assert [words.CONFIDENCE in shown, words.SOURCES_NONE in shown] == [told, told]


async def test_a_source_that_is_withheld_is_not_asked_for() -> None:
    cited = Citation(document_id="d", title="No longer available to you", version=1, quote="", withheld=True)
    caller = Api.at("http://nobody.invalid").caller("")
    shown = await passages.source(caller, [cited], 1)
    assert words.PASSAGE_GONE in shown
