"""One model with its breaker and token gauge: an answer, with one repair when the first try cannot be used."""

import logging
import time
from dataclasses import dataclass, field
from typing import Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from activities import metrics
from activities.models.chat.breaker import Breaker
from activities.models.chat.budget import Prompt, TokenGauge, fit
from activities.models.chat.bulkhead import Bulkhead
from activities.models.chat.listener import Listener
from activities.models.chat.ollama import ANSWER_TOKENS, OllamaModel, Said
from activities.models.chat.race import Began
from activities.models.quotes import compose
from activities.ports import (
    Gate,
    HaltedError,
    ModelBypassedError,
    ModelOutputError,
    ModelTask,
    ModelUnavailableError,
    draft_digest,
)
from graphs.prompts import ANSWER_SYSTEM, PROMPT_VERSION, REPAIR
from graphs.state import Citation, Draft, ModelTry

REPAIRED_CHARACTERS = 2_000
"""So much of an unusable answer is shown to the model when it is asked to do better."""
logger = logging.getLogger(__name__)
Outcome = Literal["answered", "unavailable", "unusable", "overtaken", "bypassed"]


@dataclass
class Guarded:
    """A model of a route; ``draft`` is the only way to it."""

    model: OllamaModel
    breaker: Breaker
    bulkhead: Bulkhead
    gauge: TokenGauge = field(default_factory=TokenGauge)

    async def draft(self, task: ModelTask, gate: Gate | None, tries: list[ModelTry], began: Began) -> Draft:
        """Return the model's draft; what was tried is appended to ``tries``.

        Raises ``ModelUnavailableError``, ``ModelOutputError``, or ``ModelBypassedError`` when it was not asked.
        """
        try:
            if not self.breaker.enter():
                raise ModelBypassedError(f"{self.model.name} is left alone after failures in a row")
            async with self.bulkhead.place():
                draft = await self._ask_twice(task, gate, tries, began)
        except ModelBypassedError as error:
            tries.append(_tried(self.model.name, "bypassed", str(error), 0.0, Said()))
            self.breaker.leave()
            raise
        except (ModelUnavailableError, ModelOutputError):
            self.breaker.fail()
            raise
        except BaseException:
            self.breaker.leave()
            raise
        self.breaker.succeed()
        return draft

    async def _ask_twice(self, task: ModelTask, gate: Gate | None, tries: list[ModelTry], began: Began) -> Draft:
        options = self.model.options
        prompt = fit(task, options.context_tokens - ANSWER_TOKENS, self.gauge)
        messages: list[BaseMessage] = [SystemMessage(ANSWER_SYSTEM), HumanMessage(prompt.text)]
        said = Said()
        try:
            return await self._ask(messages, prompt, gate, tries, began, said)
        except ModelOutputError as error:
            repair = HumanMessage(REPAIR.format(problem=error))
            messages += [AIMessage(said.text[:REPAIRED_CHARACTERS]), repair]
            return await self._ask(messages, prompt, gate, tries, began, Said())

    async def _ask(
        self,
        messages: list[BaseMessage],
        prompt: Prompt,
        gate: Gate | None,
        tries: list[ModelTry],
        began: Began,
        said: Said,
    ) -> Draft:
        """Ask once, and write down what came of it whatever it is."""
        listener = Listener(prompt.passages, gate, self.make_draft)
        if gate is not None:
            gate.restart()
        started = time.monotonic()
        outcome: Outcome = "overtaken"
        reason = ""
        try:
            await self.model.ask(messages, said, listener.hear, began)
            draft = self._composed(said, prompt, listener)
            outcome = "answered"
        except HaltedError as halted:
            outcome, reason = "unusable", str(halted)
            draft = Draft(**{**listener.draft(), "released": listener.released, "halted": reason})
        except ModelOutputError as error:
            outcome, reason = "unusable", str(error)
            raise
        except ModelUnavailableError as error:
            outcome, reason = "unavailable", str(error)
            raise
        finally:
            tries.append(_tried(self.model.name, outcome, reason, time.monotonic() - started, said))
            self.gauge.learn("".join(str(each.content) for each in messages), said.input_tokens)
        return draft

    def _composed(self, said: Said, prompt: Prompt, listener: Listener) -> Draft:
        assert said.answer is not None, "the model was asked and did not raise"
        draft = self.make_draft(*compose(said.answer, prompt.passages))
        return Draft(**{**draft, "released": listener.released}) if listener.released else draft

    def make_draft(self, text: str, citations: list[Citation], support_score: float) -> Draft:
        """Return a draft of this model."""
        return Draft(
            text=text,
            citations=citations,
            engine="ollama",
            model=self.model.name,
            prompt_version=PROMPT_VERSION,
            support_score=support_score,
            fallback_reason="",
            digest=draft_digest(text, citations),
        )


def _tried(model: str, outcome: Outcome, reason: str, seconds: float, said: Said) -> ModelTry:
    metrics.MODEL_TRIES.labels(model, outcome).inc()
    return ModelTry(
        model=model,
        outcome=outcome,
        reason=reason,
        seconds=round(seconds, 3),
        input_tokens=said.input_tokens,
        output_tokens=said.output_tokens,
    )
