"""The rules that a turn reads at its start."""

from pathlib import Path

from activities.policies import CurrentPolicy


async def test_the_stop_switch_acts_at_the_next_turn(tmp_path: Path) -> None:
    policy = CurrentPolicy(refund_limit=50, stop_file=tmp_path / "STOP")
    before = await policy.current()
    (tmp_path / "STOP").touch()
    after = await policy.current()

    assert (before["stopped"], after["stopped"]) == (False, True)


async def test_the_model_is_chosen_only_while_it_answers(tmp_path: Path) -> None:
    answers = iter([True, False])

    async def available() -> bool:
        return next(answers)

    policy = CurrentPolicy(refund_limit=50, stop_file=tmp_path / "STOP", model_available=available)
    assert [(await policy.current())["engine"] for _ in range(2)] == ["ollama", "embedded"]
