"""Costs as HTML: budgets as meters, and a table of what was used."""

from collections.abc import Sequence
from html import escape

from ui import cost_words as said
from ui import markup
from ui.cases import section, tag
from ui.cost_contract import Budget, Costs, Side, Used
from ui.words import spoken

CENT = 0.005
"""Smaller amounts are shown with more digits, as calls of a model at home are."""


def costs_html(costs: Costs, side: Side) -> str:
    """Return the budgets, and what was used of each day, department or model."""
    return f'<div class="hf-costs">{section(said.BUDGETS, budgets_html(costs), 2)}{used_html(costs, side)}</div>'


def budgets_html(costs: Costs) -> str:
    """Return how far each budget is used."""
    if not costs.budgets:
        return f"<p class=hf-facts>{said.BUDGETS_NONE}</p>"
    return f"<ul>{''.join(budget_html(each, costs.currency) for each in costs.budgets)}</ul>"


def budget_html(budget: Budget, currency: str) -> str:
    """Return one budget as a meter with its state in words."""
    share = round(100 * min(1.0, budget.spent / budget.limit)) if budget.limit else 100
    kind = {"warned": "warm", "stopped": "hot"}.get(budget.stage, "review")
    name = said.BUDGET_NAMES.get(budget.name, spoken(budget.name))
    told = said.SPENT.format(spent=amount(budget.spent, currency), limit=amount(budget.limit, currency))
    return (
        f"<li class=hf-budget><b>{escape(name)}</b>{tag(said.STAGES.get(budget.stage, spoken(budget.stage)), kind)}"
        f'<span class="hf-meter hf-{kind}" role="meter" aria-valuenow="{share}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-label="{escape(name)}"><span style="width:{share}%"></span></span>'
        f"<small>{escape(told)}</small></li>"
    )


def used_html(costs: Costs, side: Side) -> str:
    """Return the table, or that no model was asked."""
    if not costs.total.calls:
        return markup.empty(said.EMPTY_TITLE, said.EMPTY)
    notice = "" if costs.total.cost else markup.note(said.NO_PRICES)
    title = said.USED.format(since=f"{costs.since:%d %b %Y}", until=f"{costs.until:%d %b %Y}")
    return notice + section(title, table(costs.items, costs.total, costs.currency, side), 2)


def table(rows: Sequence[Used], total: Used, currency: str, side: Side) -> str:
    """Return what each used, and all of them."""
    first = next(name for name, each in said.SIDES if each == side)
    heads = "".join(f"<th scope=col>{each}</th>" for each in (first, *said.HEADS))
    body = "".join(f"<tr>{row(label(each.key, side), each, currency)}</tr>" for each in rows)
    foot = f"<tfoot><tr>{row(said.TOTAL, total, currency)}</tr></tfoot>"
    return f'<div class="hf-wide"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>{foot}</table></div>'


def row(name: str, used: Used, currency: str) -> str:
    """Return the cells of one line."""
    tokens = (used.calls, used.input_tokens, used.output_tokens)
    numbers = [*(f"{each:,}" for each in tokens), f"{used.seconds:,.0f}", amount(used.cost, currency)]
    return f"<th scope=row>{escape(name)}</th>" + "".join(f"<td>{escape(each)}</td>" for each in numbers)


def label(key: str, side: Side) -> str:
    """Return a day, model or department as people read it."""
    if not key:
        return said.NOBODY
    return spoken(key) if side == "department" else key


def amount(value: float, currency: str) -> str:
    """Return an amount of money."""
    return f"{value:,.4f} {currency}" if 0 < value < CENT else f"{value:,.2f} {currency}"
