"""Every route of the door, and who gets past it: a route that is not in the table fails the test."""

from typing import Any

import pytest
from fastapi.routing import APIRoute

from api.application import ROUTES
from api.openapi import current
from tests.api.conftest import STAFF, World

EVERYBODY = frozenset({"customer", "agent", "supervisor", "admin", "service"})
REVIEWERS = frozenset({"agent", "supervisor", "admin"})
SUPERVISORS = frozenset({"supervisor", "admin"})
ADMINS = frozenset({"admin"})
NOBODY_ASKED: frozenset[str] = frozenset()
"""Open to callers who are not known: log-in, probes, and what a signature opens."""

ROLES: dict[str, frozenset[str]] = {
    "start_conversation": EVERYBODY,
    "send_message": EVERYBODY,
    "list_conversations": EVERYBODY,
    "get_conversation": EVERYBODY,
    "follow_conversation": EVERYBODY,
    "escalate_conversation": EVERYBODY,
    "rate_conversation": EVERYBODY,
    "close_conversation": EVERYBODY,
    "list_reviews": REVIEWERS,
    "get_review": REVIEWERS,
    "claim_review": REVIEWERS,
    "release_review": REVIEWERS,
    "assign_review": SUPERVISORS,
    "decide_review": REVIEWERS,
    "upload_document": REVIEWERS,
    "get_ingestion": REVIEWERS,
    "list_ingestions": REVIEWERS,
    "pause_ingestion": REVIEWERS,
    "resume_ingestion": REVIEWERS,
    "cancel_ingestion": REVIEWERS,
    "list_documents": EVERYBODY,
    "get_document": EVERYBODY,
    "list_document_versions": EVERYBODY,
    "get_document_text": EVERYBODY,
    "get_passage": EVERYBODY,
    "delete_document": REVIEWERS,
    "get_document_version": EVERYBODY,
    "restore_document_version": REVIEWERS,
    "classify_document": REVIEWERS,
    "list_confirmations": REVIEWERS,
    "change_document": SUPERVISORS,
    "list_expiries": SUPERVISORS,
    "get_document_history": REVIEWERS,
    "list_knowledge_audit": SUPERVISORS,
    "get_document_access": SUPERVISORS,
    "set_document_access": SUPERVISORS,
    "set_user_groups": ADMINS,
    "search": EVERYBODY,
    "list_saved_searches": EVERYBODY,
    "save_search": EVERYBODY,
    "remove_saved_search": EVERYBODY,
    "list_gaps": REVIEWERS,
    "add_source": SUPERVISORS,
    "list_sources": SUPERVISORS,
    "list_source_kinds": SUPERVISORS,
    "get_source": SUPERVISORS,
    "list_source_items": SUPERVISORS,
    "sync_source": SUPERVISORS,
    "pause_source": SUPERVISORS,
    "resume_source": SUPERVISORS,
    "remove_source": SUPERVISORS,
    "push_to_source": NOBODY_ASKED,
    "create_token": NOBODY_ASKED,
    "get_me": EVERYBODY,
    "list_users": ADMINS,
    "create_user": ADMINS,
    "get_user": ADMINS,
    "deactivate_user": ADMINS,
    "list_keys": ADMINS,
    "create_key": ADMINS,
    "revoke_key": ADMINS,
    "get_costs": SUPERVISORS,
    "get_replies": SUPERVISORS,
    "list_audit": SUPERVISORS,
    "list_people_audit": ADMINS,
    "get_audit_entry": SUPERVISORS,
    "check_live": NOBODY_ASKED,
    "check_ready": NOBODY_ASKED,
    "check_startup": NOBODY_ASKED,
    "get_metrics": frozenset({"supervisor", "admin", "service"}),
}
BODIES: dict[str, dict[str, Any]] = {
    "start_conversation": {"json": {"message": "Hi"}},
    "send_message": {"json": {"message": "Hi"}},
    "rate_conversation": {"json": {"score": 5}},
    "assign_review": {"json": {"reviewer_id": "nobody"}},
    "decide_review": {"json": {"action": "approve"}},
    "search": {"json": {"query": "refund"}},
    "classify_document": {"json": {"classification": "internal"}},
    "change_document": {"json": {"owner_id": "nobody"}},
    "save_search": {"json": {"name": "refunds", "request": {"query": "refund"}}},
    "add_source": {"json": {"name": "x", "kind": "folder", "config": {}}},
    "create_user": {"json": {"username": "new", "role": "customer"}},
    "set_document_access": {"json": {"allow": ["group:board"]}},
    "set_user_groups": {"json": {"groups": ["board"]}},
    "create_key": {"json": {"person_id": "nobody", "name": "x"}},
}
OPERATIONS = [
    (operation["operationId"], method, path)
    for path, operations in current()["paths"].items()
    for method, operation in operations.items()
]


def test_the_table_names_every_operation_and_no_other() -> None:
    assert {operation for operation, _, _ in OPERATIONS} == set(ROLES)


@pytest.mark.parametrize(("operation", "method", "path"), OPERATIONS)
async def test_only_the_roles_in_the_table_get_past_the_door(
    world: World, operation: str, method: str, path: str
) -> None:
    address = path.replace("{", "").replace("}", "")
    allowed = ROLES[operation]
    stranger = await (await world.client()).request(method, address, **BODIES.get(operation, {}))
    assert (stranger.status_code == 401) == bool(allowed)
    for name, (role, _) in STAFF.items():
        if not allowed:
            continue
        answer = await (await world.client(name)).request(method, address, **BODIES.get(operation, {}))
        assert answer.status_code != 401
        assert (answer.status_code == 403) == (role not in allowed), (name, answer.text)


async def test_every_route_that_is_served_is_described_or_a_page_for_people(world: World) -> None:
    routes = [*world.app.routes, *(route for module in ROUTES for route in module.router.routes)]
    undescribed = {route.path for route in routes if isinstance(route, APIRoute) and not route.include_in_schema}
    assert undescribed == {"/docs", "/docs/{name}"}
