"""The terminal as commands write to it."""

from rich.console import Console


def terminal(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is: a file called ``notes [final].md`` holds no mark-up."""
    return Console(highlight=False, markup=False, emoji=False, stderr=stderr)
