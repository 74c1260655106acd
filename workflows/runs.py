"""Running the support graph in the workflow: one thread a turn, kept only while it waits for a person."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

from temporalio import workflow
from temporalio.langgraph import graph

with workflow.unsafe.imports_passed_through():
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.types import Command

    from graphs.state import Decision, SupportState
    from workflows.steps import TAKEN

Kind = Literal["", "review", "handoff"]
GRAPH = "support"


@dataclass(frozen=True)
class Result:
    """Where the graph stands: its state, and the kind of person it waits for, empty when it has finished."""

    state: SupportState
    kind: Kind


@lru_cache(maxsize=8)
def compiled(graph: Any) -> Any:
    """Return a worker's graph compiled, without checkpoints: once, as it takes 7 ms, and a copy of it 0.3 ms."""
    return graph.compile()


class GraphRuns:
    """The graph of this workflow run with its in-memory checkpoints; the durable copy is the workflow's history."""

    def __init__(self) -> None:
        self._saver = InMemorySaver()
        # Taken at once: an evicted instance of the same run, when its coroutine is closed, takes the graph away.
        self._graph = graph(GRAPH)
        self._compiled: Any = None

    async def start(self, state: SupportState, progress: Callable[[str], None]) -> Result:
        """Run a turn from the start until it ends or waits for a person."""
        return await self._advance(state["turn_id"], state, progress)

    async def resume(self, turn_id: str, decision: Decision, progress: Callable[[str], None]) -> Result:
        """Go on with a waiting turn after a person's decision."""
        return await self._advance(turn_id, Command(resume=decision), progress)

    async def forget(self, turn_id: str) -> None:
        """Drop the checkpoints of a turn that waits for nobody."""
        await self._saver.adelete_thread(turn_id)

    async def _advance(self, turn_id: str, given: Any, progress: Callable[[str], None]) -> Result:
        if self._compiled is None:
            self._compiled = compiled(self._graph).copy({"checkpointer": self._saver})
        config = {"configurable": {"thread_id": turn_id}}
        kind: Kind = ""
        TAKEN.set({})
        async for task in self._compiled.astream(given, config, stream_mode="tasks", durability="exit"):
            if "input" in task:
                progress(task["name"])
            elif task["interrupts"]:
                kind = task["interrupts"][0]["value"]["kind"]
        snapshot = await self._compiled.aget_state(config)
        return Result(cast(SupportState, snapshot.values), kind)
