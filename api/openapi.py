"""The committed description of this door: ``python -m api.openapi`` writes ``openapi.json`` anew."""

import json
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from api.application import create_app
from api.deps import Services

COMMITTED = Path(__file__).with_name("openapi.json")


def current() -> dict[str, Any]:
    """Return the description of the application as it is now."""
    return create_app(_never_opened).openapi()


def render(schema: dict[str, Any]) -> str:
    """Return the description as it is committed: sorted, so that a change is a small difference."""
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _never_opened() -> AbstractAsyncContextManager[Services]:
    raise AssertionError("describing the routes opens nothing")


if __name__ == "__main__":
    COMMITTED.write_text(render(current()), encoding="utf-8")
    sys.stdout.write(f"wrote {COMMITTED.name}\n")
