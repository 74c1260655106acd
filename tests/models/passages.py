"""Passages as the index gives them, for tests of the engine and the check."""

from typing import Literal

from activities.ports import Passage


def make_passage(
    text: str,
    *,
    document: str = "doc",
    title: str = "Refund policy",
    heading: str = "",
    kind: Literal["text", "steps", "table"] = "text",
    position: int = 0,
    start: int = 0,
    score: float = 0.5,
) -> Passage:
    return Passage(
        chunk_id=f"{document}:1:{position}",
        document_id=document,
        title=title,
        version=1,
        position=position,
        heading=heading,
        kind=kind,
        text=text,
        start=start,
        end=start + len(text),
        department="billing",
        classification="public",
        score=score,
        dense_score=score,
        lexical_score=score,
    )


YEARLY = make_passage(
    "A yearly plan can be refunded in full within 30 days of the payment. The same 30 days apply to each renewal.\n\n"
    "Gift balance cannot be paid out in money.",
    heading="Yearly plans",
    start=100,
    score=0.6,
)
STEPS = make_passage(
    "You can cancel a plan at any time.\n\n1. Open Settings > Billing > Plan.\n2. Press Cancel plan.\n"
    "3. Press Confirm cancellation.",
    document="cancel",
    title="Cancel a subscription",
    heading="How to cancel",
    kind="steps",
    score=0.6,
)
PRICES = make_passage(
    "Plan: Personal; Price: EUR 3.99 a month; Storage: 500 GB\nPlan: Family; Price: EUR 9.99 a month; Storage: 2 TB",
    document="prices",
    title="Table of plans and prices",
    kind="table",
    score=0.55,
)
