from activities.records.cost_tables import ModelCall
from activities.records.database import utc_now
from tests.api.conftest import World


async def spend(world: World, cost: float, model: str = "qwen3:4b") -> None:
    now = utc_now()
    row = ModelCall(
        turn_id="c.1",
        number=0,
        conversation_id="c",
        customer_id=world.people["ada"].id,
        department="billing",
        model=model,
        outcome="answered",
        day=now.date(),
        input_tokens=1_000,
        output_tokens=50,
        seconds=3.0,
        cost=cost,
        created_at=now,
    )
    async with world.database.write() as session:
        session.add(row)


async def test_costs_are_added_up_by_what_one_asks_for_with_the_budgets_of_now(world: World) -> None:
    await spend(world, 8.5)
    body = (await (await world.client("sue")).get("/v1/costs", params={"by": "model"})).json()
    assert [(row["key"], row["cost"]) for row in body["items"]] == [("qwen3:4b", 8.5)]
    assert (body["currency"], body["total"]["input_tokens"]) == ("EUR", 1_000)
    assert body["budgets"] == [{"name": "day", "limit": 10.0, "spent": 8.5, "stage": "warned"}]


async def test_days_that_end_before_they_begin_are_refused_in_words(world: World) -> None:
    days = {"since": "2026-11-27", "until": "2026-11-01"}
    answer = await (await world.client("sue")).get("/v1/costs", params=days)
    assert (answer.status_code, answer.json()["detail"]) == (422, "since: it must not be later than until.")


async def test_a_side_that_does_not_exist_is_refused(world: World) -> None:
    answer = await (await world.client("sue")).get("/v1/costs", params={"by": "password"})
    assert answer.status_code == 422
