"""The chat models of an installation as one: the model that fits the question first, the other when it fails."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import httpx

from activities.models.chat.breaker import Breaker
from activities.models.chat.bulkhead import Bulkhead
from activities.models.chat.guarded import Guarded
from activities.models.chat.ollama import ModelOptions, OllamaModel
from activities.models.chat.race import Race
from activities.ports import Gate, ModelBypassedError, ModelError, ModelTask, ModelTimeoutError
from graphs.state import Draft, ModelRoute, ModelTry

AVAILABLE_SECONDS = 5.0
"""How long the answer of a probe is believed."""


@dataclass(frozen=True)
class Limits:
    """What protects the server, and the turns when it is slow; times in seconds."""

    places: int = 2
    queue: int = 8
    hedge_seconds: float = 10.0
    breaker_failures: int = 5
    breaker_seconds: float = 30.0
    probe_seconds: float = 1.0


class RoutedModels:
    """``ports.ChatModel`` over one Ollama server. Retries and heartbeats are the caller's."""

    def __init__(self, large: str, small: str, options: ModelOptions, limits: Limits) -> None:
        """``small`` may be empty: all questions are for ``large`` then."""
        self.seconds = options.first_token_seconds + options.timeout_seconds
        """The longest that ``draft`` takes, whatever it tries."""
        bulkhead = Bulkhead(limits.places, limits.queue, options.first_token_seconds)
        names = [small, large] if small and small != large else [large]
        self._models = [
            Guarded(OllamaModel(each, options), Breaker(limits.breaker_failures, limits.breaker_seconds), bulkhead)
            for each in names
        ]
        self._bulkhead = bulkhead
        self._limits = limits
        self._http = httpx.AsyncClient(base_url=options.base_url, timeout=limits.probe_seconds, trust_env=False)
        self._lock = asyncio.Lock()
        self._seen: tuple[float, frozenset[str]] = (-AVAILABLE_SECONDS, frozenset())

    async def available(self) -> bool:
        """Return whether a model is there and not left alone by its breaker; a few seconds old, never raises."""
        installed = await self._installed()
        return any(each.breaker.passable and named(each.model.name, installed) for each in self._models)

    async def draft(self, task: ModelTask, gate: Gate | None = None) -> Draft:
        """Ask the route's models until one gives a usable answer; the draft carries what was tried.

        Raises ``ModelError``, with what was tried.
        """
        tries: list[ModelTry] = []
        route = ModelRoute(tier=task.tier.tier, reason=task.tier.reason, tries=tries)
        if not task.passages:
            return Draft(**{**self._models[-1].make_draft("", [], 0.0), "route": route})
        models = await self._route(task)
        runners = [partial(each.draft, task, gate, tries) for each in models]
        try:
            async with asyncio.timeout(self.seconds):
                draft = await Race(runners, self._limits.hedge_seconds, lambda: self._bulkhead.free).run()
        except TimeoutError as error:
            raise ModelTimeoutError(f"no usable answer within {self.seconds:g} s", tries) from error
        except ModelError as error:
            error.tries = tries
            raise
        return Draft(**{**draft, "route": route})

    async def _route(self, task: ModelTask) -> Sequence[Guarded]:
        """Models in the order to ask them, as far as the server has them; when it has none, as if it had all."""
        ordered = self._models if task.tier.tier == "small" else self._models[::-1]
        installed = await self._installed()
        found = [each for each in ordered if named(each.model.name, installed)] or ordered
        if not any(each.breaker.passable for each in found):
            raise ModelBypassedError("every model of the route is left alone after failures in a row")
        return found

    async def _installed(self) -> frozenset[str]:
        async with self._lock:
            checked_at, names = self._seen
            if time.monotonic() - checked_at >= AVAILABLE_SECONDS:
                names = await installed_models(self._http)
                self._seen = (time.monotonic(), names)
            return names

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._http.aclose()
        for each in self._models:
            await each.model.aclose()


async def installed_models(client: httpx.AsyncClient) -> frozenset[str]:
    """Return the models that the server has; none when it does not answer as Ollama does. Never raises."""
    try:
        response = await client.get("/api/tags")
        return frozenset(each["name"] for each in response.raise_for_status().json()["models"])
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return frozenset()


def named(model: str, installed: frozenset[str]) -> bool:
    """Return whether a model is among those installed, its tag ``latest`` left out or not."""
    return bool(installed & {model, f"{model}:latest"})
