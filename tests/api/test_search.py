"""Search over HTTP: filters narrow the caller's rights, and nothing widens them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from activities.ports import ReadScope
from api.knowledge_schemas import SearchFilters
from tests.api.conftest import World

FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "department": st.sampled_from(["legal", ["legal", "hr"], "$ne", "a b", {"$ne": 1}, [], ""]),
        "classification": st.sampled_from(["public", ["internal", "public"], "secret", ["public", 1]]),
        "type": st.sampled_from(["text/html", ["text/csv", "application/pdf"], "html", "text/x' or 1=1"]),
        "language": st.sampled_from(["en", ["de", "en"], None, 1]),
        "document_id": st.sampled_from(["abc", ["abc"] * 101, "x;y"]),
        "updated_after": st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "soon"]),
        "$or": st.just([{"department": "legal"}]),
        "partition": st.just("restricted.legal"),
    },
)
RIGHT = {
    "department": ("legal", ["legal", "hr"]),
    "classification": ("public", ["internal", "public"]),
    "type": ("text/html", ["text/csv", "application/pdf"]),
    "language": ("en", ["de", "en"], None),
    "document_id": ("abc",),
    "updated_after": ("2026-01-01T00:00:00Z",),
}


@given(FILTERS)
def test_filters_are_keys_and_values_from_a_list_and_anything_else_is_refused(filters: dict[str, Any]) -> None:
    wanted = all(key in RIGHT and value in RIGHT[key] for key, value in filters.items())
    try:
        parsed = SearchFilters.model_validate(filters)
    except ValidationError:
        assert not wanted
        return
    assert wanted
    given = [value for value in filters.values() if value is not None]
    assert (parsed.chosen() is None) == (not given)


async def test_facets_count_only_what_the_caller_may_read(world: World) -> None:
    await world.publish("a.md", "# A\n\nOne.\n", "support", "public")
    await world.publish("b.md", "# B\n\nTwo.\n", "billing", "public")
    await world.publish("c.md", "# C\n\nThree.\n", "billing", "internal")
    for name, total in (("ada", 2), ("root", 3)):
        client = await world.client(name)
        facets = (await client.post("/v1/search", json={"query": "x", "facets": True})).json()["facets"]
        assert {kind: sum(counts.values()) for kind, counts in facets.items()} == dict.fromkeys(
            ("department", "classification", "type", "age"), total
        )
        assert facets["age"] == {"week": total}


async def test_words_of_the_question_are_marked_in_the_passage(world: World) -> None:
    await world.publish("a.md", "# A\n\nSome words.\n")
    found = (await (await world.client("ada")).post("/v1/search", json={"query": "words"})).json()
    assert found["passages"][0]["highlights"] == [{"start": 5, "end": 10}]
    assert (found["query"], found["corrections"]) == ("words", {})


@pytest.mark.parametrize(
    ("spelling", "query", "meant"), [(True, "a refund", {"refnud": "refund"}), (False, "a refnud", {})]
)
async def test_misspelt_words_are_put_right_unless_the_caller_means_them(
    world: World, spelling: bool, query: str, meant: dict[str, str]
) -> None:
    client = await world.client("ada")
    found = (await client.post("/v1/search", json={"query": "a refnud", "spelling": spelling})).json()
    assert (found["query"], found["corrections"]) == (query, meant)


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
        ({"department": ["billing", "support"], "classification": "public"}, ids[:2]),
        ({"type": "text/markdown", "language": "en"}, ids),
        ({"type": "text/html"}, []),
        ({"updated_after": "2020-01-01T00:00:00Z", "updated_before": "2200-01-01T00:00:00Z"}, ids),
        ({"updated_before": "2020-01-01T00:00:00Z"}, []),
    ]:
        found = (await client.post("/v1/search", json={"query": "x", "filters": filters})).json()["passages"]
        assert {passage["document_id"] for passage in found} == set(wanted), filters


async def test_a_filter_for_what_one_may_not_read_finds_nothing_and_says_no_more(world: World) -> None:
    await world.publish("c.md", "# C\n\nThree.\n", "billing", "internal")
    client = await world.client("ada")
    hidden = await client.post("/v1/search", json={"query": "x", "filters": {"classification": "internal"}})
    absent = await client.post("/v1/search", json={"query": "x", "filters": {"document_id": "none"}})
    assert hidden.json() == {"passages": [], "query": "x", "corrections": {}}
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)


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
