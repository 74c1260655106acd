"""With a real Ollama server whose model talks nonsense, no nonsense reaches a customer, and the audit row says why."""

import pytest

from activities.turn_records import audit_row
from evals.benchmarks.real_steps import Agent
from tests.turns.customers import LOCKED, model_customer
from tests.workflows.conftest import Customer

QUESTIONS = [LOCKED, "How long is the password reset link valid?", "hello", "a zebra quantum sandwich"]
SECONDS = 90
"""For a tiny model: enough on a busy machine too."""
REMARKS = ("ModelOutputError", "ModelTimeoutError", "failed the check")


async def events_of(customer: Customer) -> list[str]:
    """Everything that the stream has said of answers so far."""
    stream = customer.conversations.events(customer.id)
    said: list[str] = []
    async for _, event in stream:
        said += [event.text] if event.name == "message.delta" else []
        if event.name in ("message.completed", "review.requested"):
            return said
    return said


@pytest.mark.parametrize("question", QUESTIONS)
async def test_every_turn_ends_with_an_embedded_answer_a_review_or_a_person(
    agent: Agent, ollama_url: str, nonsense_model: str, temporal_address: str, task_queue: str, question: str
) -> None:
    async with model_customer(
        agent, ollama_url, temporal_address, task_queue, large=nonsense_model, seconds=SECONDS, context_tokens=2_048
    ) as customer:
        turn = await customer.say(question)
        said = await events_of(customer)
        record = customer.steps.records[-1]

    assert turn.status in ("answered", "pending_review", "handed_off")
    assert turn.engine in ("embedded", "none")
    assert all(text == turn.answer for text in said)
    row = audit_row(record)
    if question != "hello":
        assert row.route["tries"]
        assert {each["outcome"] for each in row.route["tries"]} <= {"unusable", "answered"}
    if "draft" in record.state and row.route:
        assert any(remark in " ".join(row.reasons) for remark in REMARKS)
