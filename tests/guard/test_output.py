"""No draft gets past the check with a source that does not stand, or a word too many."""

from typing import Any

import pytest

from activities.guard.output import OutputCheck, personal_values, statements
from activities.guard.personal_data import PersonalData
from activities.models.embedded import as_draft
from activities.models.embedding import MiniLmEmbedder
from activities.models.ready_made import REPLIES, TEMPLATE
from activities.ports import Passage, citation
from activities.settings import Settings
from graphs.prompts import ANSWER_SYSTEM, CANARY
from graphs.state import Check, Draft
from tests.models.passages import YEARLY

QUOTE = "A yearly plan can be refunded in full within 30 days of the payment."


@pytest.fixture(scope="module")
def check() -> OutputCheck:
    return OutputCheck(MiniLmEmbedder(Settings().cache_dir), PersonalData().redact)


def draft(text: str, passage: Passage = YEARLY, **changed: Any) -> Draft:
    cited = citation(passage, 0, len(QUOTE)) | changed
    return as_draft(text, [cited], 0.9)  # type: ignore[list-item]


async def verdict(check: OutputCheck, made: Draft) -> Check:
    return await check.check(made, [YEARLY])


async def test_a_verbatim_quote_passes_with_full_grounding(check: OutputCheck) -> None:
    assert await verdict(check, draft(f"{QUOTE} [1]")) == {"grounding_score": 1.0, "problems": [], "passed": True}


async def test_a_faithful_sentence_of_a_model_passes_with_and_without_marks(check: OutputCheck) -> None:
    for text in (
        "You can have a yearly plan refunded in full within 30 days. [1]",
        "Yearly plans are refunded within 30 days.",
    ):
        found = await verdict(check, draft(text))
        assert found["passed"], found
        assert 0.5 <= found["grounding_score"] <= 1


@pytest.mark.parametrize(
    "text",
    [
        "A yearly plan can be refunded within 60 days of the payment. [1]",
        "A yearly plan can be refunded within 30 weeks of the payment. [1]",
        "A yearly plan cannot be refunded within 30 days of the payment. [1]",
        "A yearly plan bought from Microsoft can be refunded within 30 days. [1]",
        "Bananas grow in warm countries near the sea. [1]",
        f"{QUOTE} [1] We also give every customer a present.",
        f"{QUOTE} [7]",
    ],
)
async def test_a_sentence_that_says_more_than_its_source_fails(check: OutputCheck, text: str) -> None:
    found = await verdict(check, draft(text))
    assert not found["passed"]
    assert found["grounding_score"] < 1


@pytest.mark.parametrize(
    "changed",
    [{"chunk_id": "other:1:0"}, {"version": 2}, {"document_id": "other"}, {"start": 101}, {"quote": "made up"}],
)
async def test_a_citation_must_stand_in_a_passage_of_this_turn(check: OutputCheck, changed: dict[str, Any]) -> None:
    found = await verdict(check, draft(f"{QUOTE} [1]", **changed))
    assert any("ource 1" in problem for problem in found["problems"])


@pytest.mark.parametrize(
    "leak",
    [CANARY, CANARY.lower().replace("-", " "), ANSWER_SYSTEM[400:520], "⟦passage 1⟧"],
    ids=["canary", "disguised canary", "prompt", "fence"],
)
async def test_text_of_the_prompt_never_passes(check: OutputCheck, leak: str) -> None:
    found = await verdict(check, draft(f"{QUOTE} [1] {leak}"))
    assert any("instructions" in problem for problem in found["problems"])


async def test_personal_data_and_addresses_need_a_source(check: OutputCheck) -> None:
    mail = await verdict(check, draft(f"{QUOTE} [1] Write to maria.huber@gmail.com about a yearly plan. [1]"))
    assert any("EMAIL_ADDRESS" in problem for problem in mail["problems"])
    assert not any("maria" in problem for problem in mail["problems"] if "personal data" in problem)
    link = await verdict(check, draft(f"{QUOTE} [1] See https://evil.example/pay for a yearly plan. [1]"))
    assert any("evil.example" in problem for problem in link["problems"])


async def test_an_address_that_the_source_names_is_allowed(check: OutputCheck) -> None:
    text = "Write to billing@techcorp.example or see https://techcorp.example/refunds."
    passage = Passage(**{**vars(YEARLY), "text": text, "start": 0, "end": len(text)})
    made = as_draft(f"{text} [1]", [citation(passage, 0, len(text))], 0.9)
    assert (await check.check(made, [passage]))["passed"]


async def test_a_template_passes_only_unchanged(check: OutputCheck) -> None:
    assert (await verdict(check, as_draft(REPLIES["thanks"], [], 1.0, TEMPLATE)))["passed"]
    assert not (await verdict(check, as_draft("Your refund was paid.", [], 1.0, TEMPLATE)))["passed"]


async def test_a_draft_without_sources_or_words_fails(check: OutputCheck) -> None:
    assert not (await verdict(check, as_draft("Refunds take 5 days.", [], 0.9)))["passed"]
    assert not (await verdict(check, as_draft("", [], 0.0)))["passed"]


def test_marks_belong_to_the_sentences_before_them() -> None:
    found = statements("Here is how:\n1. Open it.\n2. Press OK. [1]\n\nThat is all. [2][3]")
    assert [(each.text, each.marks) for each in found] == [
        ("Open it.", (1,)),
        ("Press OK.", (1,)),
        ("That is all.", (2, 3)),
    ]


def test_the_values_behind_redactions_are_found() -> None:
    text, redacted = "Ask Ann at a@b.example or 555 0142.", "Ask Ann at <EMAIL_ADDRESS> or <PHONE_NUMBER>."
    assert personal_values(text, redacted) == [("EMAIL_ADDRESS", "a@b.example"), ("PHONE_NUMBER", "555 0142")]
    assert personal_values(text, text) == []
