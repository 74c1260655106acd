"""Deletion as Temporal activities: thin covers over ``Deletion``, each safe to repeat."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio import activity

from activities.heartbeats import heartbeats
from activities.knowledge.deletion import Deletion
from activities.knowledge.reports import DeletionProof, DeletionRequest


class DeletionActivities:
    """The steps of ``DeletionWorkflow``."""

    def __init__(self, deletion: Deletion) -> None:
        """Do all work by ``deletion``."""
        self._deletion = deletion

    def all(self) -> Sequence[Callable[..., Any]]:
        """Return the activities, for a worker."""
        return [self.hide_document, self.find_drafts, self.remove_document, self.prove_deletion]

    @activity.defn
    async def hide_document(self, request: DeletionRequest) -> DeletionProof | None:
        """Stop the document from answering; return the end when there is nothing to remove."""
        return await self._deletion.hide(request)

    @activity.defn
    async def find_drafts(self, document_id: str) -> list[str]:
        """Return the conversations in which a draft that quotes the document waits for review."""
        return await self._deletion.find_drafts(document_id)

    @activity.defn
    async def remove_document(self, document_id: str) -> None:
        """Take the document out of the index, caches and records."""
        async with heartbeats():
            await self._deletion.remove(document_id)

    @activity.defn
    async def prove_deletion(self, request: DeletionRequest, drafts: int) -> DeletionProof:
        """Return what queries still find of the document: nothing, or this step fails and is run again."""
        async with heartbeats():
            return await self._deletion.prove(request, drafts)
