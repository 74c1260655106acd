"""Search over HTTP: filters narrow the caller's rights, and nothing widens them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.knowledge.access import partition, read_scope
from activities.ports import Principal, ReadScope
from api.knowledge_schemas import SearchFilters
from api.routes.search import narrow
from tests.api.conftest import World

LEVELS = ("public", "internal", "confidential", "restricted")
DEPARTMENTS = ("support", "billing", "legal")
ROLES = ("customer", "agent", "supervisor", "admin", "service")


@given(
    st.sampled_from(ROLES),
    st.sampled_from(DEPARTMENTS),
    st.none() | st.sampled_from(LEVELS),
    st.none() | st.sampled_from((*DEPARTMENTS, "public")),
)
def test_filters_never_add_a_partition_and_keep_every_one_that_fits(
    role: str, own: str, classification: str | None, department: str | None
) -> None:
    scope = read_scope(Principal("p", role, own), DEPARTMENTS)  # type: ignore[arg-type]
    filters = SearchFilters(classification=classification, department=department)  # type: ignore[arg-type]
    narrowed = narrow(scope, filters)
    assert set(narrowed.partitions) <= set(scope.partitions)
    for level in LEVELS:
        for name in DEPARTMENTS:
            home = partition(level, name)  # type: ignore[arg-type]
            fits = classification in (None, level) and department in (None, name)
            if fits and home in scope.partitions:
                assert home in narrowed.partitions


async def test_the_mode_and_the_number_of_passages_are_the_callers(world: World) -> None:
    await world.publish("a.md", "# A\n\nSome words.\n")
    client = await world.client("ada")
    answer = await client.post("/v1/search", json={"query": "words", "k": 3, "mode": "lexical"})
    assert world.knowledge.asked == [("words", ReadScope(("public",)), 3, "lexical")]
    [passage] = answer.json()["passages"]
    assert (passage["title"], passage["version"], passage["classification"]) == ("A", 1, "public")


async def test_filters_narrow_what_is_found(world: World) -> None:
    ids = [
        await world.publish("a.md", "# A\n\nOne.\n", "support", "public"),
        await world.publish("b.md", "# B\n\nTwo.\n", "billing", "public"),
        await world.publish("c.md", "# C\n\nThree.\n", "billing", "internal"),
    ]
    client = await world.client("root")
    for filters, wanted in [
        ({}, ids),
        ({"department": "billing"}, ids[1:]),
        ({"classification": "public"}, ids[:2]),
        ({"classification": "internal", "department": "billing"}, ids[2:]),
        ({"document_id": ids[0]}, ids[:1]),
        ({"classification": "restricted"}, []),
    ]:
        found = (await client.post("/v1/search", json={"query": "x", "filters": filters})).json()["passages"]
        assert {passage["document_id"] for passage in found} == set(wanted), filters


async def test_a_filter_for_what_one_may_not_read_finds_nothing_and_says_no_more(world: World) -> None:
    await world.publish("c.md", "# C\n\nThree.\n", "billing", "internal")
    client = await world.client("ada")
    hidden = await client.post("/v1/search", json={"query": "x", "filters": {"classification": "internal"}})
    absent = await client.post("/v1/search", json={"query": "x", "filters": {"document_id": "none"}})
    assert (hidden.status_code, hidden.json()) == (200, {"passages": []}) == (absent.status_code, absent.json())


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"query": ""},
        {"query": "x" * 1_001},
        {"query": "x", "k": 0},
        {"query": "x", "k": 51},
        {"query": "x", "mode": "magic"},
        {"query": "x", "filters": {"$or": []}},
        {"query": "x", "filters": {"department": {"$ne": "legal"}}},
        {"query": "x", "partitions": ["restricted.legal"]},
    ],
)
async def test_a_search_of_the_wrong_shape_is_refused(world: World, wanted: dict[str, object]) -> None:
    assert (await (await world.client("ada")).post("/v1/search", json=wanted)).status_code == 422
    assert world.knowledge.asked == []


async def test_an_index_that_does_not_answer_is_a_503_without_its_address(world: World) -> None:
    world.knowledge.down = True
    answer = await (await world.client("ada")).post("/v1/search", json={"query": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "/srv" not in answer.text
