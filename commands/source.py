"""``holdfast source``: sources of the knowledge, by the API of a running Holdfast."""

import json
import time
from collections.abc import Sequence
from typing import Any, Literal

from rich.console import Console

from activities.ports import Level
from activities.settings import Settings
from commands.door import Door, Json, find_login, find_url
from commands.errors import BadInputError
from commands.terminal import whole_table

POLL_SECONDS = 0.5
SHOWN = 20
Action = Literal["pause", "resume", "remove"]
SAID: dict[Action, str] = {
    "pause": "is paused", "resume": "goes on", "remove": "is being removed with its documents"
}  # fmt: skip


def open_door(settings: Settings) -> Door:
    """Return a session of the demo admin. Raises ``CommandError``."""
    return Door(find_url(settings), find_login(settings, None, "admin"))


def add(
    settings: Settings,
    console: Console,
    *,
    name: str,
    kind: str,
    options: Sequence[str],
    rules: Sequence[str],
    department: str,
    classification: Level,
    every: float,
) -> None:
    """Add a source; ``options`` are ``name=value`` of its config, ``rules`` JSON objects of rights."""
    body: Json = {
        "name": name,
        "kind": kind,
        "config": dict(map(_option, options)),
        "department": department,
        "classification": classification,
        "rights": [_json(rule) for rule in rules],
        "interval_seconds": every,
    }
    with open_door(settings) as door:
        door.call("POST", "/v1/sources", json=body)
    console.print(f"Added {name}: its documents are being read; `holdfast source list {name}` shows how it goes")


def show(settings: Settings, console: Console, name: str | None, *, as_json: bool) -> None:
    """Print all sources, or one with what was refused and skipped."""
    with open_door(settings) as door:
        names = [name] if name else [each["name"] for each in door.call("GET", "/v1/sources")["items"]]
        found = [door.call("GET", f"/v1/sources/{each}") for each in names]
        if as_json:
            console.print_json(json.dumps(found))
            return
        if not found:
            console.print("No sources yet: `holdfast source add` adds one")
            return
        table = whole_table(
            "source", "kind", "state", "documents", "refused", "skipped", "last sync", "trouble", plain=True
        )
        for each in found:
            table.add_row(*_row(each))
        console.print(table)
        if name:
            _print_troubles(door, name, console)


def sync(settings: Settings, console: Console, name: str, *, wait: bool) -> None:
    """Sync now; with ``wait`` follow it to its end."""
    with open_door(settings) as door:
        source = door.call("GET", f"/v1/sources/{name}")
        before = source["synced_at"]
        door.call("POST", f"/v1/sources/{name}/sync")
        while wait and source["synced_at"] == before and source["status"] == "active":
            time.sleep(POLL_SECONDS)
            source = door.call("GET", f"/v1/sources/{name}")
    console.print(_summary(source["report"]) if wait else f"{name} is being synced")


def tell(settings: Settings, console: Console, name: str, action: Action) -> None:
    """Pause, resume or remove a source."""
    with open_door(settings) as door:
        if action == "remove":
            door.call("DELETE", f"/v1/sources/{name}")
        else:
            door.call("POST", f"/v1/sources/{name}/{action}")
    console.print(f"{name} {SAID[action]}")


def _option(text: str) -> tuple[str, Any]:
    """Read ``name=value``; a value that is JSON counts as such, anything else is text."""
    name, mark, value = text.partition("=")
    if not mark or not name:
        raise BadInputError(f"{text!r} is not name=value")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadInputError(f"{text!r} is not a JSON object with path, reader, department, classification") from error


def _row(source: Json) -> list[str]:
    items, report = source["items"], source.get("progress") or source["report"]
    state = source["status"] if source["status"] != "active" else report.get("phase", "waiting")
    counts = [str(items.get(status, 0)) for status in ("taken", "refused", "skipped")]
    synced = (source["synced_at"] or "never")[:16].replace("T", " ")
    return [source["name"], source["kind"], state, *counts, synced, report.get("error", "")]


def _print_troubles(door: Door, name: str, console: Console) -> None:
    troubles = whole_table("item", "state", "why", title="Not taken")
    for status in ("failed", "refused", "skipped"):
        page = door.call("GET", f"/v1/sources/{name}/items", params={"status": status, "limit": SHOWN})
        for item in page["items"]:
            troubles.add_row(item["key"], item["status"], item["reason"])
    if troubles.row_count:
        console.print(troubles)


def _summary(report: Json) -> str:
    counts = ", ".join(f"{report.get(name, 0)} {name}" for name in ("taken", "refused", "failed", "removed", "skipped"))
    return f"{counts}; {report['error']}" if report.get("error") else counts
