"""The embedded engine quotes what answers, and says nothing when nothing does."""

import re

import pytest

from activities.models.embedded import EmbeddedEngine
from activities.models.embedding import MiniLmEmbedder
from activities.models.ready_made import TEMPLATE
from activities.models.support import LOOKED_UP
from activities.ports import Passage, draft_digest
from graphs.state import Draft
from tests.models.passages import PRICES, STEPS, YEARLY, make_passage


@pytest.fixture(scope="module")
def engine(minilm: MiniLmEmbedder) -> EmbeddedEngine:
    return EmbeddedEngine(minilm)


def assert_quotes_stand(draft: Draft, passages: list[Passage]) -> None:
    texts = {each.chunk_id: each for each in passages}
    for each in draft["citations"]:
        passage = texts[each["chunk_id"]]
        assert passage.text[each["start"] - passage.start : each["end"] - passage.start] == each["quote"]


async def test_a_fact_is_quoted_with_its_citation(engine: EmbeddedEngine) -> None:
    draft = await engine.draft("How many days do I have to get a refund of my yearly plan?", [YEARLY, PRICES], [])
    assert "within 30 days of the payment. " in draft["text"]
    assert draft["text"].rstrip().endswith("]")
    assert draft["citations"][0]["title"] == "Refund policy"
    assert draft["citations"][0]["start"] == 100
    assert draft["digest"] == draft_digest(draft["text"], draft["citations"])
    assert_quotes_stand(draft, [YEARLY, PRICES])


async def test_steps_come_whole_and_in_order(engine: EmbeddedEngine) -> None:
    draft = await engine.draft("How do I cancel my plan?", [STEPS, YEARLY], [])
    steps = re.findall(r"^(\d)\. (.+?)(?: \[\d\])?$", draft["text"], re.MULTILINE)
    assert steps == [
        ("1", "Open Settings > Billing > Plan."),
        ("2", "Press Cancel plan."),
        ("3", "Press Confirm cancellation."),
    ]
    assert_quotes_stand(draft, [STEPS, YEARLY])


async def test_the_row_that_is_asked_for_comes_alone(engine: EmbeddedEngine) -> None:
    draft = await engine.draft("What does the Family plan cost a month?", [PRICES, STEPS], [])
    assert "EUR 9.99" in draft["text"]
    assert "EUR 3.99" not in draft["text"]


async def test_each_mark_has_its_citation(engine: EmbeddedEngine) -> None:
    draft = await engine.draft("Can I cancel a yearly plan and get a refund?", [YEARLY, STEPS, PRICES], [])
    marks = {int(each) for each in re.findall(r"\[(\d+)\]", draft["text"])}
    assert marks == set(range(1, len(draft["citations"]) + 1))


@pytest.mark.parametrize("question", ["How do I cook risotto?", "Who is the president of France?"])
async def test_what_no_passage_answers_gets_no_answer(engine: EmbeddedEngine, question: str) -> None:
    low = [
        Passage(**{**vars(each), "score": 0.1, "dense_score": 0.1, "lexical_score": 0.0}) for each in (YEARLY, STEPS)
    ]
    draft = await engine.draft(question, low, [])
    assert (draft["text"], draft["citations"], draft["support_score"]) == ("", [], 0.0)


async def test_small_talk_gets_a_ready_made_reply_without_sources(engine: EmbeddedEngine) -> None:
    draft = await engine.draft("Thank you", [], [])
    assert draft["model"] == TEMPLATE
    assert draft["text"]
    assert not draft["citations"]


async def test_a_question_without_passages_gets_no_answer(engine: EmbeddedEngine) -> None:
    assert (await engine.draft("How do I cancel?", [], []))["text"] == ""


async def test_a_redraft_never_repeats_what_was_rejected(engine: EmbeddedEngine) -> None:
    question, passages = "Can I get a refund for a yearly plan?", [YEARLY, STEPS, PRICES]
    first = await engine.draft(question, passages, [])
    second = await engine.draft(question, passages, [], redraft_reason="The customer asks about gift balance")
    assert "30 days" in first["text"]
    assert second["text"] != first["text"]
    assert "within 30 days of the payment" not in second["text"]


async def test_the_same_question_gets_the_same_answer(engine: EmbeddedEngine, minilm: MiniLmEmbedder) -> None:
    fresh = await EmbeddedEngine(minilm).draft("How do I cancel my plan?", [STEPS], [])
    again = await engine.draft("How do I cancel my plan?", [STEPS], [])
    assert (fresh["text"], fresh["citations"], fresh["digest"]) == (again["text"], again["citations"], again["digest"])
    assert fresh["support_score"] == pytest.approx(again["support_score"], abs=0.05)


async def test_a_remembered_draft_is_not_changed_by_who_got_it(engine: EmbeddedEngine) -> None:
    first = await engine.draft("How do I cancel my plan?", [STEPS, YEARLY], [])
    first["again"] = True
    assert "again" not in await engine.draft("How do I cancel my plan?", [STEPS, YEARLY], [])
    assert await engine.draft("How do I cancel my plan?", [YEARLY], []) != first


@pytest.mark.parametrize(("question", "sure"), [("TC-2103", True), ("error code tc 2103", True), ("TC-2199", False)])
async def test_a_row_is_looked_up_by_its_code(engine: EmbeddedEngine, question: str, sure: bool) -> None:
    rows = "Code: TC-2103; Meaning: File name is not allowed\nCode: TC-2104; Meaning: Disk is full"
    codes = make_passage(rows, document="codes", title="Table of error codes", kind="table")
    draft = await engine.draft(question, [codes, YEARLY], [])
    assert (draft["support_score"] == LOOKED_UP) == sure
