"""File formats behind one registry: a module of this package with a ``FORMAT`` is a format, and nothing else is needed.

``document.py`` says what a format promises and what a parsed document is; ``builder.py`` is how to write one.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from activities.knowledge.formats.document import Format


@cache
def load_formats() -> tuple[Format, ...]:
    """Return one instance of each format, by module name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return tuple(module.FORMAT for module in modules if hasattr(module, "FORMAT"))
