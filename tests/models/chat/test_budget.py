"""A prompt fits its context: the worst passages go first, the question never."""

from hypothesis import given
from hypothesis import strategies as st

from activities.models.chat.budget import TokenGauge, fit
from activities.ports import ModelTask
from graphs.prompts import ANSWER_SYSTEM
from graphs.state import Exchange
from tests.models.passages import make_passage

SYSTEM = TokenGauge().measure(ANSWER_SYSTEM)


def task(passages: int, words: int = 40, **changes: object) -> ModelTask:
    made = [make_passage(f"passage{number} " + "word " * words, position=number) for number in range(passages)]
    return ModelTask(question="How long is it?", passages=made, **changes)  # type: ignore[arg-type]


@given(st.integers(1, 12), st.integers(5, 300), st.integers(0, 6), st.integers(400, 6_000))
def test_a_prompt_is_never_larger_than_its_budget(passages: int, words: int, earlier: int, tokens: int) -> None:
    history = [Exchange(message="word " * words, answer="yes", intent="x")] * earlier
    gauge = TokenGauge()
    prompt = fit(task(passages, words, history=history, summary="Asked earlier: a thing."), SYSTEM + tokens, gauge)
    assert gauge.measure(prompt.text) <= tokens
    assert "How long is it?" in prompt.text


def test_passages_are_left_out_from_the_worst_up_and_numbers_stay_right() -> None:
    prompt = fit(task(12, 100), SYSTEM + 1_500, TokenGauge())
    assert 2 < len(prompt.passages) < 12
    for number, passage in enumerate(prompt.passages, 1):
        assert passage.position == number - 1
        assert f"⟦passage {number}⟧\nRefund policy\npassage{number - 1} " in prompt.text


def test_a_single_passage_that_is_too_long_is_cut_at_a_word_with_offsets_that_hold() -> None:
    long = make_passage("alpha beta gamma " * 600, start=50)
    cut = fit(ModelTask("How?", [long]), SYSTEM + 900, TokenGauge()).passages[0]
    assert long.text.startswith(cut.text)
    assert cut.text.split()[-1] in ("alpha", "beta", "gamma")
    assert (cut.start, cut.end) == (50, 50 + len(cut.text))


def test_the_conversation_never_pushes_out_the_passages() -> None:
    history = [Exchange(message=f"question {number} " + "x " * 200, answer="yes", intent="a") for number in range(6)]
    prompt = fit(task(3, 60, history=history), SYSTEM + 1_500, TokenGauge())
    assert len(prompt.passages) == 3
    assert "question 5" in prompt.text
    assert "question 0" not in prompt.text


def test_of_a_long_conversation_the_lines_that_share_words_with_the_question_are_kept() -> None:
    lines = [f"Asked earlier: matter {number}? We said: yes." for number in range(40)]
    lines[3] = "Asked earlier: How long is the trial? We said: 30 days."
    prompt = fit(task(1, summary="\n".join(lines)), SYSTEM + 700, TokenGauge())
    assert "We said: 30 days." in prompt.text
    assert "matter 0?" not in prompt.text


def test_the_gauge_learns_towards_more_tokens_only() -> None:
    gauge = TokenGauge()
    before = gauge.measure("x" * 300)
    gauge.learn("x" * 300, 10)
    gauge.learn("x" * 300, 0)
    assert gauge.measure("x" * 300) == before
    gauge.learn("x" * 300, 300)
    assert gauge.measure("x" * 300) == 301
