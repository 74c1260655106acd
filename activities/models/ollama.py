"""The chat model: Ollama through langchain-ollama, asked for sentences with verbatim quotes."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import httpx
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.runnables import Runnable
from langchain_ollama import ChatOllama
from ollama import ResponseError
from opentelemetry.trace import Span

from activities import spans
from activities.models.quotes import QuotedAnswer, compose
from activities.ports import ModelOutputError, ModelUnavailableError, Passage, draft_digest
from graphs.prompts import ANSWER_SYSTEM, PROMPT_VERSION, answer_request
from graphs.state import Draft, Exchange

AVAILABLE_SECONDS = 5.0
"""How long the answer of a probe is believed."""
CONTEXT_TOKENS = 8_192
ANSWER_TOKENS = 1_024
ASKED: spans.Attributes = {
    "gen_ai.request.temperature": 0.0,
    "gen_ai.request.max_tokens": ANSWER_TOKENS,
    "gen_ai.output.type": "json",
}


class OllamaDrafter:
    """Answers from passages with one request each; retries and heartbeats are the caller's."""

    def __init__(self, base_url: str, model: str, timeout_seconds: float, probe_seconds: float) -> None:
        """Take the server's address, the model's name, and the longest wait for an answer and for a probe."""
        self.model = model
        self._timeout_seconds = timeout_seconds
        self._http = httpx.AsyncClient(base_url=base_url, timeout=probe_seconds)
        self._lock = asyncio.Lock()
        self._seen: tuple[float, bool] = (-AVAILABLE_SECONDS, False)
        self._model_client = ChatOllama(
            base_url=base_url,
            model=model,
            temperature=0,
            num_ctx=CONTEXT_TOKENS,
            num_predict=ANSWER_TOKENS,
            reasoning=False,
            client_kwargs={"timeout": timeout_seconds},
        )
        self._chat: Runnable[Any, Any] = self._model_client.with_structured_output(
            QuotedAnswer, method="json_schema", include_raw=True
        )

    async def available(self) -> bool:
        """Return whether the server answers and has the model; a few seconds old at most, never raises."""
        async with self._lock:
            checked_at, found = self._seen
            if time.monotonic() - checked_at >= AVAILABLE_SECONDS:
                found = await self._probe()
                self._seen = (time.monotonic(), found)
            return found

    async def _probe(self) -> bool:
        try:
            response = await self._http.get("/api/tags")
            names = {each["name"] for each in response.raise_for_status().json()["models"]}
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
            return False
        return bool(names & {self.model, f"{self.model}:latest"})

    async def draft(
        self, question: str, passages: Sequence[Passage], history: Sequence[Exchange], *, redraft_reason: str = ""
    ) -> Draft:
        """Return an answer quoted from the passages; empty text when they do not answer.

        Raises ``ModelUnavailableError`` (refused, busy, cut off, too slow) or ``ModelOutputError``.
        """
        if not passages:
            return self._as_draft("", [], 0.0)
        request = answer_request(question, [(each.title, each.text) for each in passages], history, redraft_reason)
        with spans.model_call("chat", "ollama", self.model, ASKED) as span:
            answer = await self._ask(request, span)
        return self._as_draft(*compose(answer, passages))

    async def _ask(self, request: str, span: Span) -> QuotedAnswer:
        messages = [SystemMessage(ANSWER_SYSTEM), HumanMessage(request)]
        try:
            async with asyncio.timeout(self._timeout_seconds):
                result = await self._chat.ainvoke(messages)
            record_usage(span, self.model, result["raw"])
        except ResponseError as error:
            raise ModelUnavailableError(f"Ollama refused ({error.status_code}): {error.error}") from error
        except (httpx.HTTPError, ConnectionError, TimeoutError) as error:
            raise ModelUnavailableError(f"Ollama did not answer: {type(error).__name__} {error}") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise ModelOutputError(f"Ollama's answer is not in its own format: {type(error).__name__}") from error
        if not isinstance(result["parsed"], QuotedAnswer):
            raise ModelOutputError("the model's answer does not fit the schema it was given")
        return result["parsed"]

    def _as_draft(self, text: str, citations: list[Any], support_score: float) -> Draft:
        return Draft(
            text=text,
            citations=citations,
            engine="ollama",
            model=self.model,
            prompt_version=PROMPT_VERSION,
            support_score=support_score,
            fallback_reason="",
            digest=draft_digest(text, citations),
        )

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._http.aclose()
        if self._model_client._async_client:
            await self._model_client._async_client.close()  # type: ignore[no-untyped-call]  # ollama does not type it


def record_usage(span: Span, model: str, message: Any) -> None:
    """Put what the server says of its answer (model, end, tokens) on the span, and count the tokens.

    Raises ``TypeError`` or ``ValueError`` when these are no numbers of tokens.
    """
    details = message.response_metadata
    usage = message.usage_metadata or {}
    spans.set_response(
        span,
        details.get("model") or model,
        input_tokens=usage.get("input_tokens") or 0,
        output_tokens=usage.get("output_tokens") or 0,
        finish_reason=details.get("done_reason") or "",
    )
