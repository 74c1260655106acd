"""The support graph: one turn from the customer's message to a reply, a review or a hand-off."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

from graphs.policy import REDRAFTS, judge, person_first
from graphs.state import Decision, Reply, Route, SupportState

Update = dict[str, Any]
IN_WORKFLOW = {"execute_in": "workflow"}


class Nodes(Protocol):
    """The steps that touch the world; each takes the state and returns the keys it sets."""

    async def classify(self, state: SupportState) -> Update:
        """Set ``policy`` and ``classification``."""
        ...

    async def retrieve(self, state: SupportState) -> Update:
        """Set ``passages`` and ``denied_count``, or ``retrieval_failed``."""
        ...

    async def answer(self, state: SupportState) -> Update:
        """Set ``draft``."""
        ...

    async def check(self, state: SupportState) -> Update:
        """Set ``check``, and ``nearest`` when no answer will be given and something is near."""
        ...


def build_support_graph(nodes: Nodes) -> "StateGraph[SupportState, None, SupportState, SupportState]":
    """Return a new, uncompiled graph over ``nodes``; a Temporal plugin may rewrite it, so build one for each use."""
    graph: StateGraph[SupportState, None, SupportState, SupportState] = StateGraph(SupportState)
    steps: dict[str, Any] = {
        "classify": nodes.classify,
        "retrieve": nodes.retrieve,
        "answer": nodes.answer,
        "check": nodes.check,
        "finish": finish,
        "review": review,
        "handoff": handoff,
    }
    for name, step in steps.items():
        graph.add_node(name, step, metadata=dict(IN_WORKFLOW))
    graph.add_edge(START, FIRST)
    for name, after in ALWAYS.items():
        graph.add_edge(name, after)
    for name, choose in BRANCHES.items():
        graph.add_conditional_edges(name, choose)
    return graph


async def next_step(name: str, state: SupportState) -> str:
    """Return the step that follows the step ``name`` in the state after it."""
    return ALWAYS[name] if name in ALWAYS else await BRANCHES[name](state)


async def after_classify(state: SupportState) -> Literal["retrieve", "answer", "handoff"]:
    """A wish for a person needs no search, nor does small talk, nor who was not helped by what a search found."""
    if state["policy"]["stopped"] or person_first(state):
        return "handoff"
    return "answer" if state["classification"]["small_talk"] else "retrieve"


async def after_retrieve(state: SupportState) -> Literal["answer", "handoff"]:
    """Without a search there is nothing to answer from."""
    return "handoff" if state.get("retrieval_failed") else "answer"


async def after_check(state: SupportState) -> Literal["answer", "finish", "review", "handoff"]:
    """The policy edge. A model's draft that fails the check is written again by the embedded engine first.

    Not one that the customer has begun to read: a person looks at that.
    """
    draft = state["draft"]
    if draft["engine"] == "ollama" and not state["check"]["passed"] and not draft.get("released"):
        return "answer"
    return judge(state)["route"]


async def after_review(state: SupportState) -> Literal["answer", "finish", "handoff"]:
    """A rejected draft is written again once, then a person takes over."""
    if state["decision"]["action"] != "reject":
        return "finish"
    return "answer" if state.get("redrafts", 0) <= REDRAFTS else "handoff"


async def review(state: SupportState) -> Update:
    """Wait for a person's decision on the draft. Runs again from here on resume, so it does nothing else."""
    decision: Decision = interrupt(_case("review"))
    if decision["action"] == "reject":
        return {
            "decision": decision,
            "redrafts": state.get("redrafts", 0) + 1,
            "redraft_reason": decision["reason"],
        }
    return {"decision": decision}


async def handoff(state: SupportState) -> Update:
    """Wait for a person's own answer."""
    return {"decision": interrupt(_case("handoff"))}


def _case(kind: Route) -> Update:
    return {"kind": kind}


async def finish(state: SupportState) -> Update:
    """Set the reply: the draft as it stands, or the person's text."""
    decision = state.get("decision")
    if decision is None or decision["action"] == "approve":
        draft = state["draft"]
        return {
            "reply": Reply(status="answered", text=draft["text"], citations=draft["citations"], engine=draft["engine"])
        }
    citations = state["draft"]["citations"] if decision["action"] == "edit" else []
    return {"reply": Reply(status="answered", text=decision["text"], citations=citations, engine="person")}


FIRST = "classify"
"""The step that every turn begins with."""
ALWAYS = {"answer": "check", "handoff": "finish", "finish": END}
"""The one step that follows a step, whatever the state."""
BRANCHES: dict[str, Callable[[SupportState], Awaitable[str]]] = {
    "classify": after_classify,
    "retrieve": after_retrieve,
    "check": after_check,
    "review": after_review,
}
"""What chooses the step that follows; LangGraph reads the possible ones from its return type."""
