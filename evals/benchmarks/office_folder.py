"""Peak memory of each process while a folder as companies have it is taken in: few words, many pictures."""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from activities.knowledge.reports import IngestionReport
from commands.ingest import find_sources, take_by_api
from evals.benchmarks.ingestion import read_lines
from evals.benchmarks.large_folder import MB, TARGET_MB, Watch
from evals.benchmarks.office_files import photographs, write_folder
from evals.stack import Stack, running_stack

ARTICLES = 2_448
PICTURES = 16


async def run(megabytes: int = 200, seed: int = 7) -> dict[str, Any]:
    """Return the peak MB (10^6 bytes) of worker and API, and of Chroma's and Temporal's servers.

    DOCX, PPTX, PDF and HTML files of 2 to 17 MB, made of real articles and of photographs, are taken in as ``holdfast
    ingest FOLDER`` does, several at a time; ``failed`` must be none. ``*_peak_mb`` and ``*_resident_mb`` are as in
    ``large_folder``. Raises ``DataSetMissingError``.
    """
    pages = [json.loads(line) for line in read_lines(ARTICLES)]
    with TemporaryDirectory(prefix="holdfast-bench-") as name:
        folder = Path(name)
        paths = list(write_folder(folder, pages, megabytes * MB, photographs(PICTURES, seed)))
        size = sum(path.stat().st_size for path in paths)
        async with running_stack(sample=False) as stack:
            watch = Watch(stack)
            watching = asyncio.create_task(watch.run())
            ready = dict(watch.look())
            report = await asyncio.to_thread(take, stack, folder)
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    peaks = {name: round(value, 1) for name, value in sorted(watch.peaks.items())}
    return {
        "megabytes": round(size / MB, 1),
        "files": len(paths),
        "failed": report.counts.refused,
        "passages": report.chunks,
        "worker_ready_mb": round(ready["worker_peak_mb"], 1),
        **peaks,
        "under_target": max(peaks["worker_peak_mb"], peaks["api_peak_mb"]) < TARGET_MB,
    }


def take(stack: Stack, folder: Path) -> IngestionReport:
    """Take a folder in by the API as the demo admin. Blocks."""
    settings = stack.settings.model_copy(update={"api_url": stack.url})
    return take_by_api(settings, list(find_sources([folder], [])), {"classification": "public"}, Console(quiet=True))
