"""Keeps a handful of processes running: starts them together, restarts what dies, ends them all."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from commands.errors import BadInputError
from commands.process import Child, spawn, tail

STEADY_SECONDS = 10.0
"""A process that lived this long starts over with no delay when it dies."""
DELAYS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each restart in a row; the last is kept."""
GIVE_UP = 4
"""Deaths in a row before a service was ever ready; after that it is not going to be."""
BAD_INPUT = BadInputError.exit_code
LOOK_SECONDS = 0.1
STUCK_SECONDS = 60.0
"""A service that is stuck at each look for so long is started over."""
STUCK_LOOKS = 4
READY_SECONDS = 180.0


class ServiceError(Exception):
    """A service does not come up; the message ends with what it logged last."""


@dataclass(frozen=True)
class Service:
    """A process to keep running. ``ready`` looks once; services of a lower ``rank`` are ended first.

    ``stuck`` says of one that runs whether it does nothing more, for those of which that is known to happen.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    ready: Callable[[], Awaitable[bool]]
    rank: int = 0
    stuck: Callable[[], Awaitable[bool]] | None = None


@dataclass
class _State:
    child: Child | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    deaths: int = 0


class Supervisor:
    """Runs services from the event loop of the main thread; ``changed`` gets their process ids after each start."""

    def __init__(
        self,
        services: Sequence[Service],
        *,
        changed: Callable[[dict[str, int]], None],
        say: Callable[[str], object],
        stuck_seconds: float = STUCK_SECONDS,
    ) -> None:
        self._services = {service.name: service for service in services}
        self._states = {service.name: _State() for service in services}
        self._changed = changed
        self._say = say
        self._stuck_look_seconds = stuck_seconds / STUCK_LOOKS
        self._stopping = False
        # A thread for each child: the default pool would be full of these waits.
        self._waits = ThreadPoolExecutor(max(len(services), 1), thread_name_prefix="child")
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start all services at once; each waits by itself for what it needs."""
        for service in self._services.values():
            self._launch(service)
        self._tasks = [asyncio.create_task(self._keep(service)) for service in self._services.values()]
        self._tasks += [asyncio.create_task(self._free(each)) for each in self._services.values() if each.stuck]

    async def until_ready(self) -> None:
        """Return when every service was ready once. Raises ``ServiceError``."""
        everything = asyncio.create_task(self._look_at_all())
        done, _ = await asyncio.wait([everything, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        everything.cancel()
        for task in done:
            task.result()

    async def until_failed(self) -> None:
        """Supervise for ever. Raises ``ServiceError`` when a service cannot be kept up at all."""
        await asyncio.gather(*self._tasks)

    async def stop(self, grace_seconds: float) -> None:
        """End every service, the lowest rank first, and its whole process group; SIGKILL after the grace."""
        self._stopping = True
        for rank in sorted({service.rank for service in self._services.values()}):
            names = [name for name, service in self._services.items() if service.rank == rank]
            children = [child for name in names if (child := self._states[name].child)]
            ending = (asyncio.to_thread(each.stop, grace_seconds) for each in children)
            # One that cannot be waited for must not keep those of higher ranks alive.
            await asyncio.gather(*ending, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._waits.shutdown()

    def kill(self) -> None:
        """Send SIGKILL to every process group now."""
        self._stopping = True
        for state in self._states.values():
            if state.child:
                state.child.signal(signal.SIGKILL)

    def _launch(self, service: Service) -> Child:
        child = spawn(service.name, service.argv, log=service.log, env=service.env)
        self._states[service.name].child = child
        self._changed({name: state.child.pid for name, state in self._states.items() if state.child})
        return child

    async def _keep(self, service: Service) -> None:
        """Restart one service each time it ends, until ``stop``."""
        state = self._states[service.name]
        while child := state.child:
            started = time.monotonic()
            await asyncio.get_running_loop().run_in_executor(self._waits, child.process.wait)
            child.signal(signal.SIGKILL)
            if self._stopping:
                return
            # What cannot use what it was given may take long to find out, and finds it out each time.
            steady = time.monotonic() - started > STEADY_SECONDS and child.process.returncode != BAD_INPUT
            state.deaths = 0 if steady else state.deaths + 1
            if not state.ready.is_set() and state.deaths >= GIVE_UP:
                raise ServiceError(f"{service.name} does not start: {tail(service.log) or 'it said nothing'}")
            self._say(f"{service.name} ended ({_ending(child)}): starting it again")
            await asyncio.sleep(DELAYS[min(max(state.deaths - 1, 0), len(DELAYS) - 1)])
            if self._stopping:
                return
            self._launch(service)

    async def _free(self, service: Service) -> None:
        """End one service whenever it was stuck at some looks in a row, so that it is started again."""
        state, looks = self._states[service.name], 0
        while service.stuck:
            await asyncio.sleep(self._stuck_look_seconds)
            child = state.child
            looks = looks + 1 if await service.stuck() and child is state.child else 0
            if looks >= STUCK_LOOKS and child and not self._stopping:
                self._say(f"{service.name} runs and does nothing")
                child.signal(signal.SIGKILL)
                looks = 0

    async def _look_at_all(self) -> None:
        await asyncio.gather(*(self._look(service) for service in self._services.values()))

    async def _look(self, service: Service) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not await service.ready():
            if time.monotonic() > deadline:
                raise ServiceError(f"{service.name} is not ready after {READY_SECONDS:.0f} s: {tail(service.log)}")
            await asyncio.sleep(LOOK_SECONDS)
        self._states[service.name].ready.set()


def _ending(child: Child) -> str:
    code = child.process.returncode
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
