"""A newcomer's first quarter of an hour: ask, be reviewed, kill the worker, come back tomorrow."""

import asyncio
import json
import os
import signal

import httpx
import pytest

from evals.drills.people import Json, Visitor, log_in
from tests.e2e.conftest import Collector, Up, start_up, stop, until_ready

RISKY = "Please delete my account and everything in it."
"""Held by policy, whatever the scores are calibrated to."""
STEPS = ("classify", "retrieve", "answer", "check")


@pytest.fixture(scope="module")
async def ada(http: httpx.AsyncClient, up: Up) -> Visitor:
    """The first demo customer."""
    return await log_in(http, up.folder, "customer")


@pytest.fixture(scope="module")
async def sofia(http: httpx.AsyncClient, up: Up) -> Visitor:
    """The supervisor."""
    return await log_in(http, up.folder, "supervisor")


async def settled(turn: Json, customer: Visitor, reviewer: Visitor) -> Json:
    """The turn once it is answered: by itself, or because a person has decided."""
    if turn["status"] != "answered":
        assert await reviewer.decide(turn) == 200
    return (await customer.turns(turn["conversation_id"]))[-1]


async def test_a_clear_question_is_answered_with_sources(ada: Visitor, sofia: Visitor) -> None:
    turn = await ada.ask("How do I reset my password?")
    assert turn["status"] in ("answered", "pending_review"), turn

    turn = await settled(turn, ada, sofia)
    assert turn["status"] == "answered", turn
    assert turn["citations"]
    assert all(citation["quote"] for citation in turn["citations"])


async def test_a_doubtful_one_is_edited_by_a_person_and_arrives_within_the_stream(
    ada: Visitor, sofia: Visitor, http: httpx.AsyncClient
) -> None:
    turn = await ada.ask(RISKY)
    assert turn["status"] == "pending_review", turn
    assert turn["due_at"]
    path = f"/v1/reviews/{turn['review_id']}"
    review = (await sofia.call("GET", path)).json()
    assert review["draft_text"]
    assert review["reasons"]
    assert review["citations"]

    completed = asyncio.create_task(_next_completed(http, ada, turn["conversation_id"]))
    edited = "We are sorry to see you go. " + review["draft_text"]
    decision = {"action": "edit", "text": edited, "draft_digest": review["draft_digest"]}
    assert (await sofia.call("POST", f"{path}/decision", json=decision)).status_code == 200

    seen = await asyncio.wait_for(completed, 60)
    assert seen["turn"]["answer"] == edited
    again = await sofia.call("POST", f"{path}/decision", json=decision)
    assert again.status_code == 409


async def test_the_answer_still_comes_when_the_worker_is_killed_in_the_middle(
    ada: Visitor, sofia: Visitor, up: Up
) -> None:
    worker = up.runtime.children["worker"]
    asking = asyncio.create_task(ada.ask("What does the Family plan cost per month?"))
    await asyncio.sleep(0)
    os.kill(worker, signal.SIGKILL)

    turn = await settled(await asking, ada, sofia)
    assert turn["status"] == "answered", turn
    assert len(await ada.turns(turn["conversation_id"])) == 1


async def test_one_turn_is_one_trace_through_every_process(ada: Visitor, collector: Collector) -> None:
    before = len(collector.spans)
    turn = await ada.ask("How long does shipping take?")
    wanted = {*(f"step {step}" for step in STEPS), "RunActivity:take_steps", "POST /v1/conversations"}

    async def whole() -> set[tuple[str, str]]:
        """The spans of the turn: the trace that the request began, once all processes have sent their part."""
        while True:
            spans = collector.spans[before:]
            for begun in {trace for _, trace, name in spans if name == "POST /v1/conversations"}:
                mine = {(service, name) for service, trace, name in spans if trace == begun}
                if wanted <= {name for _, name in mine}:
                    return mine
            await asyncio.sleep(0.1)

    spans = await asyncio.wait_for(whole(), 60)
    assert turn["status"] != "running"
    assert {service for service, _ in spans} == {"holdfast-api", "holdfast-worker"}
    assert ("holdfast-worker", "retrieval knowledge") in spans, spans
    assert ("holdfast-worker", "embeddings all-MiniLM-L6-v2") in spans, spans


async def test_metrics_tell_of_turns_reviews_the_index_and_temporal(http: httpx.AsyncClient, sofia: Visitor) -> None:
    """A page that one process is too busy to fill in time is asked for again."""
    missing = {
        "support_turns_total",
        "support_step_seconds_bucket",
        "support_reviews_waiting",
        "support_index_chunks",
        "temporal_workflow_task_execution_latency",
    }
    for _ in range(20):
        page = (await sofia.call("GET", "/metrics")).text
        missing = {name for name in missing if name not in page}
        if not missing:
            break
    assert not missing


async def test_the_next_start_finds_every_conversation(ada: Visitor, up: Up, http: httpx.AsyncClient) -> None:
    turn = await ada.ask("Which countries do you ship to?")
    stop(up)
    second = start_up(up.folder, up.output.with_name("output-2"), {})
    try:
        await until_ready(second)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{second.port}", trust_env=False) as client:
            again = await log_in(client, up.folder, "customer")
            assert [each["id"] for each in await again.turns(turn["conversation_id"])] == [turn["id"]]
            more = await again.ask("And how long does it take?", turn["conversation_id"])
            assert more["number"] == 2
    finally:
        stop(second)


async def _next_completed(http: httpx.AsyncClient, who: Visitor, conversation_id: str) -> Json:
    async with http.stream("GET", f"/v1/conversations/{conversation_id}/events", headers=who.headers) as response:
        async for line in response.aiter_lines():
            event: Json = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            if event.get("name") == "message.completed":
                return event
    raise AssertionError("the stream ended")
