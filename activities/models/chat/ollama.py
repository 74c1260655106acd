"""One model of an Ollama server: a request at a time, with deadlines, told token by token."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.runnables import Runnable
from langchain_ollama import ChatOllama
from ollama import ResponseError
from opentelemetry.trace import Span

from activities import spans
from activities.models.quotes import QuotedAnswer
from activities.ports import HaltedError, ModelOutputError, ModelTimeoutError, ModelUnavailableError

ANSWER_TOKENS = 1_024
Hear = Callable[[str], Awaitable[None]]
"""Takes the next piece of an answer. Raises ``HaltedError`` to end it."""


@dataclass(frozen=True)
class ModelOptions:
    """How the models of a server are asked; times in seconds."""

    base_url: str
    temperature: float = 0.0
    context_tokens: int = 8_192
    keep_alive_seconds: float = 300.0
    first_token_seconds: float = 30.0
    timeout_seconds: float = 60.0


@dataclass
class Said:
    """What a model said: the answer if it is one, the text it came as, and what the server counted."""

    text: str = ""
    answer: QuotedAnswer | None = None
    input_tokens: int = 0
    output_tokens: int = 0


class OllamaModel:
    """Structured answers of one model. Retries, places and the breaker are the caller's."""

    def __init__(self, name: str, options: ModelOptions) -> None:
        """``name`` as ``ollama list`` shows it."""
        self.name = name
        self.options = options
        self._client = ChatOllama(
            base_url=options.base_url,
            model=name,
            temperature=options.temperature,
            num_ctx=options.context_tokens,
            num_predict=ANSWER_TOKENS,
            keep_alive=options.keep_alive_seconds,
            reasoning=False,
            client_kwargs={"timeout": options.timeout_seconds, "trust_env": False},
        )
        self._chat: Runnable[Any, Any] = self._client.with_structured_output(
            QuotedAnswer, method="json_schema", include_raw=True
        )
        self._asked: spans.Attributes = {
            "gen_ai.request.temperature": options.temperature,
            "gen_ai.request.max_tokens": ANSWER_TOKENS,
            "gen_ai.output.type": "json",
        }

    async def ask(self, messages: Sequence[BaseMessage], said: Said, hear: Hear, began: Callable[[], None]) -> None:
        """Ask once and fill ``said``, as far as it goes when this raises.

        ``began`` is called at the first token, ``hear`` gets every piece. Raises ``ModelUnavailableError`` (refused,
        busy, cut off, too slow), ``ModelOutputError`` (not an answer), and the ``HaltedError`` of ``hear``.
        """
        with spans.model_call("chat", "ollama", self.name, self._asked) as span:
            ear = _Ear(hear, began, said, self.options)
            try:
                async with asyncio.timeout(self.options.first_token_seconds) as ear.deadline:
                    result = await self._chat.ainvoke(list(messages), {"callbacks": [ear]})
                record_usage(span, self.name, result["raw"], said)
            except TimeoutError as error:
                raise ear.halted or ModelTimeoutError(f"{self.name} {ear.late}") from error
            except ResponseError as error:
                raise ModelUnavailableError(f"Ollama refused ({error.status_code}): {error.error[:200]}") from error
            except (httpx.HTTPError, ConnectionError) as error:
                raise ModelUnavailableError(f"Ollama did not answer ({type(error).__name__})") from error
            except (ValueError, TypeError, AttributeError) as error:
                raise ModelOutputError(f"the answer is not in Ollama's own format ({type(error).__name__})") from error
        if not isinstance(result["parsed"], QuotedAnswer):
            raise ModelOutputError("the answer does not fit the schema that it was given")
        said.answer = result["parsed"]

    async def aclose(self) -> None:
        """Close the connections to the server."""
        if self._client._async_client:
            await self._client._async_client.close()  # type: ignore[no-untyped-call]  # ollama does not type it


class _Ear(AsyncCallbackHandler):
    """Hears each token: moves the deadline at the first one, and ends the call when a sentence must not go out."""

    run_inline = True

    def __init__(self, hear: Hear, began: Callable[[], None], said: Said, options: ModelOptions) -> None:
        self._hear, self._began, self._said, self._options = hear, began, said, options
        self._started = asyncio.get_running_loop().time()
        self._heard = False
        self.deadline: asyncio.Timeout
        self.halted: HaltedError | None = None

    @property
    def late(self) -> str:
        """Which deadline passed, in words."""
        if self._heard:
            return f"did not finish its answer within {self._options.timeout_seconds:g} s"
        return f"did not begin to answer within {self._options.first_token_seconds:g} s"

    async def on_llm_new_token(self, token: str | list[str | dict[str, Any]], **kwargs: Any) -> None:
        """Take one token; LangChain swallows what a callback raises, so a halt moves the deadline to now."""
        if not token or not isinstance(token, str) or self.halted:
            return
        if not self._heard:
            self._heard = True
            self.deadline.reschedule(self._started + self._options.timeout_seconds)
            self._began()
        self._said.text += token
        try:
            await self._hear(token)
        except HaltedError as halted:
            self.halted = halted
            self.deadline.reschedule(asyncio.get_running_loop().time())


def record_usage(span: Span, model: str, message: Any, said: Said) -> None:
    """Put what the server says of its answer (model, end, tokens) on the span, and count the tokens.

    Raises ``TypeError`` or ``ValueError`` when these are no numbers of tokens.
    """
    details = message.response_metadata
    usage = message.usage_metadata or {}
    said.input_tokens, said.output_tokens = usage.get("input_tokens") or 0, usage.get("output_tokens") or 0
    spans.set_response(
        span,
        details.get("model") or model,
        input_tokens=said.input_tokens,
        output_tokens=said.output_tokens,
        finish_reason=details.get("done_reason") or "",
    )
