"""Runs of taking documents in, and the files they take."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select, update

from activities.records.blobs import blob_digest, delete_unused_blobs, insert_blob
from activities.records.database import Database, utc_now
from activities.records.models import Blob, Ingestion
from activities.records.upsert import insert_once

IngestionStatus = Literal["running", "completed", "failed", "cancelled"]


class Ingestions:
    """All SQL about ingestions; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(
        self, ingestion_id: str, filename: str, data: bytes, *, created_by: str | None, at: datetime
    ) -> str:
        """Keep the file and write a running ingestion, once; return the blob's digest."""
        digest = blob_digest(data)
        row = Ingestion(
            id=ingestion_id,
            filename=filename,
            status="running",
            blob_sha256=digest,
            report={},
            created_by=created_by,
            created_at=at,
        )

        def write(connection: Connection) -> None:
            insert_blob(connection, data, digest)
            connection.execute(insert_once(self._database.dialect, row))
            # An id that is there already keeps its own file; this one must not stay without an owner.
            delete_unused_blobs(connection, [digest])

        await self._database.transact(write)
        return digest

    async def finish(self, ingestion_id: str, status: IngestionStatus, report: dict[str, Any]) -> None:
        """Write how a running ingestion ended, and let go of its file unless a version keeps it."""

        def write(connection: Connection) -> None:
            is_running = (Ingestion.id == ingestion_id, Ingestion.status == "running")
            ended = {"status": status, "report": report, "finished_at": utc_now()}
            connection.execute(update(Ingestion).where(*is_running).values(**ended))
            digest = connection.scalar(select(Ingestion.blob_sha256).where(Ingestion.id == ingestion_id))
            delete_unused_blobs(connection, [digest] if digest else [])

        await self._database.transact(write)

    async def get(self, ingestion_id: str) -> Ingestion | None:
        """Return the ingestion; None when it is unknown."""
        async with self._database.read() as session:
            return await session.get(Ingestion, ingestion_id)

    async def recent(self, limit: int, *, created_by: str | None = None) -> list[Ingestion]:
        """Return the latest ingestions, of one person or of all, those that run first."""
        query = select(Ingestion).order_by(Ingestion.status != "running", Ingestion.created_at.desc()).limit(limit)
        if created_by is not None:
            query = query.where(Ingestion.created_by == created_by)
        async with self._database.read() as session:
            return list(await session.scalars(query))

    async def read_blob(self, digest: str) -> bytes | None:
        """Return a kept file; None when it is gone."""
        async with self._database.read() as session:
            return await session.scalar(select(Blob.data).where(Blob.sha256 == digest))
