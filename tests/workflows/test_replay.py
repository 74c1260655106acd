"""Stored histories of conversations replay on today's code; a change that breaks one breaks running conversations."""

from pathlib import Path

import pytest

from tests.workflows.conftest import Customer
from tests.workflows.replays import failure, read, stored

HISTORIES = stored("conversation_*")


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_stored_conversation_replays(path: Path) -> None:
    history = read(path)
    assert len(history.events) > 20
    assert await failure(history) is None


async def test_a_conversation_of_today_replays(customer: Customer) -> None:
    await customer.say("hello")
    await customer.decide(await customer.say("risky"), "reject", reason="again")
    await customer.say("a person please")
    assert await failure(await customer.handle.fetch_history()) is None


def test_there_are_stored_histories() -> None:
    assert {path.stem for path in HISTORIES} >= {
        "conversation_reviewed",
        "conversation_handed_over",
        "conversation_streamed",
    }
