"""The colours of the pages can be read by everybody: contrast by WCAG 2.2, 1.4.3 and 1.4.11, in both schemes."""

import re

import pytest

from ui.theme import ASSETS

TEXT, SHAPE = 4.5, 3.0
GROUNDS = ("ground", "surface", "sunken", "accent-soft")
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-soft", "ink-faint", "accent", "accent-strong") for ground in GROUNDS),
    *((kind, f"{kind}-soft", TEXT) for kind in ("amber", "coral", "good")),
    *((kind, ground, TEXT) for kind in ("amber", "coral") for ground in ("surface", "accent-soft")),
    ("on-accent", "accent", TEXT),
    ("on-mine", "mine", TEXT),
    ("ink", "mark", TEXT),
    *(("star-off", ground, SHAPE) for ground in ("ground", "surface")),
]


def colours(selector: str) -> dict[str, str]:
    sheet = (ASSETS / "tokens.css").read_text(encoding="utf-8")
    block = sheet.partition(f"{selector} {{")[2].partition("\n}")[0]
    return dict(re.findall(r"--hf-([\w-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("selector", [":root", ".dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_words_and_signs_stand_out_from_what_is_behind_them(front: str, back: str, least: float, selector: str) -> None:
    known = colours(selector)
    assert contrast(known[front], known[back]) >= least
