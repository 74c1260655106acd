"""The baseline: the support graph in the style of the plugin's samples, each node an activity."""

from datetime import timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from langgraph.graph import END, START, StateGraph
    from temporalio.langgraph import LangGraphPlugin, graph
    from typing_extensions import TypedDict

GRAPH = "plugin-style"
STEPS = ("classify", "retrieve", "answer", "check")


class State(TypedDict):
    """The turn's words and what each step added."""

    turn: int
    text: str


async def classify(state: State) -> dict[str, Any]:
    """Do nothing, as each step of the baseline."""
    return {"text": state["text"]}


async def retrieve(state: State) -> dict[str, Any]:
    """Do nothing."""
    return {"text": state["text"]}


async def answer(state: State) -> dict[str, Any]:
    """Answer with the question."""
    return {"text": "Answer to " + state["text"]}


async def check(state: State) -> dict[str, Any]:
    """Do nothing."""
    return {"text": state["text"]}


def plugin() -> LangGraphPlugin:
    """Return the plugin with the four nodes as activities."""
    built: StateGraph[State, None, State, State] = StateGraph(State)
    options = {"execute_in": "activity", "start_to_close_timeout": timedelta(seconds=10)}
    previous = START
    for name, node in zip(STEPS, (classify, retrieve, answer, check), strict=True):
        built.add_node(name, node, metadata=dict(options))
        built.add_edge(previous, name)
        previous = name
    built.add_edge(previous, END)
    return LangGraphPlugin(graphs={GRAPH: built})


@workflow.defn
class PluginStyleWorkflow:
    """One conversation; each message is an Update that runs the graph."""

    def __init__(self) -> None:
        self._turn = 0
        self._done = False

    @workflow.run
    async def run(self) -> None:
        """Wait until the conversation is closed."""
        await workflow.wait_condition(lambda: self._done)

    @workflow.update
    async def send(self, text: str) -> str:
        """Run one turn."""
        self._turn += 1
        result = await graph(GRAPH).compile().ainvoke({"turn": self._turn, "text": text})
        return str(result["text"])

    @workflow.signal
    def close(self) -> None:
        """End the conversation."""
        self._done = True
