from datetime import date, timedelta
from typing import Any

import pytest

from activities.records.cost_tables import ModelCall
from activities.records.costs import Costs, Side
from activities.records.database import Database
from tests.records.rows import NOON

DAY = NOON.date()


def call(number: int = 0, **fields: Any) -> ModelCall:
    values = {
        "turn_id": "c1.1",
        "conversation_id": "c1",
        "customer_id": "ada",
        "department": "billing",
        "model": "small",
        "outcome": "answered",
        "day": DAY,
        "input_tokens": 100,
        "output_tokens": 10,
        "seconds": 2.0,
        "cost": 0.5,
        "created_at": NOON,
    }
    return ModelCall(number=number, **(values | fields))


async def keep(database: Database, *calls: ModelCall) -> Costs:
    async with database.write() as session:
        session.add_all(calls)
    return Costs(database)


async def test_an_empty_ledger_adds_up_to_nothing(database: Database) -> None:
    total = await Costs(database).total(DAY, DAY)
    assert (total.calls, total.input_tokens, total.cost) == (0, 0, 0.0)
    assert await Costs(database).by("day", DAY, DAY) == []


@pytest.mark.parametrize(
    ("side", "keys"),
    [
        ("model", ["large", "small"]),
        ("customer", ["ben", "ada"]),
        ("department", ["technical", "billing"]),
        ("conversation", ["c2", "c1"]),
        ("turn", ["c2.1", "c1.1"]),
    ],
)
async def test_the_dearest_come_first(database: Database, side: Side, keys: list[str]) -> None:
    other = {"model": "large", "turn_id": "c2.1", "conversation_id": "c2", "customer_id": "ben"}
    costs = await keep(database, call(), call(1), call(cost=3.0, department="technical", **other))
    found = await costs.by(side, DAY, DAY)
    assert [each.key for each in found] == keys
    assert [(each.calls, each.cost, each.seconds) for each in found] == [(1, 3.0, 2.0), (2, 1.0, 4.0)]


async def test_days_are_in_their_order_and_bounded_on_both_sides(database: Database) -> None:
    days = [DAY - timedelta(days=number) for number in range(4)]
    costs = await keep(database, *(call(number, day=day) for number, day in enumerate(days)))
    found = await costs.by("day", days[2], days[1])
    assert [date.fromisoformat(each.key) for each in found] == [days[2], days[1]]
    assert (await costs.total(days[2], days[1])).calls == 2


async def test_a_total_can_be_one_customers_or_departments(database: Database) -> None:
    costs = await keep(database, call(), call(1, customer_id="ben", department="technical", cost=2.0))
    assert (await costs.total(DAY, DAY, customer_id="ben")).cost == 2.0
    assert (await costs.total(DAY, DAY, department="billing")).cost == 0.5
