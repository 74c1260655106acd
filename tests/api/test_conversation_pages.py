"""A customer's conversations, page by page."""

from datetime import timedelta

from sqlalchemy import update

from activities.records.models import Conversation
from tests.api.conftest import World
from tests.api.fakes import AT


async def test_a_customer_lists_their_own_conversations_page_by_page(world: World) -> None:
    mine = [await world.ask("ada") for _ in range(3)]
    await world.ask("bob")
    client = await world.client("ada")
    first = (await client.get("/v1/conversations", params={"limit": 2})).json()
    rest = (await client.get("/v1/conversations", params={"limit": 2, "before": first["next"]})).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == mine[::-1]
    assert (rest["next"], rest["next_id"]) == (None, None)


async def test_conversations_of_one_moment_are_listed_once_each_across_pages(world: World) -> None:
    mine = {await world.ask("ada") for _ in range(5)}
    async with world.database.write() as session:
        await session.execute(update(Conversation).values(updated_at=AT))
    client, found, query = await world.client("ada"), list[str](), dict[str, str]()
    while True:
        page = (await client.get("/v1/conversations", params={"limit": "2", **query})).json()
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query = {"before": page["next"], "before_id": page["next_id"]}
    assert (len(found), set(found)) == (5, mine)
    refused = await client.get("/v1/conversations", params={"before_id": found[0]})
    assert refused.status_code == 422


async def test_without_ids_pages_end_between_moments_so_that_nothing_is_skipped(world: World) -> None:
    mine = [await world.ask("ada") for _ in range(4)]
    for conversation_id, minute in zip(mine, (3, 2, 2, 1), strict=True):
        async with world.database.write() as session:
            touched = update(Conversation).where(Conversation.id == conversation_id)
            await session.execute(touched.values(updated_at=AT + timedelta(minutes=minute)))
    client, pages, query = await world.client("ada"), list[list[str]](), dict[str, str]()
    while True:
        page = (await client.get("/v1/conversations", params={"limit": "2", **query})).json()
        pages.append([item["id"] for item in page["items"]])
        if page["next"] is None:
            break
        query = {"before": page["next"]}
    assert pages == [mine[:1], sorted(mine[1:3]), mine[3:]]
