"""The steps of a turn that can be taken in one go, because nothing in between has to be waited for."""

from collections.abc import Awaitable, Callable
from typing import cast

from graphs.routing import asks_model
from graphs.state import SupportState
from graphs.support import FIRST, Nodes, Update, next_step


async def steps_ahead(nodes: Nodes, state: SupportState, go_on: Callable[[], bool]) -> dict[str, Update]:
    """Take the steps of a turn from the first one on as the graph orders them; return what each sets, by its name.

    It ends before a chat model would be asked, before a step that fails, when ``go_on`` says no, and where the graph
    leaves the working steps: who called takes the rest one by one. Raises what the first step raises.
    """
    steps: dict[str, Callable[[SupportState], Awaitable[Update]]] = {
        "classify": nodes.classify,
        "retrieve": nodes.retrieve,
        "answer": nodes.answer,
        "check": nodes.check,
    }
    taken: dict[str, Update] = {}
    name = FIRST
    while name in steps and name not in taken and not (name == "answer" and asks_model(state)):
        try:
            taken[name] = await steps[name](state)
        except Exception:
            if not taken:
                raise
            break
        state = cast(SupportState, {**state, **taken[name]})
        if not go_on():
            break
        name = await next_step(name, state)
    return taken
