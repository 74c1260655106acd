"""What crosses this door about costs."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from activities.budgets import BudgetName, BudgetStage
from activities.records.costs import Side


class CostRow(BaseModel):
    """What one group of calls used; ``cost`` is in the installation's currency."""

    model_config = ConfigDict(from_attributes=True)
    key: str
    calls: int
    input_tokens: int
    output_tokens: int
    seconds: float
    cost: float


class BudgetView(BaseModel):
    """How far a budget is used: ``warned`` near its limit, ``stopped`` when only the embedded engine answers."""

    model_config = ConfigDict(from_attributes=True)
    name: BudgetName
    limit: float
    spent: float
    stage: BudgetStage


class CostView(BaseModel):
    """Costs of some days, both included, added up by one side."""

    currency: str
    since: date
    until: date
    by: Side
    items: list[CostRow]
    total: CostRow
    budgets: list[BudgetView]
    as_of: datetime
