"""Gradio imported without writing type stubs, which takes half of its import.

For each of its components Gradio parses its own source and writes a ``.pyi`` file beside it, at every start: two
seconds of processor time, for editors. Its own stubs come with the package.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

COMPONENTS = "gradio.component_meta"


class WithoutStubs(MetaPathFinder):
    """Finds the module that makes component classes, and takes the writing of stubs out of it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module's own specification; None for every other module."""
        spec = PathFinder.find_spec(fullname, path) if fullname == COMPONENTS else None
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_without(module: ModuleType) -> None:
            load(module)
            module.__dict__["create_or_modify_pyi"] = lambda *_: None

        spec.loader.exec_module = load_without  # type: ignore[method-assign]  # of this one loader
        return spec


def leave_out_stubs() -> None:
    """Have the next import of Gradio write none; called again, or after that import, it changes nothing."""
    if not any(isinstance(finder, WithoutStubs) for finder in sys.meta_path):
        sys.meta_path.insert(0, WithoutStubs())
