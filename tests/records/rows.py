"""Rows as the durable steps build them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from activities.records.conversations import Conversations
from activities.records.database import Database
from activities.records.ledger import upsert_review
from activities.records.models import AuditRow, Person, Review, Turn
from activities.records.people import People

NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


async def open_conversation(database: Database, conversation_id: str = "c1", username: str = "ada") -> Person:
    """Create a customer with one conversation."""
    owner = await People(database).create(username, "customer")
    await Conversations(database).create_if_absent(conversation_id, owner.id, "Where is my order?")
    return owner


def turn(number: int = 1, **fields: Any) -> Turn:
    """A turn of conversation ``c1`` that waits for a person."""
    values = {"conversation_id": "c1", "message": "Where is it?", "status": "pending_review", "created_at": NOON}
    return Turn(id=f"c1.{number}", number=number, **(values | fields))


def audit(number: int = 1, **fields: Any) -> AuditRow:
    """The audit row of that turn."""
    values = {"conversation_id": "c1", "user_id": "u1", "created_at": NOON, "input_hash": "ab", "engine": "embedded"}
    return AuditRow(turn_id=f"c1.{number}", **({"outcome": "pending_review"} | values | fields))


def review(number: int = 1, **fields: Any) -> Review:
    """A case of that turn, due in four hours."""
    values = {
        "id": f"c1.{number}.r1",
        "conversation_id": "c1",
        "turn_id": f"c1.{number}",
        "customer_id": "u1",
        "kind": "review",
        "state": "pending",
        "department": "billing",
        "question": "Where is it?",
        "draft_text": "It is on its way.",
        "created_at": NOON,
        "due_at": NOON + timedelta(hours=4),
    }
    return Review(**(values | fields))


async def write_review(database: Database, row: Review) -> None:
    """Write a case as a turn's record does."""
    statement = upsert_review(database.dialect, row)
    await database.transact(lambda connection: connection.execute(statement))
