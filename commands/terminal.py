"""The terminal as commands write to it."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Column, Table

DROPPED = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
"""Control characters: in the name of a file or a title they would steer the terminal of who reads it. They
have no width, so that tables stay as they were measured without them."""


class PlainConsole(Console):
    """A console that shows text and obeys none of it; its own styles are put around it later."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Return the pieces of what is to be shown, without control characters in their text."""
        for piece in super().render(renderable, options):
            yield piece if piece.control else Segment(printable(piece.text), piece.style)


def printable(text: str) -> str:
    """Return text that steers no terminal."""
    return text.translate(DROPPED)


def terminal(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is: a file called ``notes [final].md`` holds no mark-up."""
    return PlainConsole(highlight=False, markup=False, emoji=False, stderr=stderr)


def whole_table(*columns: str, title: str | None = None, plain: bool = False) -> Table:
    """Return a table that breaks what is too long for its column into lines, and cuts nothing off.

    A ``plain`` one has no rules, so that eight columns fit a terminal of 80.
    """
    words = {name: max(map(len, name.split())) for name in columns}
    parts = [Column(name, overflow="fold", min_width=width) for name, width in words.items()]
    if plain:
        return Table(*parts, title=title, title_justify="left", box=None, padding=(0, 1, 0, 0), pad_edge=False)
    return Table(*parts, title=title, title_justify="left")
