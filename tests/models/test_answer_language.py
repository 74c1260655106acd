"""An answer in another language than the question waits for a person; everything else is left as it was checked."""

from typing import cast

import pytest

from activities.models.answer_language import with_language
from activities.models.tone import Tone
from graphs.state import Check, Citation, Classification, Draft

TONE = Tone()
PASSED = Check(grounding_score=0.9, problems=[], passed=True)
ENGLISH = "You can return an order within 30 days. Keep the parcel slip until the refund has arrived."
GERMAN = "Sie können eine Bestellung innerhalb von 30 Tagen zurückgeben. Heben Sie den Beleg so lange auf."


def asked(text: str) -> Classification:
    language, score = TONE.language(text)
    return Classification(
        intent="returns", intent_score=0.9, department="support", risk="low", risk_reason="", sentiment="neutral",
        sentiment_score=0.9, urgency="low", urgency_score=0.9, language=language, language_score=score,
        wants_person=False, wants_person_score=0.0, out_of_scope_score=0.0, small_talk="", question=text,
    )  # fmt: skip


def drafted(quote: str, text: str = "", engine: str = "embedded") -> Draft:
    citation = Citation(document_id="d", title="Returns", version=1, chunk_id="d:1:0", quote=quote, start=0, end=1)
    return Draft(
        text=text or f"From our documents: {quote}", citations=[citation] if quote else [],
        engine="ollama" if engine == "ollama" else "embedded", model="m", prompt_version="", support_score=0.9,
        fallback_reason="", digest="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "quote", "named"),
    [
        ("Wie kann ich meine Bestellung zurückgeben?", ENGLISH, "German and the answer in English"),
        ("¿Cómo puedo devolver un pedido?", ENGLISH, "Spanish and the answer in English"),
        ("How can I return an order that I do not want?", GERMAN, "English and the answer in German"),
    ],
)
def test_an_answer_in_another_language_waits_for_somebody_who_reads_both(question: str, quote: str, named: str) -> None:
    check = with_language(PASSED, asked(question), drafted(quote), TONE)
    assert not check["passed"]
    assert named in check["problems"][0]


@pytest.mark.parametrize(
    ("question", "draft"),
    [
        ("How can I return an order that I do not want?", drafted(ENGLISH)),
        ("Wie kann ich meine Bestellung zurückgeben?", drafted(GERMAN)),
        ("Wie kann ich meine Bestellung zurückgeben?", drafted(ENGLISH, text=GERMAN, engine="ollama")),
        ("Hallo", drafted(ENGLISH)),
        ("Guten Morgen, ich wünsche einen schönen Tag", drafted("", text="Hello! What can I help you with?")),
    ],
    ids=["same", "same-foreign", "model-translates", "too-short-to-tell", "ready-made"],
)
def test_an_answer_in_the_language_of_the_question_passes(question: str, draft: Draft) -> None:
    assert with_language(PASSED, asked(question), draft, TONE) == PASSED


def test_an_answer_to_a_question_that_was_guessed_waits_whoever_wrote_it() -> None:
    question = asked("Wie kann ich meine Bestellung zurückgeben?")
    question["read_as"] = "how do I send something back"
    draft = drafted(ENGLISH, text=GERMAN, engine="ollama")
    check = with_language(PASSED, question, draft, TONE)
    assert not check["passed"]
    assert "in German and was read as “how do I send something back”" in check["problems"][0]


@pytest.mark.parametrize(("support", "problems"), [(0.1, 0), (0.9, 1)], ids=["unlikely", "likely"])
def test_what_is_nothing_of_ours_leaves_nothing_to_look_at(support: float, problems: int) -> None:
    weather = {**asked("Wie wird morgen das Wetter in Hamburg?"), "out_of_scope_score": 0.99}
    found = {**drafted(ENGLISH), "support_score": support}
    check = with_language(PASSED, cast(Classification, weather), cast(Draft, found), TONE)
    assert not check["passed"]
    assert len(check["problems"]) == problems
