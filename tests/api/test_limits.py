"""How much one caller may ask for."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.deps import Options
from api.limits import Limiter, Rates
from api.problems import ProblemError
from tests.api.conftest import World


@pytest.fixture
def rates() -> Rates:
    return Rates(requests="5/minute", messages="2/minute")


@pytest.fixture
def options() -> Options:
    return Options(body_max_bytes=2_000, document_max_bytes=10_000)


async def test_one_principal_is_one_bucket_whatever_they_come_with(world: World) -> None:
    keys = [(await world.services.keys.create(world.people["shop"].id, name)).secret for name in ("one", "two")]
    statuses = []
    for n in range(6):
        client = await world.client(headers={"X-API-Key": keys[n % 2], "X-Forwarded-For": f"198.51.100.{n}"})
        statuses.append((await client.get(["/v1/me", "/v1/conversations"][n % 2])).status_code)
    assert statuses == [200] * 5 + [429]


async def test_a_refusal_says_when_to_come_back_and_others_go_on(world: World) -> None:
    client = await world.client("ada")
    answers = [await client.get("/v1/me") for _ in range(6)]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert (await (await world.client("bob")).get("/v1/me")).status_code == 200


async def test_messages_have_a_ceiling_of_their_own(world: World) -> None:
    client = await world.client("ada")
    statuses = [(await client.post("/v1/conversations", json={"message": "Hi"})).status_code for _ in range(3)]
    assert statuses == [201, 201, 429]
    assert (await client.get("/v1/me")).status_code == 200


@given(st.integers(1, 20), st.integers(1, 40))
async def test_never_more_than_the_ceiling_is_let_through(ceiling: int, asked: int) -> None:
    limiter = Limiter(Rates(requests=f"{ceiling}/hour"))
    passed = 0
    for _ in range(asked):
        try:
            await limiter.count_request("ada")
            passed += 1
        except ProblemError as refusal:
            status = refusal.status
            passed += 0 if status == 429 else 1_000
    assert passed == min(ceiling, asked)


@given(st.lists(st.booleans(), max_size=40))
def test_places_for_streams_are_given_back_and_never_exceeded(opens: list[bool]) -> None:
    limiter = Limiter(Rates(streams=3))
    held = 0
    for opening in opens:
        if opening and held < 3:
            limiter.open_stream("ada")
            held += 1
        elif opening:
            with pytest.raises(ProblemError):
                limiter.open_stream("ada")
        elif held:
            limiter.close_stream("ada")
            held -= 1


async def test_a_body_that_says_it_is_too_large_is_refused_unread(world: World) -> None:
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"x" * 3_000

    client = await world.client("ada", headers={"Content-Length": "3000", "Content-Type": "application/json"})
    answer = await client.post("/v1/conversations", content=body())
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


async def test_a_body_of_unknown_length_is_cut_where_the_limit_is(world: World) -> None:
    sent = []

    async def body() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            sent.append(1)
            yield b"x" * 100

    client = await world.client("ada", headers={"Content-Type": "application/json"})
    answer = await client.post("/v1/conversations", content=body())
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert answer.json()["type"] == "urn:holdfast:problem:content-too-large"
    assert len(sent) < 30
