"""Files under their own hash; one goes when nothing points to it any more."""

from collections.abc import Collection
from hashlib import sha256

from sqlalchemy import Connection, delete, exists, select

from activities.records.models import Blob, DocumentVersion, Ingestion
from activities.records.upsert import insert_once


def blob_digest(data: bytes) -> str:
    """Return the name of a blob: its SHA-256 in hexadecimal."""
    return sha256(data).hexdigest()


def insert_blob(connection: Connection, data: bytes, digest: str) -> None:
    """Keep ``data`` once."""
    statement = insert_once(connection.dialect.name, Blob(sha256=digest, data=data, size=len(data)))
    connection.execute(statement)


def delete_unused_blobs(connection: Connection, digests: Collection[str]) -> int:
    """Delete those of ``digests`` that no version and no running ingestion needs; return how many went."""
    used = exists(select(DocumentVersion.version).where(DocumentVersion.blob_sha256 == Blob.sha256))
    running = exists(select(Ingestion.id).where(Ingestion.blob_sha256 == Blob.sha256, Ingestion.status == "running"))
    return connection.execute(delete(Blob).where(Blob.sha256.in_(digests), ~used, ~running)).rowcount
