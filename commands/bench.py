"""``holdfast bench`` and ``holdfast drill``: measurements and crash drills found by listing their folders."""

import asyncio
import inspect
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import Any

from commands.errors import BadInputError
from commands.evals import print_result

ROOT = Path(__file__).parent.parent / "evals"
RUN = re.compile(r"^(?:async )?def run\(", re.MULTILINE)


def names_in(folder: str) -> list[str]:
    """Return the public modules of ``evals/<folder>`` that have a ``run``, without importing any."""
    found = sorted(module.name for module in pkgutil.iter_modules([str(ROOT / folder)]))
    return [name for name in found if RUN.search((ROOT / folder / f"{name}.py").read_text(encoding="utf-8"))]


def run(folder: str, name: str | None, *, as_json: bool, **options: Any) -> None:
    """Run one module of ``evals/<folder>``, or all; each result is printed as it comes, JSON as one object.

    ``options`` that are None are left out, and a module gets those that its ``run`` takes. Raises ``BadInputError``.
    """
    known = names_in(folder)
    if name is not None and name not in known:
        raise BadInputError(f"There is no {name!r} in {folder}: {', '.join(known) or 'none yet'}")
    results = {}
    for chosen in [name] if name else known:
        results[chosen] = _run_one(f"evals.{folder}.{chosen}", options)
        if not as_json:
            print_result(chosen, results[chosen], as_json=False)
    if as_json:
        print_result(folder, results[name] if name else results, as_json=True)


def _run_one(module: str, options: dict[str, Any]) -> dict[str, Any]:
    function = import_module(module).run
    taken = inspect.signature(function).parameters
    result = function(**{key: value for key, value in options.items() if key in taken and value is not None})
    final: dict[str, Any] = asyncio.run(result) if inspect.iscoroutine(result) else result
    return final
