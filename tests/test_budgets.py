from dataclasses import dataclass, field
from datetime import date

import pytest

from activities import budgets
from activities.budgets import Budgets, Limits
from activities.records.costs import Spent
from activities.records.database import DatabaseUnavailableError

TODAY = date(2026, 11, 27)


@dataclass
class Ledger:
    """What was spent by everybody, and by each customer."""

    spent: float = 0.0
    customers: dict[str, float] = field(default_factory=dict)
    down: bool = False
    asked: list[date] = field(default_factory=list)

    async def total(
        self, since: date, until: date, *, customer_id: str | None = None, department: str | None = None
    ) -> Spent:
        if self.down:
            raise DatabaseUnavailableError("away")
        self.asked.append(since)
        cost = self.spent if customer_id is None else self.customers.get(customer_id, 0.0)
        return Spent("", 1, 0, 0, 0.0, cost)


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr(budgets, "BELIEVED_SECONDS", 0.0)
    return Ledger()


def watch(ledger: Ledger, **limits: float) -> Budgets:
    return Budgets(ledger, Limits(**limits), lambda: TODAY)


async def test_without_limits_nothing_is_asked_and_everything_allowed(ledger: Ledger) -> None:
    assert await watch(ledger).allow("ada") == ""
    assert ledger.asked == []


@pytest.mark.parametrize(("spent", "stage"), [(0.0, "ok"), (7.9, "ok"), (8.0, "warned"), (10.0, "stopped")])
async def test_a_budget_is_warned_of_near_its_limit_and_stops_at_it(ledger: Ledger, spent: float, stage: str) -> None:
    ledger.spent = spent
    watched = watch(ledger, day=10)
    assert [each.stage for each in await watched.look()] == [stage]
    assert bool(await watched.allow("ada")) == (stage == "stopped")


async def test_a_month_begins_on_its_first_day(ledger: Ledger) -> None:
    await watch(ledger, month=10, day=5).look()
    assert ledger.asked == [TODAY, date(2026, 11, 1)]


async def test_one_customers_budget_stops_nobody_else(ledger: Ledger) -> None:
    ledger.customers = {"ada": 2.0}
    watched = watch(ledger, customer_day=2)
    assert "customer_day" in await watched.allow("ada")
    assert await watched.allow("ben") == ""


async def test_what_cannot_be_read_counts_as_spent(ledger: Ledger) -> None:
    ledger.down = True
    assert await watch(ledger, day=10).allow("ada") == "what was spent cannot be read"


async def test_operators_are_told_once_of_each_change(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    watched = watch(ledger, day=10)
    for ledger.spent in (1.0, 9.0, 9.5, 11.0, 12.0):
        await watched.look()
    assert [record.args[1] for record in caplog.records if record.args] == ["warned", "stopped"]  # type: ignore[index]
