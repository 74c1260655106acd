"""A document removed everywhere: durable, in steps that each may be repeated, with the proof at its end."""

from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.deletion import DeletionActivities
    from activities.ingestion import IngestionActivities
    from activities.knowledge.reports import DeletionProof, DeletionRequest
    from workflows.ingestion_policy import DELETE
    from workflows.messages import SourcesChanged, conversation_workflow_id

SAGA = "deletion-saga"
"""Since when a deletion is more than one step."""


@workflow.defn
class DeletionWorkflow:
    """Removes one document: from that moment nothing answers with it, at the end nothing of it is left."""

    @workflow.run
    async def run(self, request: DeletionRequest) -> DeletionProof:
        """Return what queries found of the document after it was removed."""
        if not workflow.patched(SAGA):
            return await workflow.execute_activity_method(IngestionActivities.delete_document, request, **DELETE)
        hide = DeletionActivities.hide_document
        ended: DeletionProof | None = await workflow.execute_activity_method(hide, request, **DELETE)
        if ended is not None:
            return ended
        drafts = await withdraw_drafts(request.document_id)
        await workflow.execute_activity_method(DeletionActivities.remove_document, request.document_id, **DELETE)
        return await workflow.execute_activity_method(
            DeletionActivities.prove_deletion, args=[request, drafts], **DELETE
        )


async def withdraw_drafts(document_id: str) -> int:
    """Send drafts that quote a document back to be drafted again; return how many conversations were told."""
    told = 0
    for name in await workflow.execute_activity_method(DeletionActivities.find_drafts, document_id, **DELETE):
        conversation: workflow.ExternalWorkflowHandle[Any] = workflow.get_external_workflow_handle(
            conversation_workflow_id(name)
        )
        try:
            await conversation.signal("sources_changed", SourcesChanged(document_ids=[document_id]))
            told += 1
        except ApplicationError as error:  # it was closed meanwhile, and its drafts with it
            workflow.logger.info("conversation %s takes no signal: %s", name, error)
    return told


def deletion_workflow_id(document_id: str) -> str:
    """Return the workflow id of a document's deletion: a second request joins the one that runs."""
    return f"deletion:{document_id}"
