"""What is wrong with a file of data, in a few words."""

from pydantic import ValidationError


def fault(error: Exception) -> str:
    """Return what a reader's error says; of a row that does not fit its first fault, ``question: Field required``."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else first["msg"]
