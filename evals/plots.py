"""Plots as SVG text, for a page that loads nothing from elsewhere. Colours are told apart in grey print, too."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT, MARGIN = 420, 300, 46
_BLUE, _ORANGE, _GREY, _INK = "#2b6cb0", "#c05621", "#cbd5e0", "#1a202c"
BAR_HEIGHT = 22
LABEL_WIDTH = 190


def bars(rows: Sequence[Mapping[str, Any]], label: str = "name", floor: float | None = None) -> str:
    """Draw a bar a row for ``value`` (0..1), with a whisker from ``low`` to ``high`` and ``n`` behind it."""
    width, height = LABEL_WIDTH + 330, BAR_HEIGHT * len(rows) + 30
    scale = 220.0
    parts = [_axis(LABEL_WIDTH, height - 26, scale)]
    for number, row in enumerate(rows):
        top = number * BAR_HEIGHT + 4
        value, low, high = (
            float(row["value"]),
            float(row.get("low", row["value"])),
            float(row.get("high", row["value"])),
        )
        middle = top + BAR_HEIGHT / 2 - 3
        parts += [
            _text(LABEL_WIDTH - 8, middle + 4, str(row[label]), "end"),
            f'<rect x="{LABEL_WIDTH}" y="{top}" width="{value * scale:.1f}" height="{BAR_HEIGHT - 7}" fill="{_BLUE}"/>',
            _line(LABEL_WIDTH + low * scale, middle, LABEL_WIDTH + high * scale, middle, _INK, 2),
            _text(LABEL_WIDTH + scale + 12, middle + 4, f"{value:.3f}  n = {row['n']}"),
        ]
    if floor is not None:
        parts.append(_line(LABEL_WIDTH + floor * scale, 0, LABEL_WIDTH + floor * scale, height - 26, _ORANGE, 1.5))
    return _svg(width, height, parts, "bars with 95 % intervals")


def curve(
    points: Sequence[tuple[float, float]],
    across: str,
    up: str,
    diagonal: bool = False,
    counts: Sequence[int] = (),
) -> str:
    """Draw points (0..1 both ways) joined by a line; ``diagonal`` is where honest scores lie.

    With ``counts`` the area of a point is by its number of cases, which stands beside it.
    """
    place = [(MARGIN + x * (WIDTH - 2 * MARGIN), HEIGHT - MARGIN - y * (HEIGHT - 2 * MARGIN)) for x, y in points]
    parts = [_frame(across, up)]
    if diagonal:
        parts.append(_line(MARGIN, HEIGHT - MARGIN, WIDTH - MARGIN, MARGIN, _ORANGE, 1.5, dashed=True))
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in place)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{_BLUE}" stroke-width="2"/>')
    if counts:
        most = max(counts)
        sized = [(x, y, 3 + 9 * math.sqrt(count / most), count) for (x, y), count in zip(place, counts, strict=True)]
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{_BLUE}"/>' for x, y, r, _ in sized]
        parts += [_text(x + r + 2, y - r, str(count)) for x, y, r, count in sized]
    elif len(place) <= 25:
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{_BLUE}"/>' for x, y in place]
    return _svg(WIDTH, HEIGHT, parts, f"{up} by {across}")


def matrix(counts: Mapping[str, Mapping[str, int]], across: Sequence[str], rows: str, columns: str) -> str:
    """Draw counts as squares, a row for each key of ``counts``, the darker the larger the share of the row."""
    side, left = 78, 130
    width, height = left + side * len(across) + 10, 60 + 44 * len(counts)
    parts = [_text(left, 14, f"{columns} →"), _text(4, 36, f"{rows} ↓")]
    parts += [_text(left + side * (number + 0.5), 36, name, "middle") for number, name in enumerate(across)]
    for down, (name, found) in enumerate(counts.items()):
        total, top = sum(found.values()) or 1, 46 + 44 * down
        parts.append(_text(left - 8, top + 26, name, "end"))
        for number, column in enumerate(across):
            count = found.get(column, 0)
            share = count / total
            ink = "#ffffff" if share > 0.55 else _INK
            parts += [
                f'<rect x="{left + side * number}" y="{top}" width="{side - 3}" height="41" fill="{_BLUE}" '
                f'fill-opacity="{0.06 + 0.94 * share:.2f}"/>',
                _text(left + side * (number + 0.5), top + 26, str(count), "middle", ink),
            ]
    return _svg(width, height, parts, f"{rows} against {columns}")


def _frame(across: str, up: str) -> str:
    parts = []
    for step in range(6):
        x = MARGIN + step / 5 * (WIDTH - 2 * MARGIN)
        y = HEIGHT - MARGIN - step / 5 * (HEIGHT - 2 * MARGIN)
        parts += [
            _line(x, MARGIN, x, HEIGHT - MARGIN, _GREY, 0.6),
            _line(MARGIN, y, WIDTH - MARGIN, y, _GREY, 0.6),
            _text(x, HEIGHT - MARGIN + 16, f"{step / 5:.1f}", "middle"),
            _text(MARGIN - 6, y + 4, f"{step / 5:.1f}", "end"),
        ]
    parts += [_text(WIDTH / 2, HEIGHT - 8, across, "middle"), _text(MARGIN, MARGIN - 14, up)]
    return "".join(parts)


def _axis(left: float, bottom: float, scale: float) -> str:
    marks = [_line(left + step / 5 * scale, 0, left + step / 5 * scale, bottom, _GREY, 0.6) for step in range(6)]
    marks += [_text(left + step / 5 * scale, bottom + 16, f"{step / 5:.1f}", "middle") for step in range(6)]
    return "".join(marks)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, thick: float, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{thick}"{dash}/>'


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = _INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _svg(width: float, height: float, parts: Sequence[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" role="img" aria-label="{escape(title)}" '
        f'font-family="sans-serif" font-size="12"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )
