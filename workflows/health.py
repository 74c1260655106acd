"""Whether the Temporal server serves, for probes."""

import asyncio

from temporalio.client import Client
from temporalio.service import RPCError

ATTEMPTS = 2
"""A connection that was idle may have gone; the next request opens another one."""
PATIENCE_SECONDS = 1.5
"""Less than a probe has in all, so that it tells what does not answer."""
SERVES = "ok"


async def temporal_health(client: Client) -> str:
    """Return ``ok`` or what is wrong, in a word for anybody. Raises ``RuntimeError`` of a client never connected."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for _ in range(ATTEMPTS):
                try:
                    return SERVES if await client.service_client.check_health() else "does not serve"
                except RPCError:
                    continue
    except TimeoutError:
        pass
    return "does not answer"
