"""What the use of a model costs: tokens of hosted ones, seconds of compute of one's own."""

from collections.abc import Mapping

from typing_extensions import TypedDict

MILLION = 1_000_000


class Price(TypedDict, total=False):
    """Prices of one model in the installation's currency; what is left out is free."""

    input: float
    """Of a million tokens read."""
    output: float
    """Of a million tokens written."""
    second: float
    """Of a second of compute, for models on one's own machines."""


OTHER = "*"
"""The price of models that the table does not name."""


def cost_of(
    prices: Mapping[str, Price], model: str, *, input_tokens: int = 0, output_tokens: int = 0, seconds: float = 0.0
) -> float:
    """Return what one call costs; 0 for a model without a price."""
    price = prices.get(model) or prices.get(OTHER) or {}
    tokens = price.get("input", 0.0) * input_tokens + price.get("output", 0.0) * output_tokens
    return tokens / MILLION + price.get("second", 0.0) * seconds
