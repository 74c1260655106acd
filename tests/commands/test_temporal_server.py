"""The Temporal server is found in the promised order, starts tuned, and answers."""

from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client


async def test_the_session_server_answers(temporal_client: Client) -> None:
    info = await temporal_client.workflow_service.get_system_info(GetSystemInfoRequest())

    assert info.server_version
