"""The index following a change of rights, as a Temporal activity."""

from temporalio import activity

from activities.heartbeats import heartbeats
from activities.knowledge.ingest import KnowledgeWriter


class PlacementActivities:
    """The step of ``PlacementWorkflow``; safe to repeat and to run at the same time for one document."""

    def __init__(self, writer: KnowledgeWriter) -> None:
        """Move by ``writer``."""
        self._writer = writer

    @activity.defn
    async def place_document(self, document_id: str) -> int:
        """Move a document's passages to where its rights say; return how many it has."""
        async with heartbeats():
            return await self._writer.place(document_id)
