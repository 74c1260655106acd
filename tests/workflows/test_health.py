"""A probe's look at the Temporal server: one lost connection is no lost server, and it always ends."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from workflows import health
from workflows.client import connect
from workflows.health import temporal_health

LOST = RPCError("connection reset", RPCStatusCode.UNAVAILABLE, b"")


def client(*answers: bool | Exception) -> Any:
    """A client whose server answers so, one after the other."""
    left = list(answers)

    async def check_health() -> bool:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return SimpleNamespace(service_client=SimpleNamespace(check_health=check_health))


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([True], "ok"),
        ([LOST, True], "ok"),
        ([LOST, LOST], "does not answer"),
        ([False], "does not serve"),
    ],
)
async def test_what_the_server_answers_is_told_in_a_word(answers: list[bool | Exception], state: str) -> None:
    assert await temporal_health(client(*answers)) == state


async def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.01)
    silent: Any = SimpleNamespace(service_client=SimpleNamespace(check_health=asyncio.Event().wait))
    assert await temporal_health(silent) == "does not answer"


async def test_a_real_server_serves(temporal_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 60)
    assert await temporal_health(await connect(temporal_address)) == "ok"
