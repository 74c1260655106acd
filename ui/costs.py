"""The page of the costs: budgets, and what chat models used."""

from datetime import UTC, datetime, timedelta
from typing import cast

import gradio as gr

from ui import cost_words as said
from ui import markup, shell, words
from ui.client import Api, ApiError, Caller
from ui.cost_contract import Costs, Side
from ui.cost_tables import costs_html
from ui.layout import EVENT
from ui.sessions import token_of

DAYS, SIDE = 30, "day"


class Ledger(Caller):
    """Costs with one person's rights. Every method raises ``ApiError``."""

    @classmethod
    def of(cls, api: Api, token: str) -> "Ledger":
        """Return the costs as the holder of this token may see them."""
        return cls(api.http, token)

    async def costs(self, days: int, side: Side) -> Costs:
        """Return the costs of the last ``days`` in UTC, today included."""
        since = datetime.now(UTC).date() - timedelta(days=days - 1)
        return await self._read(Costs, "GET", "/v1/costs", params={"by": side, "since": since.isoformat()})


class CostDesk:
    """What the page's events call, with the rights of whoever calls."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def show(self, days: int, side: str, request: gr.Request) -> str:
        """Return budgets and costs."""
        chosen = cast(Side, side)
        try:
            return costs_html(await Ledger.of(self._api, token_of(request)).costs(int(days), chosen), chosen)
        except ApiError as error:
            return markup.trouble(error)


def build_costs(api: Api) -> gr.Blocks:
    """Return the page of the costs."""
    desk, bar = CostDesk(api), shell.Bar(api, said.COSTS_TITLE)
    with gr.Blocks(title=f"{said.COSTS_TITLE} · {words.PRODUCT}", analytics_enabled=False, fill_width=True) as blocks:
        top = shell.top(said.COSTS_TITLE)
        with gr.Column(elem_id="hf-spent"):
            with gr.Row(elem_id="hf-spent-form"):
                days = gr.Radio(list(said.PERIODS), value=DAYS, label=said.PERIOD, elem_id="hf-days")
                side = gr.Radio(list(said.SIDES), value=SIDE, label=said.BY, elem_id="hf-sum-by")
            shown = gr.HTML("", elem_id="hf-costs", apply_default_css=False)
        gr.on([blocks.load, days.change, side.change], desk.show, [days, side], [shown], **EVENT)
        blocks.load(bar.show, None, [top], **EVENT)
    return blocks
