"""Conversations are held message by message, and counted by what the customer would have got."""

from pathlib import Path

import pytest

from evals.conversations import SHIPPED, Conversation, conversation_figures, hold, read_conversations
from evals.golden import Case, Result
from evals.question_file import QuestionFileError


def result(case: Case, outcome: str, problems: list[str] | None = None, quotes: list[str] | None = None) -> Result:
    return Result(
        case=case, outcome=outcome, intent="refund_request", confidence_score=0.9, text="30 days. [1]", leaks=[],
        problems=problems or [], quotes=quotes or ["30 days."], topic="Refund policy", named="Nearest: 30 days.",
    )  # fmt: skip


def turn(outcome: str = "answered", sources: tuple[str, ...] = ("a.md",)) -> Case:
    return Case(question="q", user="ada", outcome=outcome, sources=list(sources))  # type: ignore[arg-type]


async def test_each_message_is_asked_after_what_was_really_answered() -> None:
    asked: list[Case] = []

    async def ask(case: Case) -> Result:
        asked.append(case)
        return result(case, "handoff" if len(asked) == 2 else "answered")

    await hold(Conversation(id="c", turns=[turn(), turn(), turn()]), ask)
    assert [each.id for each in asked] == ["c.1", "c.2", "c.3"]
    assert [(each["answer"], each.get("topic")) for each in asked[2].history] == [
        ("30 days. [1]", "Refund policy"),
        ("Nearest: 30 days.", None),
    ]


def test_first_and_later_messages_are_counted_apart() -> None:
    held = [
        [
            result(turn(), "answered"),
            result(turn(), "answered", ["lacks 'x'"]),
            result(turn(), "review", ["outcome review, expected answered"], ["new"]),
            result(turn("handoff", ()), "review", ["outcome review, expected handoff"]),
            result(turn("handoff", ()), "answered", ["outcome answered, expected handoff"], ["newer"]),
            result(turn(sources=()), "handoff", ["outcome handoff, expected answered"]),
        ]
    ]
    found = conversation_figures(held)
    assert found["first"] == {"n": 1, "right": 1.0, "sent": 1.0, "sent_right": 1.0, "outcomes": {"answered": 1}}
    assert (found["later"]["n"], found["later"]["right"], found["later"]["sent_right"]) == (4, 0.5, 0.0)
    assert found["later"]["repeats"] == 0.5
    assert [each["outcome"] for each in found["failures"]] == ["answered", "answered"]


def test_the_shipped_conversations_can_be_read() -> None:
    conversations = read_conversations(SHIPPED)
    assert len(conversations) == len({each.id for each in conversations}) >= 61
    assert all(len(each.turns) > 1 for each in conversations)


@pytest.mark.parametrize("content", ["", "{}", '{"id": "a"}', "no json"])
def test_a_file_that_has_no_conversations_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "talks.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(QuestionFileError, match=r"talks\.jsonl"):
        read_conversations(file)
