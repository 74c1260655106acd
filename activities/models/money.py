"""Amounts of money named in a message."""

import re

_CURRENCY = r"(?:us\s?\$|\$|€|£|usd|eur|gbp|chf|dollars?|euros?|pounds?|bucks|francs?)"
_NUMBER = r"\d{1,3}(?:[ .,'’]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_AMOUNT = re.compile(
    rf"(?<![\w.,]){_CURRENCY}\s?(?P<after>{_NUMBER})(?P<k>k\b)?|(?<![\w.,])(?P<before>{_NUMBER})(?P<k2>k)?\s?{_CURRENCY}(?!\w)",
    re.IGNORECASE,
)


def amounts(text: str) -> list[float]:
    """Return every amount with a currency in ``text``, in its own currency, in order.

    Reads ``$1,200.50``, ``1.200,50 €``, ``EUR 99``, ``89 dollars`` and ``$2k``; a number without a currency is none.
    """
    return [
        _value(found["after"] or found["before"]) * (1000 if found["k"] or found["k2"] else 1)
        for found in _AMOUNT.finditer(text)
    ]


def _value(digits: str) -> float:
    """The last separator is the decimal one when one or two digits follow it; every other one groups thousands."""
    whole, separator, rest = digits.rpartition("," if digits.rfind(",") > digits.rfind(".") else ".")
    if separator and len(rest) <= 2:
        return float(re.sub(r"\D", "", whole) + "." + rest)
    return float(re.sub(r"\D", "", digits))
