"""A message that leans on the conversation becomes a question of its own."""

import pytest

from activities.models.followup import dependence, stand_alone, topic_of
from graphs.state import Exchange

SLOTS = {"plan": [["personal"], ["family"], ["business"]], "device": [["homesafe"], ["link hub"]]}
PRICE = [Exchange(message="How much is the Personal plan?", answer="EUR 3.99.", intent="pricing_plans")]


@pytest.mark.parametrize(
    "text", ["and Business?", "what about the yearly plan", "does it include phone support?", "How long does it take?"]
)
def test_continuations_lean_strongly(text: str) -> None:
    assert dependence(text) == "strong"


@pytest.mark.parametrize(
    "text",
    ["How do I reset my password?", "my drive is broken", "is it possible to pay by card in the shop?", "thanks"],
)
def test_whole_questions_lean_on_nothing(text: str) -> None:
    assert dependence(text) == "none"


def test_another_plan_takes_the_place_of_the_first() -> None:
    assert stand_alone("and Business?", PRICE, SLOTS) == "How much is the Business plan?"


def test_a_new_condition_is_joined_to_the_earlier_question() -> None:
    assert stand_alone("and for the whole year?", PRICE, SLOTS) == "How much is the Personal plan for the whole year?"


def test_a_question_of_its_own_keeps_its_form_and_takes_what_it_is_about() -> None:
    assert stand_alone("does it include support?", PRICE, SLOTS) == "does it include support (Personal plan)"
    assert stand_alone("and which plan has more?", PRICE, SLOTS) == "which plan has more (Personal)"


def test_the_topic_is_the_document_that_was_quoted_last() -> None:
    first, second = (Exchange(message="a?", answer="b", intent="", topic=title) for title in ("Plans", "Refunds"))
    unquoted = Exchange(message="thanks", answer="You're welcome!", intent="small_talk")
    assert topic_of([first, second, unquoted]) == "Refunds"
    assert topic_of([first, unquoted, unquoted, unquoted]) == ""


def test_a_chain_of_follow_ups_goes_back_to_its_question() -> None:
    chain = [*PRICE, Exchange(message="and Family?", answer="EUR 9.99.", intent="pricing_plans")]
    assert stand_alone("and Business?", chain, SLOTS) == "How much is the Business plan?"


def test_small_talk_between_is_skipped_and_alone_gives_nothing_to_lean_on() -> None:
    thanks = Exchange(message="thanks", answer="You're welcome!", intent="small_talk")
    assert stand_alone("and Business?", [*PRICE, thanks], SLOTS) == "How much is the Business plan?"
    assert stand_alone("and Business?", [thanks], SLOTS) == "and Business?"
