"""The calls of chat models that a turn made, as rows with what they cost."""

from collections.abc import Mapping

from activities.records.cost_tables import ModelCall
from activities.turns import TurnRecord
from graphs.prices import Price, cost_of

CALLS_A_DRAFT = 100
"""A redraft counts on from here, so that it does not overwrite the calls of the draft before it."""


def model_calls(record: TurnRecord, prices: Mapping[str, Price]) -> list[ModelCall]:
    """Return one row a call; models that were not asked at all are left out."""
    state = record.state
    draft = state.get("draft")
    tries = draft["route"]["tries"] if draft and "route" in draft else []
    first = CALLS_A_DRAFT * state.get("redrafts", 0)
    return [
        ModelCall(
            turn_id=record.turn.id,
            number=number,
            conversation_id=record.turn.conversation_id,
            customer_id=record.owner_id,
            department=state["classification"]["department"] if "classification" in state else "",
            model=each["model"],
            outcome=each["outcome"],
            day=record.turn.created_at.date(),
            input_tokens=each["input_tokens"],
            output_tokens=each["output_tokens"],
            seconds=each["seconds"],
            cost=cost_of(
                prices,
                each["model"],
                input_tokens=each["input_tokens"],
                output_tokens=each["output_tokens"],
                seconds=each["seconds"],
            ),
            created_at=record.at,
        )
        for number, each in enumerate(tries, first)
        if each["outcome"] != "bypassed"
    ]
