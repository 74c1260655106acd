"""Texts without the names of products: "how do I return the Pocket SSD" asks about returns first.

Its vector is nearer to all that is said of a Pocket SSD than to returns; which product is meant other signals tell.
"""

import re

from activities.models.followup import Slots

THING = "the device"
KIND = "device"
"""Of the slots: what the company's products are called."""


class ProductNames:
    """Replaces what a company's products are called, with the word before it, by ``THING``."""

    def __init__(self, slots: Slots) -> None:
        """Know the spellings that ``slots`` has of products."""
        spellings = sorted((each for product in slots.get(KIND, ()) for each in product), key=len, reverse=True)
        named = "|".join(map(re.escape, spellings))
        self._pattern = re.compile(rf"\b(?:(?:the|my|our|an?|your)\s+)?(?:{named})\b", re.I) if named else None

    def replaced(self, text: str) -> str:
        """Return a text with no product's name."""
        return self._pattern.sub(THING, text) if self._pattern else text


NO_NAMES = ProductNames({})
