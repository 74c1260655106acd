"""Counts as people read them."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 document``, ``2,448 documents``; ``plural`` where an *s* does not make it."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
