"""Looks at what this process needs: bounded in time, shared by all who ask at once."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

Probe = Callable[[], Awaitable[None]]
"""Returns when what it looks at is there; raises ``ProbeError`` with a word for the public, or anything else."""

PATIENCE_SECONDS = 2.0
FRESH_SECONDS = 1.0
logger = logging.getLogger(__name__)


class ProbeError(Exception):
    """What is wrong, in words that may be shown to anybody."""


class Probes:
    """Runs named probes side by side; results are kept for a second, so that asking is never a load."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = dict(probes)
        self._lock = asyncio.Lock()
        self._checked: dict[str, str] = {}
        self._checked_at = float("-inf")

    async def check(self) -> dict[str, str]:
        """Return ``ok`` or what is wrong for each probe."""
        async with self._lock:
            if time.monotonic() - self._checked_at > FRESH_SECONDS:
                states = await asyncio.gather(*(_look(name, probe) for name, probe in self._probes.items()))
                self._checked = dict(zip(self._probes, states, strict=True))
                self._checked_at = time.monotonic()
            return dict(self._checked)


async def _look(name: str, probe: Probe) -> str:
    try:
        await asyncio.wait_for(probe(), PATIENCE_SECONDS)
    except TimeoutError:
        return f"no answer in {PATIENCE_SECONDS:g} s"
    except ProbeError as error:
        return str(error)
    except Exception as error:
        logger.warning("probe %s failed with %s", name, type(error).__name__)
        return "unavailable"
    return "ok"
