"""``holdfast ingestions``: what is being taken in and how far it is; pause, resume, cancel."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from rich.console import Console

from activities.settings import Settings
from commands.door import Door, find_login, find_url
from commands.terminal import whole_table

Turn = Literal["pause", "resume", "cancel"]


def show(settings: Settings, console: Console, limit: int = 20) -> None:
    """Print the latest ingestions, those that run first. Raises ``CommandError``."""
    with Door(find_url(settings), find_login(settings, None, "admin")) as door:
        items = door.call("GET", "/v1/ingestions", params={"limit": limit})["items"]
    if items:
        print_ingestions(items, console)
    else:
        console.print("Nothing was taken in yet")


def print_ingestions(items: Sequence[dict[str, Any]], console: Console) -> None:
    """Print how far ingestions are."""
    # In two lines an ingestion fits a terminal of 80 columns with an id that can be copied.
    table = whole_table("file and id", "state", "documents", "passages", "failed", plain=True)
    for item in items:
        state, *counts, left = describe(item)
        table.add_row(f"{item['filename']}\n{item['id']}", f"{state}\n{left} left" if left else state, *counts)
    console.print(table)


def turn(settings: Settings, console: Console, what: Turn, ingestion_ids: list[str]) -> None:
    """Pause, resume or cancel ingestions and say where each is now. Raises ``CommandError``."""
    with Door(find_url(settings), find_login(settings, None, "admin")) as door:
        for ingestion_id in ingestion_ids:
            item = door.call("POST", f"/v1/ingestions/{ingestion_id}/{what}")
            state, documents, chunks, *_ = describe(item)
            console.print(f"{item['filename']}: {state}, documents: {documents}, passages: {chunks}")


def describe(item: dict[str, Any]) -> tuple[str, str, str, str, str]:
    """Return state, documents done of all, passages, failed, and time left of an ingestion, for people."""
    progress = item.get("progress")
    if not progress:
        report = item.get("report") or {}
        counts = report.get("counts") or {}
        done = counts.get("taken", 0) + counts.get("unchanged", 0)
        return item["status"], str(done), str(report.get("chunks", 0)), str(counts.get("refused", 0)), ""
    done = progress["done"] + progress["skipped"]
    seconds = progress["seconds_left"]
    left = "" if seconds is None else str(timedelta(seconds=round(seconds)))
    documents = f"{done} of {progress['documents'] or '?'}"
    state = f"{progress['state']} {progress['share']:.0%}"
    return state, documents, str(progress["chunks"]), str(progress["failed"]), left
