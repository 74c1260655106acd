"""What ``holdfast up`` says when it is ready: where to go, and who to log in as."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from activities.settings import Settings
from commands.door import DEMO_USERS, Login, read_logins
from commands.runtime import Runtime

SHOWN = "logins-shown.json"


def print_welcome(settings: Settings, runtime: Runtime, console: Console) -> None:
    """Print addresses and log-ins; passwords the first time only, later the file that has them."""
    console.print(_lines(_addresses(runtime)), soft_wrap=True, markup=False)
    if (settings.data_dir / DEMO_USERS).exists():
        logins = read_logins(settings)
        first = not _shown(settings.data_dir, logins)
        file = settings.data_dir / DEMO_USERS
        console.print(f"Log in as (passwords {'and key also' if first else 'and key'} in {file})", soft_wrap=True)
        console.print(_lines(_log_ins(logins, with_secrets=first)), soft_wrap=True, markup=False)
    console.print(f"Holdfast is ready at {runtime.url}. Ctrl-C ends it.", soft_wrap=True)


def _addresses(runtime: Runtime) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("Chat", f"{runtime.url}/"), ("API", f"{runtime.url}/docs")]
    return [*rows, ("Workflows", runtime.temporal_ui)] if runtime.temporal_ui else rows


def _log_ins(logins: Sequence[Login], *, with_secrets: bool) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for login in logins:
        secret = login.get("password") or login.get("api_key", "")
        rows.append((login["username"], login["role"], login.get("department", ""), secret if with_secrets else ""))
    return rows


def _lines(rows: Sequence[Sequence[str]]) -> str:
    """Align columns without ever breaking a cell: addresses and passwords are there to be copied."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        ("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip() for row in rows
    )


def _shown(data_dir: Path, logins: Sequence[Login]) -> bool:
    """Return whether these log-ins were printed before, and remember that they are now."""
    marker = data_dir / SHOWN
    names = json.dumps([login["username"] for login in logins])
    seen = marker.is_file() and marker.read_text(encoding="utf-8") == names
    marker.write_text(names, encoding="utf-8")
    return seen
