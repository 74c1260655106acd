"""The rules that a turn reads at its start."""

from pathlib import Path

from activities.budgets import Budgets, Limits
from activities.policies import CurrentPolicy
from activities.records.costs import Spent as Sum


async def test_the_stop_switch_acts_at_the_next_turn(tmp_path: Path) -> None:
    policy = CurrentPolicy(refund_limit=50, stop_file=tmp_path / "STOP")
    before = await policy.current("ada")
    (tmp_path / "STOP").touch()
    after = await policy.current("ada")

    assert (before["stopped"], after["stopped"]) == (False, True)


async def test_the_model_is_chosen_only_while_it_answers(tmp_path: Path) -> None:
    answers = iter([True, False])

    async def available() -> bool:
        return next(answers)

    policy = CurrentPolicy(refund_limit=50, stop_file=tmp_path / "STOP", model_available=available)
    assert [(await policy.current("ada"))["engine"] for _ in range(2)] == ["ollama", "embedded"]


async def test_a_spent_budget_leaves_the_turn_to_the_embedded_engine_and_says_why(tmp_path: Path) -> None:
    class Spent:
        async def total(self, *days: object, **which: object) -> Sum:
            return Sum("", 1, 0, 0, 0.0, 12.0)

    async def available() -> bool:
        return True

    budgets = Budgets(Spent(), Limits(day=10))
    policy = CurrentPolicy(refund_limit=50, stop_file=tmp_path / "STOP", model_available=available, budgets=budgets)
    found = await policy.current("ada")
    assert (found["engine"], found["engine_reason"]) == ("embedded", "the budget 'day' of 10 is spent")
