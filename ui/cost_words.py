"""Every text that a person reads on the page of the costs."""

from types import MappingProxyType

COSTS_TITLE = "Costs"
PERIOD = "Period"
PERIODS = (("7 days", 7), ("30 days", 30), ("90 days", 90))
BY = "Added up by"
SIDES = (("Day", "day"), ("Department", "department"), ("Model", "model"))
BUDGETS = "Budgets"
BUDGETS_NONE = "No budget is set: chat models may be asked without a limit."
BUDGET_NAMES = MappingProxyType({"day": "Today", "month": "This month"})
STAGES = MappingProxyType(
    {"ok": "within the budget", "warned": "nearly spent", "stopped": "spent: only the embedded engine answers"}
)
SPENT = "{spent} of {limit}"
USED = "What chat models used, {since} to {until} (UTC)"
HEADS = ("Calls", "Tokens read", "Tokens written", "Seconds", "Cost")
TOTAL = "All"
NOBODY = "none named"
EMPTY_TITLE = "No chat model was asked"
EMPTY = "In these days the embedded engine wrote all answers; it costs nothing."
NO_PRICES = "No prices are set, so every call costs 0. An operator sets them."
