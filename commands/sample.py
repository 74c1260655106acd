"""Loads the sample company's documents, once for each data folder."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from activities.counts import counted
from activities.ports import Level
from activities.settings import Settings
from commands.door import Door, find_login, read_file
from commands.errors import CommandError

MARKER = "sample-loaded"
AT_ONCE = 4


class SampleDocument(BaseModel):
    """One entry of ``company/documents/manifest.json``; ``path`` is relative to that folder."""

    path: str
    title: str
    department: str
    classification: Level


async def load_sample(settings: Settings, url: str, console: Console) -> None:
    """Upload the sample documents as the demo admin, unless this folder has them. Raises ``CommandError``."""
    marker = settings.data_dir / MARKER
    if marker.exists() or not (settings.data_dir / "demo-users.json").exists():
        return
    folder = settings.company_dir / "documents"
    documents = read_manifest(folder)
    console.print(f"Loading the sample company: {counted(len(documents), 'document')}, once")
    await asyncio.to_thread(_load, settings, url, folder, documents, console)
    marker.touch()


def read_manifest(folder: Path) -> list[SampleDocument]:
    """Return the documents of a sample folder. Raises ``CommandError``."""
    try:
        return TypeAdapter(list[SampleDocument]).validate_json((folder / "manifest.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise CommandError(f"Cannot read the sample documents in {folder}: {error}") from error


def _load(settings: Settings, url: str, folder: Path, documents: Sequence[SampleDocument], console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        Door(url, find_login(settings, None, "admin")) as door,
        Progress(*columns, console=console) as progress,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        task = progress.add_task("Documents", total=len(documents))

        def upload(document: SampleDocument) -> None:
            rights = document.model_dump(include={"title", "department", "classification"})
            report = door.upload(document.path, read_file(folder / document.path), rights)
            if report.get("status") == "failed":
                raise CommandError(f"The sample document {document.path} was refused: {report.get('report')}")
            progress.advance(task)

        for _ in pool.map(upload, documents):
            pass
