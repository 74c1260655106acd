"""What a message is about, how it is said, and what follows for the turn."""

import pytest

from activities.models.classifier import IntentClassifier
from graphs.state import Exchange

PRICE = [Exchange(message="How much is the Personal plan?", answer="EUR 3.99.", intent="pricing_plans")]


@pytest.mark.parametrize(
    ("message", "intent", "department"),
    [
        ("the confirmation mail for a new password never shows up", "account_access", "support"),
        ("somebody from Brazil signed in to my account, not me", "security_incident", "security"),
        ("bank refused the payment again", "payment_problem", "billing"),
        ("who won the tennis match yesterday", "out_of_scope", "support"),
        ("my solicitor will write to you", "legal_threat", "legal"),
        ("the person on the phone was incredibly rude", "complaint_person", "hr"),
    ],
)
async def test_intent_and_department(classifier: IntentClassifier, message: str, intent: str, department: str) -> None:
    found = await classifier.classify(message, [])
    assert (found["intent"], found["department"]) == (intent, department)


async def test_every_score_is_a_probability(classifier: IntentClassifier) -> None:
    for message in ("hi", "WHERE IS MY ORDER???", "x" * 8000, "🙂", "Wo ist meine Rechnung?"):
        found = await classifier.classify(message, [])
        assert all(
            0 <= value <= 1 for key, value in found.items() if key.endswith("_score") and isinstance(value, float)
        )


async def test_an_amount_above_the_limit_is_risky_and_one_below_is_not(classifier: IntentClassifier) -> None:
    above = await classifier.classify("I want a refund of 499 euros", [])
    below = await classifier.classify("I want a refund of 20 euros", [])
    assert (above["risk"], below["risk"]) == ("high", "low")
    assert "499" in above["risk_reason"]
    assert not below["risk_reason"]


async def test_money_back_for_ones_own_payment_of_unknown_amount_is_risky(classifier: IntentClassifier) -> None:
    own = await classifier.classify("My invoice shows the wrong VAT number, can I get a refund?", [])
    assert own["risk"] == "high"
    assert "without naming the amount" in own["risk_reason"]
    general = await classifier.classify("How long do refunds for yearly plans take?", [])
    assert general["risk"] == "low"


@pytest.mark.parametrize(
    "message", ["delete my account and all files", "I will sue you", "my account was hacked", "your agent insulted me"]
)
async def test_risky_intents_give_the_reviewer_a_reason(classifier: IntentClassifier, message: str) -> None:
    found = await classifier.classify(message, [])
    assert found["risk"] == "high"
    assert found["risk_reason"]


@pytest.mark.parametrize(
    "message",
    [
        "talk to a human",
        "I don't want to chat with a bot, get me a real person",
        "agent please",
        "is there somebody I can ring about this?",
        "I would rather talk than type",
    ],
)
async def test_a_wish_for_a_person_is_heard(classifier: IntentClassifier, message: str) -> None:
    assert (await classifier.classify(message, []))["wants_person"]


@pytest.mark.parametrize(
    "message",
    [
        "I am not a person who likes computers, how do I sync?",
        "your agent was rude to me",
        "how many people can use Family?",
    ],
)
async def test_a_person_who_is_only_mentioned_is_not_asked_for(classifier: IntentClassifier, message: str) -> None:
    assert not (await classifier.classify(message, []))["wants_person"]


async def test_a_follow_up_carries_topic_and_intent(classifier: IntentClassifier) -> None:
    found = await classifier.classify("and Business?", PRICE)
    assert found["question"] == "How much is the Business plan?"
    assert found["intent"] == "pricing_plans"


async def test_a_new_topic_does_not_inherit(classifier: IntentClassifier) -> None:
    found = await classifier.classify("How do I reset my password?", PRICE)
    assert (found["intent"], found["alone"]["intent"]) == ("account_access", "account_access")
    assert found["alone"]["question"] == "How do I reset my password?"


async def test_a_later_message_is_read_alone_and_about_what_was_quoted(classifier: IntentClassifier) -> None:
    told = [{**PRICE[0], "topic": "Plans and prices"}]
    found = await classifier.classify("does it have a limit?", told)  # type: ignore[arg-type]
    assert found["question"] == "does it have a limit (Personal plan) (Plans and prices)"
    assert found["alone"]["question"] == "does it have a limit?"
    assert "alone" not in await classifier.classify("does it have a limit?", [])
    assert "alone" not in await classifier.classify("thanks!", told)  # type: ignore[arg-type]


async def test_what_did_not_help_counts_only_after_an_answer(classifier: IntentClassifier) -> None:
    assert (await classifier.classify("that did not help", PRICE))["unsolved"]
    assert "unsolved" not in await classifier.classify("that did not help", [])


async def test_small_talk_is_no_question_and_never_risky(classifier: IntentClassifier) -> None:
    found = await classifier.classify("ok thanks, bye!", PRICE)
    assert (found["intent"], found["small_talk"], found["risk"]) == ("small_talk", "goodbye", "low")
    assert (await classifier.classify("Hi! How do I cancel?", []))["small_talk"] == ""
    assert (await classifier.classify("when are you open?", []))["small_talk"] == "", "a known question"


async def test_tone_urgency_and_language(classifier: IntentClassifier) -> None:
    angry = await classifier.classify(
        "This is terrible, our whole team is locked out and we need it fixed immediately!", []
    )
    assert (angry["sentiment"], angry["urgency"], angry["language"]) == ("negative", "high", "en")
    german = await classifier.classify("Wie kann ich mein Passwort zurücksetzen?", [])
    assert german["language"] == "de"
    assert (await classifier.classify("upgrade", []))["language"] == "en"


async def test_a_fragment_that_only_sounds_risky_does_not_hold_a_sure_question(classifier: IntentClassifier) -> None:
    seats = [Exchange(message="What happens when I add a seat on Business?", answer="…", intent="subscription_change")]
    assert (await classifier.classify("and removing one?", seats))["risk"] == "low"
    assert (await classifier.classify("and deleting my account?", seats))["risk"] == "high"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Refund my kettle now or my lawyer will sue you, how long does a refund take?", "legal action"),
        ("How do I reset my password? Also your agent Tom insulted me yesterday.", "member of staff"),
        ("How long does shipping take? Please delete my account and all my data.", "deleted"),
    ],
)
async def test_a_risky_part_beside_an_ordinary_question_is_risky(
    classifier: IntentClassifier, message: str, reason: str
) -> None:
    found = await classifier.classify(message, [])
    assert found["risk"] == "high"
    assert reason in found["risk_reason"]


@pytest.mark.parametrize(
    "message",
    [
        "My account is locked, I will sue you, how long do I have to wait?",
        "How long is my account locked and when do I hear from your lawyer, because mine is ready",
        "Can I get a copy of my invoice and delete my whole account",
        "one of the trusted devices is not mine, where do I remove it",
        "I forgot my password and your agent called me stupid",
    ],
)
async def test_a_risk_beside_a_question_that_is_asked_every_day_is_one(
    classifier: IntentClassifier, message: str
) -> None:
    assert (await classifier.classify(message, []))["risk"] == "high"


@pytest.mark.parametrize(
    "message",
    [
        "how do I see which computers I trust and do not have to give a code for",
        "who gets the files of a colleague who leaves the firm",
        "which plan keeps documents as long as the law wants",
    ],
)
async def test_what_only_sounds_like_a_risk_is_none(classifier: IntentClassifier, message: str) -> None:
    assert (await classifier.classify(message, []))["risk"] == "low"


async def test_several_ordinary_questions_together_are_not_risky(classifier: IntentClassifier) -> None:
    message = "Where do I find my invoices? And can I change the billing address? I have moved to Lyon."
    assert (await classifier.classify(message, []))["risk"] == "low"


async def test_insiders_questions_are_told_from_customers(classifier: IntentClassifier) -> None:
    asked = ["What do you pay your warehouse for each parcel?", "What does express delivery cost?"]
    scores = [(await classifier.classify(each, []))["inside_score"] for each in asked]
    assert scores[0] > 0.5 > scores[1]


async def test_a_risky_message_is_searched_with_what_it_is_about(classifier: IntentClassifier) -> None:
    found = await classifier.classify("you will hear from my lawyer", [])
    assert found["question"] == "you will hear from my lawyer (Lawyers, courts, regulators)"


@pytest.mark.parametrize(
    ("message", "intent", "risk"),
    [
        ("Wie lösche ich mein Konto mit allen Dateien?", "account_deletion", "high"),
        ("Le SMS avec le code n'arrive pas", "account_access", "low"),
        ("¿Cómo puedo descargar mi factura del mes pasado?", "billing_invoice", "low"),
    ],
)
async def test_a_message_in_another_language_is_read_as_a_known_question(
    classifier: IntentClassifier, message: str, intent: str, risk: str
) -> None:
    found = await classifier.classify(message, [])
    assert (found["intent"], found["risk"]) == (intent, risk)
    assert found["read_as"]
    assert found["question"] != message
    assert found["language"] != "en"


@pytest.mark.parametrize("message", ["Where can I download my invoice?", "Hallo", "Danke!", "Bonjour"])
async def test_english_and_pleasantries_are_read_as_they_stand(classifier: IntentClassifier, message: str) -> None:
    assert "read_as" not in await classifier.classify(message, [])


@pytest.mark.parametrize(
    "message", ["Kann ich mit jemandem reden statt mit einem Roboter?", "Páseme con un agente, por favor"]
)
async def test_a_wish_for_a_person_is_understood_in_other_languages(classifier: IntentClassifier, message: str) -> None:
    assert (await classifier.classify(message, []))["wants_person"]


async def test_a_known_question_is_clear_and_ours(classifier: IntentClassifier) -> None:
    """Both stand in ``asked.csv`` in like words; by themselves they fit two topics alike, and none."""
    assert (await classifier.classify("how many devices can i use", []))["small_talk"] == ""
    found = await classifier.classify("what is your postal address", [])
    assert found["intent"] != "out_of_scope"
    assert found["out_of_scope_score"] < 0.5
