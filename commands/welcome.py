"""What ``holdfast up`` says when it is ready: where to go, and who to log in as."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from activities.records.seed import FILE_NAME, DemoLogin
from activities.settings import Settings
from commands.runtime import Runtime

SHOWN = "logins-shown.json"


def print_welcome(settings: Settings, runtime: Runtime, logins: Sequence[DemoLogin], console: Console) -> None:
    """Print addresses and log-ins; passwords the first time only, later the file that has them."""
    console.print(_addresses(runtime))
    if logins:
        first = not _shown(settings.data_dir, logins)
        console.print(_log_ins(logins, settings.data_dir / FILE_NAME, with_secrets=first))
    console.print("Holdfast is ready. Ctrl-C ends it.")


def _addresses(runtime: Runtime) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row("Chat", f"{runtime.url}/")
    table.add_row("API", f"{runtime.url}/docs")
    if runtime.temporal_ui:
        table.add_row("Workflows", runtime.temporal_ui)
    return table


def _log_ins(logins: Sequence[DemoLogin], file: Path, *, with_secrets: bool) -> Table:
    table = Table(title="Log in as", title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("username", "role", "department", "password or API key"):
        table.add_column(heading, overflow="fold")
    for login in logins:
        secret = (login.password or login.api_key or "") if with_secrets else f"in {file}"
        table.add_row(login.username, login.role, login.department or "", secret)
    return table


def _shown(data_dir: Path, logins: Sequence[DemoLogin]) -> bool:
    """Return whether these log-ins were printed before, and remember that they are now."""
    marker = data_dir / SHOWN
    names = json.dumps([login.username for login in logins])
    seen = marker.is_file() and marker.read_text(encoding="utf-8") == names
    marker.write_text(names, encoding="utf-8")
    return seen
