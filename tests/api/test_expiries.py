"""Documents by their dates: what has expired, what is about to, what has not begun, for who may give other dates."""

from datetime import timedelta
from typing import Any

from activities.records.database import utc_now
from tests.api.conftest import World

TEXT = "# Refunds\n\nYou may return a purchase within 30 days. The money comes back in a week.\n"


async def dated(world: World, name: str, *, begins: float | None = None, ends: float | None = None) -> str:
    """Publish a document that answers from and until so many days from now; return its id."""
    document_id = await world.publish(name, f"{TEXT}\nThis is {name}.\n")
    days = {"valid_from": begins, "valid_until": ends}
    given = {name: (utc_now() + timedelta(days=day)).isoformat() for name, day in days.items() if day is not None}
    root = await world.client("root")
    assert (await root.patch(f"/v1/documents/{document_id}", json=given)).status_code == 200
    return document_id


async def listed(world: World, name: str, **query: int) -> list[dict[str, Any]]:
    answer = await (await world.client(name)).get("/v1/expiries", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_documents_are_listed_by_what_their_dates_ask_for(world: World) -> None:
    later = await dated(world, "later.md", begins=5, ends=400)
    long_over, just_over = await dated(world, "old.md", ends=-300), await dated(world, "new.md", ends=-1)
    next_week, tomorrow = await dated(world, "week.md", ends=7), await dated(world, "tomorrow.md", begins=-5, ends=1)
    await dated(world, "far.md", ends=200)
    await world.publish("undated.md", TEXT)
    found = await listed(world, "sue")
    assert [(each["id"], each["state"]) for each in found] == [
        (tomorrow, "ending"), (next_week, "ending"),
        (just_over, "expired"), (long_over, "expired"),
        (later, "upcoming"),
    ]  # fmt: skip
    assert [bool(each["valid_from"]) for each in found] == [True, False, False, False, True]
    assert [each["id"] for each in await listed(world, "sue", days=2)] == [tomorrow, just_over, long_over, later]


async def test_the_list_is_read_page_by_page(world: World) -> None:
    names = [await dated(world, f"{day}.md", ends=day) for day in (1, 2, 3)]
    root = await world.client("root")
    first = (await root.get("/v1/expiries", params={"limit": 2})).json()
    rest = (await root.get("/v1/expiries", params={"limit": 2, "offset": first["next_offset"]})).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == names
    assert rest["next_offset"] is None
    whole = (await root.get("/v1/expiries", params={"limit": 3})).json()
    assert (len(whole["items"]), whole["next_offset"]) == (3, None), "a full page is not followed by an empty one"


async def test_what_has_expired_is_read_by_who_may_give_it_other_dates(world: World) -> None:
    document_id = await dated(world, "old.md", ends=-1)
    for path in ("", "/versions"):
        address = f"/v1/documents/{document_id}{path}"
        for name, shut, asked in (("sue", 404, 200), ("root", 404, 200), ("agnes", 404, 403), ("ada", 404, 403)):
            client = await world.client(name)
            assert (await client.get(address)).status_code == shut, name
            assert (await client.get(address, params={"out_of_date": True})).status_code == asked, name
    read = await (await world.client("sue")).get(f"/v1/documents/{document_id}", params={"out_of_date": True})
    assert "You may return a purchase" in read.json()["text"]
    found = await (await world.client("sue")).post("/v1/search", json={"query": "return a purchase"})
    assert found.json()["passages"] == []


async def test_a_document_that_somebody_may_not_read_is_not_in_their_list(world: World) -> None:
    document_id = await dated(world, "secret.md", ends=-1)
    ago = (utc_now() - timedelta(days=1)).isoformat()
    rule = {"not_after": ago, "deny": [f"person:{world.people['sue'].id}"]}
    await (await world.client("root")).put(f"/v1/documents/{document_id}/access", json=rule)
    assert await listed(world, "sue") == []
    assert [each["id"] for each in await listed(world, "root")] == [document_id]
    address, asked = f"/v1/documents/{document_id}", {"out_of_date": True}
    assert (await (await world.client("sue")).get(address, params=asked)).status_code == 404


async def test_a_document_is_prolonged_and_leaves_the_list(world: World) -> None:
    document_id = await dated(world, "refunds.md", ends=-1)
    sue, customer = await world.client("sue"), await world.client("ada")
    until = (utc_now() + timedelta(days=365)).isoformat()
    assert (await sue.patch(f"/v1/documents/{document_id}", json={"valid_until": until})).status_code == 200
    assert await listed(world, "sue") == []
    assert (await customer.get(f"/v1/documents/{document_id}")).status_code == 200


async def test_who_keeps_the_dates_of_an_expired_document_may_remove_it(world: World) -> None:
    document_id = await dated(world, "refunds.md", ends=-1)
    assert (await (await world.client("agnes")).delete(f"/v1/documents/{document_id}")).status_code == 404
    assert (await (await world.client("sue")).delete(f"/v1/documents/{document_id}")).status_code == 200
    assert await listed(world, "root") == []
