"""`holdfast ingestions` and other tables: a name or an id is there as a whole, also on a narrow terminal."""

import io
from typing import Any

import pytest
from rich.console import Console

from commands.ingestions import print_ingestions
from commands.terminal import whole_table

ID = "441a1ef6184d4b5f9c0c9a2f6f6f8a11"
PROGRESS = {
    "state": "cancelling", "share": 0.03, "documents": 2448, "done": 1200, "skipped": 17, "failed": 12,
    "chunks": 23455, "seconds_left": 3725.0,
}  # fmt: skip
RUNNING = {"id": ID, "filename": "articles/all-of-them.jsonl", "status": "running", "progress": PROGRESS}
ENDED = {
    "id": ID, "filename": "a.md", "status": "completed", "report": {"counts": {"taken": 1}, "chunks": 3}
}  # fmt: skip


def printed(width: int, item: dict[str, Any]) -> str:
    console = Console(width=width, file=io.StringIO())
    with console.capture() as captured:
        print_ingestions([item], console)
    return captured.get()


@pytest.mark.parametrize(("item", "said"), [(RUNNING, "1217 of 2448"), (ENDED, "completed")])
def test_an_ingestion_is_listed_with_an_id_that_can_be_copied(item: dict[str, Any], said: str) -> None:
    text = printed(80, item)
    assert ID in text.split()
    assert item["filename"] in text.split()
    assert said in text


def test_a_long_name_in_a_table_is_broken_and_not_cut() -> None:
    name = "confidential." + "department" * 6
    table = whole_table("partition", "records")
    table.add_row(name, "9")
    console = Console(width=40, file=io.StringIO())
    with console.capture() as captured:
        console.print(table)
    rows = [line.split("│")[1].strip() for line in captured.get().splitlines() if line.startswith("│")]
    assert "".join(rows) == name
