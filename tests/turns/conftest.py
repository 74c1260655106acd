"""The agent of the sample company with three of its documents, opened once for the run."""

from collections.abc import AsyncIterator

import pytest

from evals.benchmarks.real_steps import Agent, open_agent


@pytest.fixture(scope="session")
async def agent() -> AsyncIterator[Agent]:
    """Real steps of a turn; a test brings the chat models."""
    async with open_agent() as found:
        yield found
