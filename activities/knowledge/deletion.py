"""A document removed everywhere, step by step: each may be repeated, and the last one proves it by queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from activities.knowledge.chunks import ChunkWriter, WritableIndex
from activities.knowledge.reports import DeletionProof, DeletionRequest
from activities.records.database import Database
from activities.records.documents import Documents
from activities.records.knowledge_events import Happened, KnowledgeTrail
from activities.records.reviews import Reviews


class DeletionIncompleteError(Exception):
    """Something of a deleted document is still found; worth a retry."""


class DocumentCache(Protocol):
    """Something that was computed from documents and is kept to be quicker: it joins the deletion by this."""

    async def forget(self, document_id: str) -> None:
        """Remove what was made of a document; removing it again does nothing."""
        ...

    async def count(self, document_id: str) -> int:
        """Return how many entries made of a document are left."""
        ...


class Deletion:
    """The steps of a deletion, in their order: hide, find drafts, remove, prove."""

    def __init__(
        self, database: Database, chunks: ChunkWriter, index: WritableIndex, caches: Sequence[DocumentCache] = ()
    ) -> None:
        """Remove from records, by ``chunks`` from ``index``, and from ``caches``."""
        self._documents = Documents(database)
        self._reviews = Reviews(database)
        self._trail = KnowledgeTrail(database)
        self._chunks = chunks
        self._index = index
        self._caches = caches

    async def hide(self, request: DeletionRequest) -> DeletionProof | None:
        """Stop the document from answering, in one transaction; return the end when there is nothing to remove."""
        document_id = request.document_id
        if await self._documents.mark_deleted(document_id, request.requested_at, request.requested_by):
            return None
        known = await self._documents.request_of(document_id)
        return DeletionProof(document_id=document_id, outcome="superseded" if known else "unknown")

    async def find_drafts(self, document_id: str) -> list[str]:
        """Return the conversations in which a draft that quotes the document waits for review."""
        return await self._reviews.conversations_citing(document_id)

    async def remove(self, document_id: str) -> None:
        """Take the document out of full text, vectors, caches and records.

        Raises ``KnowledgeUnavailableError``, which is worth a retry.
        """
        for cache in self._caches:
            await cache.forget(document_id)
        await self._chunks.clean([document_id])
        await self._documents.clear_tombstone(document_id)

    async def prove(self, request: DeletionRequest, drafts: int = 0) -> DeletionProof:
        """Return what queries still find, nothing, and write that into the audit trail.

        Raises ``DeletionIncompleteError`` when they find something, which is worth a retry.
        """
        document_id = request.document_id
        remains, indexed = await self._documents.remains(document_id), await self._index.count(document_id)
        cached = sum([await cache.count(document_id) for cache in self._caches])
        if await self._documents.request_of(document_id) != request.requested_at:
            return DeletionProof(document_id=document_id, outcome="superseded", drafts=drafts)
        if remains.versions or remains.chunks or indexed or cached:
            raise DeletionIncompleteError(
                f"{document_id!r} still has {remains} in records, {indexed} in the index and {cached} in caches"
            )
        proof = DeletionProof(document_id=document_id, outcome="deleted", drafts=drafts)
        await self._trail.write(_proved(request, proof))
        return proof

    async def run(self, document_id: str, requested_at: datetime) -> DeletionProof:
        """Do all steps but that of the drafts here and now. Raises what they raise."""
        request = DeletionRequest(document_id=document_id, requested_at=requested_at)
        if ended := await self.hide(request):
            return ended
        await self.remove(document_id)
        return await self.prove(request)


def _proved(request: DeletionRequest, proof: DeletionProof) -> Happened:
    return Happened(
        "document.deleted",
        request.document_id,
        actor_id=request.requested_by,
        details=proof.model_dump(include={"versions", "chunks", "indexed", "cached", "drafts"}),
        occasion=request.requested_at.isoformat(),
    )
