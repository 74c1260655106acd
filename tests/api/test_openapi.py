"""The description that callers build on is committed; a change of it is a change one can see."""

from typing import Any

from api.openapi import COMMITTED, current, render

DESCRIPTION = current()
OPERATIONS: list[dict[str, Any]] = [item for path in DESCRIPTION["paths"].values() for item in path.values()]


def test_the_committed_description_is_the_one_that_is_served() -> None:
    committed = COMMITTED.read_text(encoding="utf-8")
    assert committed == render(DESCRIPTION), "run 'python -m api.openapi' and commit the result"


def test_every_operation_has_its_own_name_a_tag_and_a_summary() -> None:
    names = [operation["operationId"] for operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert all(operation["tags"] and operation["summary"] for operation in OPERATIONS)


def test_every_failure_is_described_as_a_problem() -> None:
    for operation in OPERATIONS:
        for status, answer in operation["responses"].items():
            if status >= "400" and operation["tags"] != ["health"]:
                assert list(answer["content"]) == ["application/problem+json"], (operation["operationId"], status)


def test_the_frameworks_own_error_shape_is_nowhere() -> None:
    assert "HTTPValidationError" not in DESCRIPTION["components"]["schemas"]
