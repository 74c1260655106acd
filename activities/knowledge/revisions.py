"""A version made anew by a person's decision: with another class or department, or an earlier one brought back.

It goes in as an upload does, so it is indexed beside what answers and takes its place in one step; the bytes are those
that were kept.
"""

from dataclasses import dataclass

from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.reports import IngestionRequest
from activities.knowledge.validate import DocumentRefusedError, check_name
from activities.ports import Level
from activities.records.database import Database
from activities.records.ingestions import Ingestions
from activities.records.revised import RevisedDocuments


@dataclass(frozen=True)
class Revision:
    """Let a document answer with the content of ``version``, with these rights."""

    document_id: str
    version: int
    classification: Level
    department: str
    actor_id: str
    restore: bool = False


class Revisions:
    """Turns decisions into requests for the ingestion."""

    def __init__(self, database: Database, writer: KnowledgeWriter) -> None:
        self._documents = RevisedDocuments(database)
        self._ingestions = Ingestions(database)
        self._writer = writer

    async def accept(self, revision: Revision, ingestion_id: str) -> IngestionRequest:
        """Write a running ingestion; return what to start its workflow with. Raises ``DocumentRefusedError``.

        Where the new rights shut somebody out, they are out with this call, before anything is indexed.
        """
        kept = await self._documents.kept_version(revision.document_id, revision.version)
        data = await self._ingestions.read_blob(kept.blob_sha256) if kept else None
        if kept is None or data is None:
            raise DocumentRefusedError("there is no such version of the document any more")
        await self._documents.restrict(revision.document_id, revision.classification, revision.department)
        request = await self._writer.accept(
            filename_of(kept.source),
            data,
            title=kept.title,
            department=revision.department,
            classification=revision.classification,
            created_by=revision.actor_id,
            ingestion_id=ingestion_id,
        )
        decided = {"source": kept.source, "document_id": revision.document_id, "decided": True}
        return request.model_copy(update={**decided, "restored_from": revision.version if revision.restore else None})


def filename_of(source: str) -> str:
    """Return the name of the file that a document came in, or one of the same type where it is no file's name."""
    name = source.partition("#")[0]
    try:
        check_name(name)
    except DocumentRefusedError:
        return f"document.{name.rpartition('.')[2]}"
    return name
