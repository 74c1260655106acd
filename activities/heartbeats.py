"""Heartbeats of a long activity, so that a dead worker is noticed in seconds and a cancelled call ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

INTERVAL_SECONDS = 2.0


@asynccontextmanager
async def heartbeats() -> AsyncIterator[None]:
    """Send a heartbeat every two seconds while the block runs; outside an activity do nothing."""
    if not activity.in_activity():
        yield
        return
    beating = asyncio.create_task(_beat())
    try:
        yield
    finally:
        beating.cancel()


async def _beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(INTERVAL_SECONDS)
