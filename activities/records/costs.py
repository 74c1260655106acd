"""Costs: what the calls of chat models added up to, by any of their sides."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select

from activities.records.cost_tables import ModelCall
from activities.records.database import Database

Side = Literal["day", "model", "customer", "department", "conversation", "turn"]
COLUMNS: dict[Side, Any] = {
    "day": ModelCall.day,
    "model": ModelCall.model,
    "customer": ModelCall.customer_id,
    "department": ModelCall.department,
    "conversation": ModelCall.conversation_id,
    "turn": ModelCall.turn_id,
}


@dataclass(frozen=True)
class Spent:
    """What one group of calls used; ``key`` is the day, model, customer ... they share, and empty for all of them."""

    key: str
    calls: int
    input_tokens: int
    output_tokens: int
    seconds: float
    cost: float


class Costs:
    """All SQL about model calls; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by(self, side: Side, since: date, until: date, *, limit: int = 100) -> list[Spent]:
        """Return the dearest groups of the days ``since`` to ``until``, both included; days come in their order."""
        column = COLUMNS[side]
        query = _sums(column).where(ModelCall.day >= since, ModelCall.day <= until).group_by(column)
        order = column if side == "day" else func.sum(ModelCall.cost).desc()
        async with self._database.read() as session:
            rows = await session.execute(query.order_by(order, column).limit(limit))
            return [Spent(str(key), *rest) for key, *rest in rows]

    async def total(
        self, since: date, until: date, *, customer_id: str | None = None, department: str | None = None
    ) -> Spent:
        """Return the sum of the days ``since`` to ``until``, of one customer or department when named."""
        which: list[ColumnElement[bool]] = [ModelCall.day >= since, ModelCall.day <= until]
        if customer_id is not None:
            which.append(ModelCall.customer_id == customer_id)
        if department is not None:
            which.append(ModelCall.department == department)
        async with self._database.read() as session:
            _, *sums = (await session.execute(_sums(func.max("")).where(*which))).one()
        return Spent("", *(value or 0 for value in sums))


def _sums(key: Any) -> Select[Any]:
    used = (ModelCall.input_tokens, ModelCall.output_tokens, ModelCall.seconds, ModelCall.cost)
    return select(key, func.count(), *(func.sum(each) for each in used))
