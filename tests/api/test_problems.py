"""Every failure has one shape, and shows nothing of the inside."""

import logging

import pytest

from tests.api.conftest import World


async def test_an_address_that_does_not_exist_is_a_problem(world: World) -> None:
    answer = await (await world.client()).get("/v1/nothing/here")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json() == {
        "type": "urn:holdfast:problem:not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this address.",
        "instance": "/v1/nothing/here",
        "correlation_id": answer.headers["x-request-id"],
    }


async def test_a_method_that_is_not_taken_is_a_problem_that_names_the_others(world: World) -> None:
    answer = await (await world.client("ada")).delete("/v1/me")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.json()["type"] == "urn:holdfast:problem:method-not-allowed"


async def test_a_bad_request_says_where_and_why_and_never_repeats_the_input(world: World) -> None:
    secret = "4111 1111 1111 1111"
    client = await world.client("ada")
    answer = await client.post("/v1/conversations", json={"message": [secret], "surprise": secret})
    problem = answer.json()
    assert answer.status_code == 422
    assert {error["pointer"] for error in problem["errors"]} == {"body/message", "body/surprise"}
    assert secret not in answer.text


async def test_a_fault_of_ours_is_a_500_with_a_number_to_ask_for_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def explode(*args: object, **kwargs: object) -> None:
        raise RuntimeError("SELECT password FROM people WHERE path = '/srv/secret'")

    monkeypatch.setattr(world.chat, "send", explode)
    with caplog.at_level(logging.ERROR):
        answer = await (await world.client("ada")).post("/v1/conversations", json={"message": "Hi"})
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert problem["correlation_id"] == answer.headers["x-request-id"]
    assert set(problem) == {"type", "title", "status", "detail", "instance", "correlation_id"}
    assert "SELECT" not in answer.text
    assert "secret" not in answer.text
    assert problem["correlation_id"] in caplog.text


async def test_a_database_that_is_away_is_a_503_to_come_back_to(world: World) -> None:
    client = await world.client("ada")
    world.database.url.database  # noqa: B018 - the file it is about
    async with world.database.write() as session:
        await (await session.connection()).exec_driver_sql("ALTER TABLE conversations RENAME TO gone")
    answer = await client.get("/v1/conversations")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "gone" not in answer.text
    assert "conversations WHERE" not in answer.text


@pytest.mark.parametrize("path", ["/v1/me", "/v1/nothing", "/health/live", "/docs"])
async def test_every_answer_carries_the_headers_that_keep_browsers_safe(world: World, path: str) -> None:
    answer = await (await world.client()).get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "same-origin"


async def test_what_machines_read_is_never_cached_and_never_framed(world: World) -> None:
    answer = await (await world.client("ada")).get("/v1/me")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize(("given", "kept"), [("order-12345678", True), ("short", False), ("x\u00e9" * 8, False)])
async def test_a_sane_correlation_id_of_the_caller_is_kept(world: World, given: str, kept: bool) -> None:
    answer = await (await world.client()).get("/health/live", headers={"X-Request-ID": given.encode("latin-1")})
    assert (answer.headers["x-request-id"] == given) is kept


async def test_no_correlation_id_breaks_out_of_its_log_line(world: World) -> None:
    answer = await (await world.client()).get("/health/live", headers={"X-Request-ID": '12345678", "level": "x'})
    assert answer.headers["x-request-id"].isalnum()
