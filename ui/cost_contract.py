"""The HTTP contract of the costs, as the page reads it: fields it uses, with defaults."""

from datetime import date
from typing import Literal

from pydantic import BaseModel

Side = Literal["day", "model", "department"]


class Used(BaseModel):
    """What the calls of one day, model or department used; ``cost`` is in the installation's currency."""

    key: str = ""
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    cost: float = 0.0


class Budget(BaseModel):
    """How far a budget is used."""

    name: str
    limit: float
    spent: float
    stage: str = "ok"


class Costs(BaseModel):
    """Costs of some days, both included."""

    currency: str
    since: date
    until: date
    items: list[Used] = []
    total: Used = Used()
    budgets: list[Budget] = []
