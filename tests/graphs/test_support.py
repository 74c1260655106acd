"""The support graph runs alone, over any ``Nodes``: that is how evaluations use it."""

from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from evals.benchmarks.trivial_steps import TrivialSteps
from graphs.state import Decision, GuardMark, SupportState
from graphs.support import build_support_graph

ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"
CONFIG: Any = {"configurable": {"thread_id": "t"}}


def state(message: str) -> SupportState:
    guard = GuardMark(injection_score=0.0, injection_flagged=False, reasons=[], redacted=[])
    return SupportState(turn_id="c.1", conversation_id="c", user_id="ada", message=message, history=[], guard=guard)


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ("hello", ["classify", "retrieve", "answer", "check", "finish"]),
        ("a person", ["classify"]),
        ("stopped", ["classify"]),
        ("nothing", ["classify", "retrieve", "answer", "check"]),
        ("risky", ["classify", "retrieve", "answer", "check"]),
    ],
)
async def test_the_path_of_a_message(message: str, path: list[str]) -> None:
    graph = build_support_graph(TrivialSteps()).compile(checkpointer=InMemorySaver())
    seen = [
        name async for update in graph.astream(state(message), CONFIG) for name in update if name != "__interrupt__"
    ]

    assert seen == path


async def test_a_rejected_draft_comes_back_once_then_a_person_takes_over() -> None:
    graph = build_support_graph(TrivialSteps()).compile(checkpointer=InMemorySaver())
    await graph.ainvoke(state("risky"), CONFIG)
    reject: Command[Any] = Command(resume=Decision(action="reject", text="", reason="no", reviewer_id="sue"))

    waits = [(await graph.ainvoke(reject, CONFIG))["__interrupt__"][0].value["kind"] for _ in range(2)]
    assert waits == ["review", "handoff"]


async def test_a_graph_can_be_built_as_often_as_needed() -> None:
    results = [await build_support_graph(TrivialSteps()).compile().ainvoke(state("hello")) for _ in range(2)]
    assert [result["reply"]["status"] for result in results] == ["answered", "answered"]


def test_the_picture_in_the_architecture_page_is_the_graph() -> None:
    drawn = build_support_graph(TrivialSteps()).compile().get_graph().draw_mermaid()
    assert drawn.strip() in ARCHITECTURE.read_text(encoding="utf-8"), f"put this into {ARCHITECTURE.name}:\n{drawn}"
