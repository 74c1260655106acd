"""One model after the other; two at once when the first is slow to begin; one of them speaks."""

import asyncio
from collections.abc import Sequence

import pytest

from activities.models.chat.race import Began, Race, Runner
from activities.ports import ModelBypassedError, ModelOutputError, ModelUnavailableError
from graphs.policy import HOPED
from graphs.state import Draft


def draft(name: str) -> Draft:
    return Draft(**{**HOPED, "model": name})


class Script:
    """A model that begins when told, then answers or raises."""

    def __init__(self, name: str, error: Exception | None = None, *, begins: bool = True, holds: bool = False) -> None:
        self.name, self.error, self.begins = name, error, begins
        self.go = asyncio.Event()
        self.finish = asyncio.Event()
        self.asked = 0
        self.cancelled = 0
        if begins:
            self.go.set()
        if not holds:
            self.finish.set()

    async def __call__(self, began: Began) -> Draft:
        self.asked += 1
        try:
            await self.go.wait()
            began()
            await self.finish.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error:
            raise self.error
        return draft(self.name)


async def race(runners: Sequence[Runner], hedge_seconds: float = 0.0, *, free: bool = True) -> Draft:
    return await Race(runners, hedge_seconds, lambda: free).run()


async def test_the_second_is_not_asked_when_the_first_answers() -> None:
    first, second = Script("a"), Script("b")
    assert (await race([first, second], 5))["model"] == "a"
    assert second.asked == 0


async def test_the_second_answers_when_the_first_fails() -> None:
    assert (await race([Script("a", ModelUnavailableError("down")), Script("b")]))["model"] == "b"


async def test_a_slow_start_is_hedged_and_the_first_to_begin_goes_on_alone() -> None:
    slow, quick = Script("slow", begins=False), Script("quick")
    assert (await race([slow, quick], 0.01))["model"] == "quick"
    assert slow.cancelled == 1


async def test_the_slow_one_may_still_begin_first() -> None:
    slow, other = Script("slow", begins=False, holds=True), Script("other", begins=False)
    running = asyncio.create_task(race([slow, other], 0.01))
    while not other.asked:
        await asyncio.sleep(0)
    slow.go.set()
    slow.finish.set()
    assert (await running)["model"] == "slow"
    assert other.cancelled == 1


async def test_without_a_free_place_there_is_no_hedge() -> None:
    slow, other = Script("slow", begins=False), Script("other")
    running = asyncio.create_task(race([slow, other], 0.005, free=False))
    await asyncio.sleep(0.03)
    slow.go.set()
    assert (await running)["model"] == "slow"
    assert other.asked == 0


async def test_an_overtaken_model_is_asked_again_when_the_winner_fails() -> None:
    slow = Script("slow", begins=False)
    quick = Script("quick", ModelOutputError("nonsense"), holds=True)
    running = asyncio.create_task(race([slow, quick], 0.01))
    while not slow.cancelled:
        await asyncio.sleep(0)
    slow.go.set()
    quick.finish.set()
    assert (await running)["model"] == "slow"
    assert slow.asked == 2


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ([ModelUnavailableError("x"), ModelOutputError("y")], ModelOutputError),
        ([ModelOutputError("y"), ModelUnavailableError("x")], ModelOutputError),
        ([ModelBypassedError("z"), ModelUnavailableError("x")], ModelUnavailableError),
    ],
)
async def test_when_all_fail_the_weightiest_reason_is_told(errors: list[Exception], told: type[Exception]) -> None:
    with pytest.raises(told):
        await race([Script(str(number), error) for number, error in enumerate(errors)])


async def test_a_cancelled_race_leaves_nobody_running() -> None:
    slow, other = Script("slow", begins=False), Script("other", begins=False)
    running = asyncio.create_task(race([slow, other], 0.01))
    while not other.asked:
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (slow.cancelled, other.cancelled) == (1, 1)
