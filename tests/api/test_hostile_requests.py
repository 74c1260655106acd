"""Whatever stands in an address or a body, the answer is a problem in words and never a fault of ours."""

import re
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from api.moments import in_utc
from tests.api.conftest import World

HOSTILE = [
    "\0", "a\0b", "-1", "1e400", "9" * 30, "9223372036854775808", "NaN", "null", "[]", "\u202e", "../../etc/passwd",
    "a" * 5_000, "'; DROP TABLE people;--", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "0001-01-01",
    "9999-12-31", "2026-13-45", "2026-01-01T00:00:00", "٢٠٢٦",
]  # fmt: skip
UNTOLD = re.compile(r"\{\w+\}")
JSON = {"Content-Type": "application/json"}
STREAM = "/v1/conversations/{conversation_id}/events"


async def test_no_value_in_the_address_of_any_route_makes_it_fail(world: World) -> None:
    client = await world.client("root")
    failed = []
    for path, methods in world.app.openapi()["paths"].items():
        for method, described in methods.items():
            names = {each["name"]: each["in"] for each in described.get("parameters", []) if each["in"] != "header"}
            for name, place in names.items() if path != STREAM else ():
                for value in HOSTILE:
                    filled = path.replace(f"{{{name}}}", quote(value, safe="")) if place == "path" else path
                    query = f"?{name}={quote(value, safe='')}" if place == "query" else ""
                    answer = await client.request(method, UNTOLD.sub("0", filled) + query)
                    told = answer.status_code < 400 or (answer.status_code < 500 and answer.json()["detail"])
                    if not told:
                        failed.append((method, path, name, value, answer.status_code))
    assert failed == []


@pytest.mark.parametrize("address", ["/v1/documents/a%00b", "/v1/documents?text=%00"])
async def test_a_nul_character_in_an_address_is_refused_before_any_database_sees_it(world: World, address: str) -> None:
    answer = await (await world.client("root")).get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert "NUL character" in answer.json()["detail"]


async def test_a_moment_outside_of_the_calendar_in_utc_is_refused_in_words(world: World) -> None:
    client = await world.client("root")
    answer = await client.get("/v1/audit", params={"since": "0001-01-01T00:00:00+23:59"})
    assert (answer.status_code, "years 1 to 9999" in answer.json()["detail"]) == (422, True)
    searched = {"query": "invoice", "filters": {"updated_after": "9999-12-31T23:59:59-23:59"}}
    assert (await client.post("/v1/search", json=searched)).status_code == 422


def test_a_moment_without_a_zone_is_one_in_utc_wherever_the_server_stands() -> None:
    assert in_utc(datetime(2026, 11, 27, 8)) == datetime(2026, 11, 27, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/users", {"username": "zoe", "role": "customer", "display_name": "a\0b"}),
        ("/v1/searches", {"name": "x", "request": {"query": "a", "filters": {"department": ["a\0b"]}}}),
        ("/v1/conversations", {"message": "Hi", "metadata": {"ticket": "a\0b"}}),
    ],
)
async def test_a_nul_character_in_a_body_is_refused_before_any_workflow_promises_to_keep_it(
    world: World, path: str, body: dict[str, object]
) -> None:
    answer = await (await world.client("root")).post(path, json=body)
    assert (answer.status_code, "NUL character" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize("depth", [100, 300, 500, 900, 990, 5_000])
@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}")])
async def test_a_body_that_is_nested_deeply_is_refused_in_words(
    world: World, depth: int, opened: str, closed: str
) -> None:
    nested = opened * depth + "1" + closed * depth
    body = f'{{"message": "Hi", "metadata": {{"ticket": {nested}}}}}'
    answer = await (await world.client("root")).post("/v1/conversations", content=body, headers=JSON)
    assert (answer.status_code in (400, 422), answer.headers["content-type"]) == (True, "application/problem+json")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
async def test_a_number_that_json_does_not_have_is_no_metadata(world: World, number: str) -> None:
    body = f'{{"message": "Hi", "metadata": {{"ticket": {number}}}}}'
    answer = await (await world.client("root")).post("/v1/conversations", content=body, headers=JSON)
    assert (answer.status_code, "finite" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
async def test_a_version_beyond_what_a_database_counts_is_refused(world: World, number: int) -> None:
    document = await world.publish("policy.md", "# Policy\n\nThirty days for all of the hardware.\n")
    client = await world.client("root")
    assert (await client.get(f"/v1/documents/{document}/versions/{number}")).status_code == 422
    assert (await client.get(f"/v1/documents/{document}", params={"version": number})).status_code == 422


async def test_a_nul_character_in_a_form_is_refused_too(world: World) -> None:
    login = {"username": "a\0b", "password": "long enough"}
    assert (await (await world.client()).post("/v1/auth/token", data=login)).status_code == 422
    file, title = {"file": ("a.md", b"# A\n\nWords of it.")}, {"title": "a\0b"}
    answer = await (await world.client("root")).post("/v1/documents", files=file, data=title)
    assert (answer.status_code, "it has a NUL character" in answer.json()["detail"]) == (422, True)
