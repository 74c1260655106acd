"""Budgets of the chat models: a warning near the limit, the embedded engine beyond it, and operators told of both."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, Protocol

from activities import metrics
from activities.records.costs import Spent
from activities.records.database import DatabaseUnavailableError
from activities.settings import Settings

logger = logging.getLogger(__name__)
BudgetName = Literal["day", "month", "customer_day"]
BudgetStage = Literal["ok", "warned", "stopped"]
BELIEVED_SECONDS = 5.0
"""How old the sums may be: that much may be spent beyond a limit."""
KNOWN_CUSTOMERS = 10_000


class Ledger(Protocol):
    """``records.costs.Costs``."""

    async def total(
        self, since: date, until: date, *, customer_id: str | None = None, department: str | None = None
    ) -> Spent:
        """Return what was spent."""
        ...


@dataclass(frozen=True)
class Limits:
    """The most that may be spent, in the installation's currency; 0 sets no limit."""

    day: float = 0.0
    month: float = 0.0
    customer_day: float = 0.0
    warn_share: float = 0.8
    """From this share of a limit on operators are warned."""


def budget_limits(settings: Settings) -> Limits:
    """Return the limits that the settings name."""
    return Limits(settings.budget_day, settings.budget_month, settings.budget_customer_day, settings.budget_warn_share)


@dataclass(frozen=True)
class Budget:
    """How far one budget is used."""

    name: BudgetName
    limit: float
    spent: float
    stage: BudgetStage


class Budgets:
    """Looks at what was spent before each turn; sums are a few seconds old at most."""

    def __init__(self, ledger: Ledger, limits: Limits, today: Callable[[], date] = lambda: datetime.now(UTC).date()):
        """Watch ``ledger``; days and months are those of UTC."""
        self._ledger = ledger
        self._limits = limits
        self._today = today
        self._seen: dict[str, tuple[float, float]] = {}
        self._told: dict[str, BudgetStage] = {}
        self._lock = asyncio.Lock()

    async def allow(self, customer_id: str) -> str:
        """Return why the chat model may not be asked now, or an empty string. Never raises.

        When the ledger cannot be read the model is not asked: nobody knows what it has cost.
        """
        try:
            for budget in await self.look(customer_id):
                if budget.stage == "stopped":
                    return f"the budget {budget.name!r} of {budget.limit:g} is spent"
        except DatabaseUnavailableError:
            return "what was spent cannot be read"
        return ""

    async def look(self, customer_id: str = "") -> list[Budget]:
        """Return the budgets that are set, that of a customer only when one is named.

        Raises ``DatabaseUnavailableError``.
        """
        today = self._today()
        found = []
        if self._limits.day:
            found.append(self._budget("day", self._limits.day, await self._spent("day", today)))
        if self._limits.month:
            found.append(self._budget("month", self._limits.month, await self._spent("month", today.replace(day=1))))
        if self._limits.customer_day and customer_id:
            mine = await self._spent(f"customer:{customer_id}", today, customer_id)
            found.append(self._budget("customer_day", self._limits.customer_day, mine))
        for budget in found:
            self._tell(budget)
        return found

    async def _spent(self, key: str, since: date, customer_id: str | None = None) -> float:
        async with self._lock:
            read_at, spent = self._seen.get(key, (-BELIEVED_SECONDS, 0.0))
            if time.monotonic() - read_at >= BELIEVED_SECONDS:
                spent = (await self._ledger.total(since, self._today(), customer_id=customer_id)).cost
                if len(self._seen) >= KNOWN_CUSTOMERS:
                    self._seen.clear()
                self._seen[key] = (time.monotonic(), spent)
            return spent

    def _budget(self, name: BudgetName, limit: float, spent: float) -> Budget:
        stage: BudgetStage = (
            "stopped" if spent >= limit else "warned" if spent >= limit * self._limits.warn_share else "ok"
        )
        return Budget(name, limit, spent, stage)

    def _tell(self, budget: Budget) -> None:
        """Tell operators once of each change; customers' own budgets stay out of metrics and logs."""
        if budget.name == "customer_day":
            return
        metrics.BUDGET_USED.labels(budget.name).set(budget.spent / budget.limit)
        if self._told.get(budget.name, "ok") != budget.stage:
            self._told[budget.name] = budget.stage
            logger.warning("budget %s is %s: %.2f of %.2f", budget.name, budget.stage, budget.spent, budget.limit)
