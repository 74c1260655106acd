"""Steps that wait for nothing are taken in one go, as the graph orders them, and no further."""

import pytest
from temporalio.exceptions import ApplicationError

from evals.benchmarks.trivial_steps import TrivialSteps
from graphs.ahead import steps_ahead
from graphs.state import SupportState
from graphs.support import Update, build_support_graph
from tests.graphs.test_support import state

WORKING = ["classify", "retrieve", "answer", "check"]


async def taken(message: str, brisk: int = 9) -> dict[str, Update]:
    """What is taken in one go, by steps of which the first ``brisk`` are quick."""
    steps = TrivialSteps()
    return await steps_ahead(steps, state(message), lambda: sum(steps.calls.values()) < brisk)


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ("hello", WORKING),
        ("nothing", WORKING),
        ("a person", ["classify"]),
        ("stopped", ["classify"]),
        ("ask a model", ["classify", "retrieve"]),
        ("broken search", ["classify"]),
    ],
)
async def test_how_far_a_message_gets(message: str, path: list[str]) -> None:
    assert list(await taken(message)) == path


async def test_what_is_slow_ends_the_go() -> None:
    assert list(await taken("hello", brisk=2)) == ["classify", "retrieve"]


async def test_a_message_that_cannot_be_read_gets_nowhere() -> None:
    with pytest.raises(ApplicationError, match="cannot read"):
        await taken("broken reading")


async def test_it_sets_what_the_graph_would_have_set() -> None:
    whole = await build_support_graph(TrivialSteps()).compile().ainvoke(state("hello"))
    ahead: SupportState = {**state("hello")}
    for update in (await taken("hello")).values():
        ahead |= update  # type: ignore[typeddict-item]
    assert {key: whole[key] for key in ahead} == ahead
