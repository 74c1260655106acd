"""``holdfast ingest``: files and folders into the knowledge, with a report of what became of each."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Literal

from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from activities.counts import counted
from activities.knowledge.reports import IngestionReport, RefusedDocument, refusal
from activities.knowledge.rules import NO_LIMITS, Limits
from activities.ports import Level
from activities.settings import Settings
from commands.door import Door, find_login, find_url, read_file
from commands.errors import BadInputError, CommandError
from commands.runtime import read_runtime
from commands.terminal import whole_table

AT_ONCE = 4
SHOWN = 50
"""Refused documents that are listed; the totals count all."""


@dataclass(frozen=True)
class Source:
    """A file to take, and the name it is known by: its path below the folder that was given."""

    path: Path
    name: str


Take = Callable[[Source], IngestionReport]


class InterruptedIngestionError(CommandError):
    """What takes the files in went away; ``report`` is of those before."""

    def __init__(self, reason: str, report: IngestionReport, left: int) -> None:
        super().__init__(f"{reason.rstrip('.')}. Not taken in yet: {counted(left, 'file')}; the same command goes on")
        self.report = report
        self.left = left


def run(
    settings: Settings,
    paths: Sequence[Path],
    department: str,
    classification: Level,
    console: Console,
    limits: Limits = NO_LIMITS,
) -> None:
    """Take everything in ``paths`` in, by the API when one runs, else straight into this folder.

    One bad file ends nothing. Raises ``CommandError``, also when something was not taken: read, refused or cancelled.
    """
    unread: list[RefusedDocument] = []
    sources = list(find_sources(paths, unread))
    if not sources and not unread:
        raise BadInputError(f"No files in {', '.join(map(str, paths))}")
    interruption: InterruptedIngestionError | None = None
    try:
        report = take(settings, sources, department, classification, console, limits)
    except InterruptedIngestionError as error:
        interruption, report = error, error.report
    for each in unread:
        report.add(refusal(each.source, each.reason))
    print_report(len(sources) + len(unread) - (interruption.left if interruption else 0), report, console)
    if interruption:
        raise interruption
    counts = report.counts
    if counts.refused and not (counts.taken or counts.unchanged or counts.held):
        raise CommandError("Nothing was taken in: every document was refused, for the reasons above")
    if counts.refused:
        raise CommandError(f"Not taken in: {counts.refused}, for the reasons above; the rest is in")


def take(
    settings: Settings,
    sources: Sequence[Source],
    department: str,
    classification: Level,
    console: Console,
    limits: Limits,
) -> IngestionReport:
    """Take the sources in by the API when one runs, else here. Raises ``CommandError``."""
    if not sources:
        return IngestionReport()
    if settings.api_url or read_runtime(settings.data_dir):
        given = limits.model_dump(mode="json", exclude_none=True) | {"groups": ",".join(limits.groups)}
        rights = {"department": department, "classification": classification, **given}
        return take_by_api(settings, sources, rights, console)
    # The embedding model and the index take seconds to import, and the API has them already when it runs.
    from commands.offline import open_writer

    with open_writer(settings, department, classification, limits) as take_one:
        return take_all(sources, take_one, console, at_once=1)


def limits_of(groups: Sequence[str], valid_from: datetime | None, valid_until: datetime | None) -> Limits:
    """Return what a command line says of readers and dates, in UTC. Raises ``BadInputError``."""
    moments = {"valid_from": valid_from, "valid_until": valid_until}
    dates = {name: moment.replace(tzinfo=UTC) for name, moment in moments.items() if moment}
    try:
        return Limits.model_validate({"groups": tuple(groups), **dates})
    except ValidationError as error:
        raise BadInputError("; ".join(item["msg"] for item in error.errors())) from error


def take_by_api(
    settings: Settings, sources: Sequence[Source], rights: dict[str, str], console: Console
) -> IngestionReport:
    """Upload the sources and wait for all of them; ``rights`` are fields of the upload. Raises ``CommandError``."""
    with Door(find_url(settings), find_login(settings, None, "admin")) as door:
        return take_all(sources, lambda source: upload(door, source, rights), console)


def find_sources(paths: Sequence[Path], unread: list[RefusedDocument]) -> Iterator[Source]:
    """Yield files and what is below folders, in order of name; hidden ones and links to folders are left out.

    What cannot be read is added to ``unread`` with the reason. Raises ``BadInputError``.
    """
    for path in paths:
        kind = _kind(path)
        if kind == "file":
            yield Source(path, path.name)
        elif kind == "folder":
            for found in _below(path, unread):
                name = found.relative_to(path).as_posix()
                if reason := _unreadable(found):
                    unread.append(RefusedDocument(source=name, reason=reason))
                elif _kind(found) == "file":
                    yield Source(found, name)
        else:
            raise BadInputError(f"No such file or folder: {path}")


def _kind(path: Path) -> Literal["file", "folder"] | None:
    """Return what is there; nothing for sockets and the like. Raises ``BadInputError``."""
    try:
        return "file" if path.is_file() else "folder" if path.is_dir() else None
    except OSError as error:
        raise BadInputError(f"Cannot look at {path}: {error.strerror or error}") from error


def _below(folder: Path, unread: list[RefusedDocument]) -> list[Path]:
    def note(error: OSError) -> None:
        name = Path(error.filename).relative_to(folder).as_posix()
        unread.append(RefusedDocument(source=f"{name}/", reason=f"the folder cannot be read: {error.strerror}"))

    found: list[Path] = []
    for root, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(root) / name for name in names if not name.startswith(".")]
    return sorted(found)


def _unreadable(path: Path) -> str:
    """Return why a file cannot be read; nothing when it can, as far as can be told without reading it."""
    try:
        if not path.exists():
            return "it is a link that leads nowhere"
    except OSError as error:
        return f"it cannot be looked at: {error.strerror or error}"
    return "" if os.access(path, os.R_OK) else "it may not be read by who runs this command"


def take_all(sources: Sequence[Source], take: Take, console: Console, *, at_once: int = AT_ONCE) -> IngestionReport:
    """Take the sources in, ``at_once`` side by side, behind a progress bar; return one report of all documents.

    Raises ``InterruptedIngestionError`` when one cannot be taken now; those that are on their way are waited for.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    whole, left, problem, stopped = IngestionReport(), len(sources), None, Event()

    def take_on(source: Source) -> IngestionReport | None:
        if stopped.is_set():
            return None
        try:
            return take(source)
        except CommandError:
            stopped.set()
            raise

    with Progress(*columns, console=console) as progress, ThreadPoolExecutor(at_once) as pool:
        begun = [pool.submit(take_on, source) for source in sources]
        try:
            for each in progress.track(begun, description="Taking documents in"):
                try:
                    part = each.result()
                except CommandError as error:
                    problem = problem or error
                    continue
                if part is not None:
                    whole.add(part)
                    left -= 1
        finally:
            stopped.set()  # whoever presses Ctrl-C does not wait for all the others
    if problem:
        raise InterruptedIngestionError(str(problem), whole, left) from problem
    return whole


def print_report(files: int, report: IngestionReport, console: Console) -> None:
    """Print how many documents were taken, skipped and refused, and why."""
    if report.refused:
        table = whole_table("document", "why", title="Refused")
        for refused in report.refused[:SHOWN]:
            table.add_row(refused.source, refused.reason)
        console.print(table)
    print_details(report, console)
    counts = report.counts
    taken = counted(counts.taken, "document")
    kinds = f"{taken} taken, {counts.unchanged} skipped (unchanged), {counts.refused} refused"
    console.print(f"{counted(files, 'file')}: {kinds}")
    if counts.held:
        console.print(f"{counted(counts.held, 'document')} to be confirmed by a person: GET /v1/confirmations")


def print_details(report: IngestionReport, console: Console) -> None:
    """Print what waits for a person, and what is the same, or nearly the same, as what."""
    table = whole_table("document", "what", title="Worth a look")
    for held in report.held[:SHOWN]:
        table.add_row(held.source, f"waits: perhaps {held.suggested}. {' '.join(held.reasons)}")
    for taken in report.taken:
        if taken.merged_into:
            table.add_row(taken.source, f"merged with {taken.merged_into}: the same text for the same readers")
    for near in report.similar[:SHOWN]:
        table.add_row(near.source, f"nearly the same as {near.similar_to} ({near.similarity_score:.2f}); both answer")
    if table.row_count:
        console.print(table)


def upload(door: Door, source: Source, rights: dict[str, str]) -> IngestionReport:
    """Send one file and follow it to its end; return the report. Raises ``CommandError`` when the API is away."""
    try:
        ingestion = door.upload(source.name, read_file(source.path), rights)
    except BadInputError as error:
        return refusal(source.name, str(error))
    report = IngestionReport.model_validate(ingestion.get("report") or {})
    if ingestion.get("status") == "cancelled":
        report.add(refusal(source.name, "it was cancelled; what it had not begun was not looked at"))
    return report
