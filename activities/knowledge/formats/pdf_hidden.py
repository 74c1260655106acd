"""Characters of a PDF page that no reader sees: white on white, tiny, or off the page."""

from typing import Any

TINY_POINTS = 2.0
NEARLY = 0.97
"""White from here on, of 1, in grey and RGB; in CMYK it is no ink."""


class Sight:
    """Tells for one pdfplumber page which of its objects a reader sees."""

    def __init__(self, page: Any) -> None:
        self._width, self._height = float(page.width), float(page.height)
        self._grounds = [
            (item["x0"], item["top"], item["x1"], item["bottom"])
            for item in (*page.rects, *page.curves, *page.images)
            if item.get("object_type") == "image" or (item.get("fill") and not _is_white(item["non_stroking_color"]))
        ]

    def sees(self, item: dict[str, Any]) -> bool:
        """Say yes for all but hidden characters."""
        if item.get("object_type") != "char" or not item["text"].strip():
            return True
        off = item["x1"] < 0 or item["bottom"] < 0 or item["x0"] > self._width or item["top"] > self._height
        if off or item["size"] < TINY_POINTS:
            return False
        return not _is_white(item.get("non_stroking_color")) or self._on_ground(item)

    def _on_ground(self, item: dict[str, Any]) -> bool:
        across, down = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
        return any(left <= across <= right and top <= down <= bottom for left, top, right, bottom in self._grounds)


def _is_white(colour: Any) -> bool:
    parts = colour if isinstance(colour, tuple | list) else (colour,)
    if not all(isinstance(part, int | float) for part in parts):
        return False  # a pattern, or no colour at all
    if len(parts) == 4:
        return all(part <= 1 - NEARLY for part in parts)
    return len(parts) in {1, 3} and all(part >= NEARLY for part in parts)
