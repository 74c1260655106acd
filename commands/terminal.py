"""The terminal as commands write to it."""

from rich.console import Console
from rich.table import Column, Table


def terminal(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is: a file called ``notes [final].md`` holds no mark-up."""
    return Console(highlight=False, markup=False, emoji=False, stderr=stderr)


def whole_table(*columns: str, title: str | None = None, plain: bool = False) -> Table:
    """Return a table that breaks what is too long for its column into lines, and cuts nothing off.

    A ``plain`` one has no rules, so that eight columns fit a terminal of 80.
    """
    words = {name: max(map(len, name.split())) for name in columns}
    parts = [Column(name, overflow="fold", min_width=width) for name, width in words.items()]
    if plain:
        return Table(*parts, title=title, title_justify="left", box=None, padding=(0, 1, 0, 0), pad_edge=False)
    return Table(*parts, title=title, title_justify="left")
