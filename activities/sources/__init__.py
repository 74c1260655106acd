"""Sources of documents behind one protocol: a module of this package with a ``KIND`` is a connector.

``connector.py`` says what a connector promises; ``sync.py`` is what drives it.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from activities.sources.connector import Kind


@cache
def load_kinds() -> dict[str, Kind]:
    """Return each kind of source by its name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    kinds: list[Kind] = [module.KIND for module in modules if hasattr(module, "KIND")]
    return {kind.name: kind for kind in kinds}
