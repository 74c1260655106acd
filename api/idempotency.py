"""What a repeated ``Idempotency-Key`` maps to: the same conversation and the same update of its workflow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID, uuid4, uuid5

from fastapi import Header

from api.deps import Intake
from workflows.client import TemporalUnavailableError

NAMESPACE = UUID("6f0d7c0e-6b1c-5f53-9d0f-6d5f0b2a9b5e")

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="A repeated key returns the first answer and starts nothing twice (IETF draft -07).",
    ),
]


def conversation_id_for(principal_id: str, key: str | None) -> str:
    """Return the id of the conversation that this key of this principal starts; random without a key."""
    return str(uuid5(NAMESPACE, f"conversation:{len(principal_id)}:{principal_id}:{key}") if key else uuid4())


def ingestion_id_for(principal_id: str, key: str | None) -> str:
    """Return the id of the ingestion that this key of this principal starts; random without a key."""
    return (uuid5(NAMESPACE, f"ingestion:{len(principal_id)}:{principal_id}:{key}") if key else uuid4()).hex


def update_key(operation: str, key: str | None) -> str:
    """Return the update id: ids are shared by all updates of a run, so each operation has its own room."""
    return f"{operation}:{key or uuid4().hex}"


@asynccontextmanager
async def taken_back(intake: Intake, ingestion_id: str, key: str | None) -> AsyncIterator[None]:
    """Take back an ingestion that Temporal does not start now, unless its sender can come back for it by their key.

    Raises ``TemporalUnavailableError`` in both cases.
    """
    try:
        yield
    except TemporalUnavailableError:
        if key is None:
            await intake.abandon(ingestion_id)
        raise
