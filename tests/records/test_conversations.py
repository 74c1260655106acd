from datetime import timedelta

from activities.records.conversations import Conversations
from activities.records.database import Database
from activities.records.people import People
from activities.records.turns import Turns
from tests.records.rows import NOON, open_conversation, turn


async def test_a_conversation_is_created_once_and_keeps_its_first_owner(database: Database) -> None:
    ada = await open_conversation(database)
    eve = await People(database).create("eve", "customer")
    again = await Conversations(database).create_if_absent("c1", eve.id, "Mine now", {"channel": "web"})
    assert (again.owner_id, again.title, again.details) == (ada.id, "Where is my order?", {})


async def test_a_long_title_is_cut_to_its_column(database: Database) -> None:
    ada = await open_conversation(database)
    made = await Conversations(database).create_if_absent("c2", ada.id, "x" * 500, {"channel": "web"})
    assert (len(made.title), made.details, made.status) == (200, {"channel": "web"}, "open")


async def test_a_list_holds_the_owners_own_conversations_latest_first(database: Database) -> None:
    ada = await open_conversation(database)
    conversations = Conversations(database)
    await open_conversation(database, "of_eve", "eve")
    await conversations.create_if_absent("c2", ada.id)
    await conversations.touch("c1")
    assert [found.id for found in await conversations.list_for(ada.id)] == ["c1", "c2"]


async def test_a_list_pages_on_from_the_last_one_seen(database: Database) -> None:
    ada = await open_conversation(database)
    conversations = Conversations(database)
    for number in range(2, 6):
        await conversations.create_if_absent(f"c{number}", ada.id)
    first = await conversations.list_for(ada.id, limit=3)
    rest = await conversations.list_for(ada.id, before=first[-1].updated_at)
    assert [found.id for found in first + rest] == ["c5", "c4", "c3", "c2", "c1"]


async def test_closing_counts_once_and_keeps_the_first_time(database: Database) -> None:
    await open_conversation(database)
    conversations = Conversations(database)
    assert await conversations.close("c1", NOON)
    assert not await conversations.close("c1", NOON + timedelta(days=1))
    assert not await conversations.close("unknown")
    found = await conversations.get("c1")
    assert found is not None
    assert (found.status, found.closed_at) == ("closed", NOON)


async def test_a_later_rating_replaces_the_first(database: Database) -> None:
    await open_conversation(database)
    conversations = Conversations(database)
    await conversations.rate("c1", 2, "slow")
    assert await conversations.rate("c1", 5, "it worked")
    found = await conversations.get("c1")
    assert found is not None
    assert (found.score, found.comment) == (5, "it worked")


async def test_rating_an_unknown_conversation_is_false(database: Database) -> None:
    assert not await Conversations(database).rate("unknown", 5)


async def test_turns_come_in_order_and_from_where_one_asks(database: Database) -> None:
    await open_conversation(database)
    turns = Turns(database)
    for number in (3, 1, 2):
        await turns.upsert_turn(turn(number))
    assert [found.number for found in await turns.list_for("c1")] == [1, 2, 3]
    assert [found.number for found in await turns.list_for("c1", after=1, limit=1)] == [2]
    assert await turns.list_for("unknown") == []


async def test_texts_with_every_kind_of_character_come_back_as_they_were(database: Database) -> None:
    await open_conversation(database)
    text = "naïve 'quotes\" \\ % _ ; DROP TABLE turns; -- \U0001f600 \u202e عربى"
    await Turns(database).upsert_turn(turn(message=text, citations=[{"quote": text}]))
    found = await Turns(database).get("c1.1")
    assert found is not None
    assert (found.message, found.citations) == (text, [{"quote": text}])
