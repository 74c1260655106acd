"""The cases of the crash drill: who is killed when, and what the people do meanwhile."""

import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

from evals.drills.cut import Cut, Moment, mark_cut, order_cut
from evals.drills.people import Json, Visitor
from evals.stack import Stack

SURE = (
    "How many days do I have to ask for a refund of a yearly plan?",
    "How do I reset my password?",
    "How long does shipping take?",
    "What does the Family plan cost per month?",
)
RISKY = (
    "Please delete my account and everything in it.",
    "I will take you to court over this, my lawyer is preparing the papers.",
    "Somebody has broken into my account and downloads my files.",
)


@dataclass(frozen=True)
class Scene:
    """One case being played: the stack, its people, the dice."""

    stack: Stack
    customer: Visitor
    reviewer: Visitor
    dice: Random

    def cut(self, activity: str, moment: Moment, victim: str = "", outcome: str = "") -> None:
        """Order a kill; without a victim's name the worker that comes there kills itself."""
        pid = self.stack.pids[victim] if victim else 0
        order_cut(self.stack.folder, Cut(activity=activity, moment=moment, victim=pid, outcome=outcome))

    def kill(self, *names: str) -> None:
        """Kill processes now."""
        for name in names:
            os.kill(self.stack.pids[name], signal.SIGKILL)
        mark_cut(self.stack.folder)

    async def answered(self, turn: Json) -> Json:
        """Have a person decide, when the turn waits for one."""
        if turn["status"] in ("pending_review", "handed_off"):
            await self.reviewer.decide(turn)
        return turn

    def moment(self) -> Moment:
        """Throw for before or after."""
        return self.dice.choice(("before", "after"))


async def worker_in_retrieve(scene: Scene) -> Json:
    """Kill the worker at the start or the end of the search."""
    scene.cut("retrieve", scene.moment())
    return await scene.answered(await scene.customer.ask(scene.dice.choice(SURE)))


async def worker_in_answer(scene: Scene) -> Json:
    """Kill the worker at the start or the end of drafting."""
    scene.cut("answer", scene.moment())
    return await scene.answered(await scene.customer.ask(scene.dice.choice(SURE)))


async def worker_while_review_waits(scene: Scene) -> Json:
    """Kill every worker while a case waits, so that whoever comes back knows it from history alone."""
    turn = await scene.customer.ask(scene.dice.choice(RISKY))
    scene.kill("worker", "worker-2")
    return await scene.answered(turn)


async def worker_between_decision_and_reply(scene: Scene) -> Json:
    """Kill the worker when the person's decision stands and the answer is being written."""
    turn = await scene.customer.ask(scene.dice.choice(RISKY))
    scene.cut("record_turn", scene.moment(), outcome="answered")
    return await scene.answered(turn)


async def api_before_its_answer(scene: Scene) -> Json:
    """Kill the API after the Update was accepted and worked on, before the HTTP answer."""
    scene.cut("record_turn", scene.moment(), victim="api")
    return await scene.answered(await scene.customer.ask(scene.dice.choice(SURE)))


async def temporal_server(scene: Scene) -> Json:
    """Kill the Temporal server in the middle of a turn; it comes back on its file."""
    scene.cut(scene.dice.choice(("classify", "retrieve", "answer", "check", "record_turn")), scene.moment(), "temporal")
    return await scene.answered(await scene.customer.ask(scene.dice.choice(SURE)))


CASES: dict[str, Callable[[Scene], Awaitable[Json]]] = {
    case.__name__: case
    for case in (
        worker_in_retrieve,
        worker_in_answer,
        worker_while_review_waits,
        worker_between_decision_and_reply,
        api_before_its_answer,
        temporal_server,
    )
}
