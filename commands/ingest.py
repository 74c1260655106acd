"""``holdfast ingest``: files and folders into the knowledge, with a report of what became of each."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from activities.ports import Level
from activities.settings import Settings
from commands.door import Door, find_login, find_url, read_file
from commands.errors import BadInputError

AT_ONCE = 4
SHOWN = 50
"""Files that were not taken are listed up to here; the totals count all."""


@dataclass(frozen=True)
class Source:
    """A file to take, and the name it is known by: its path below the folder that was given."""

    path: Path
    name: str


@dataclass(frozen=True)
class Outcome:
    """What became of one file; ``documents`` counts those in it that answer now."""

    name: str
    result: Literal["taken", "unchanged", "skipped", "refused"]
    reason: str = ""
    documents: int = 0


Take = Callable[[Source], Outcome]


def run(settings: Settings, paths: Sequence[Path], department: str, classification: Level, console: Console) -> None:
    """Take everything in ``paths`` as the demo admin. Raises ``CommandError``; one bad file ends nothing."""
    sources = list(find_sources(paths))
    if not sources:
        raise BadInputError(f"No files in {', '.join(map(str, paths))}")
    rights = {"department": department, "classification": classification}
    with Door(find_url(settings), find_login(settings, None, "admin")) as door:
        outcomes = take_all(sources, lambda source: _upload(door, source, rights), console)
    print_report(outcomes, console)


def find_sources(paths: Sequence[Path]) -> Iterator[Source]:
    """Yield files and what is below folders, in order of name, hidden ones left out. Raises ``BadInputError``."""
    for path in paths:
        if path.is_file():
            yield Source(path, path.name)
        elif path.is_dir():
            for found in sorted(path.rglob("*")):
                inner = found.relative_to(path)
                if found.is_file() and not any(part.startswith(".") for part in inner.parts):
                    yield Source(found, inner.as_posix())
        else:
            raise BadInputError(f"No such file or folder: {path}")


def take_all(sources: Sequence[Source], take: Take, console: Console) -> list[Outcome]:
    """Take the sources, a few at once, behind a progress bar; outcomes come in the order of the sources."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as progress, ThreadPoolExecutor(AT_ONCE) as pool:
        return list(progress.track(pool.map(take, sources), total=len(sources), description="Taking documents in"))


def print_report(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print the totals, and each file that was not taken with the reason."""
    left = [outcome for outcome in outcomes if outcome.reason]
    if left:
        table = Table("file", "result", "why", title="Not taken", title_justify="left")
        for outcome in left[:SHOWN]:
            table.add_row(outcome.name, outcome.result, outcome.reason)
        console.print(table)
    counts = Counter(outcome.result for outcome in outcomes)
    totals = ", ".join(f"{counts[result]} {result}" for result in ("taken", "unchanged", "skipped", "refused"))
    console.print(f"{len(outcomes)} files: {totals}; {sum(outcome.documents for outcome in outcomes)} documents answer")


def _upload(door: Door, source: Source, rights: dict[str, str]) -> Outcome:
    try:
        ingestion = door.upload(source.name, read_file(source.path), rights)
    except BadInputError as error:
        return Outcome(source.name, "refused", str(error))
    return read_outcome(source.name, ingestion)


def read_outcome(name: str, ingestion: Mapping[str, Any]) -> Outcome:
    """Turn an ingestion as the API tells it into an outcome."""
    report = ingestion.get("report") or {}
    if ingestion["status"] == "failed":
        return Outcome(name, "refused", str(report.get("reason") or "the ingestion failed"))
    published = int(report.get("published", 0))
    return Outcome(name, "taken" if published else "unchanged", documents=published + int(report.get("unchanged", 0)))
