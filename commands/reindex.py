"""``holdfast reindex``: the index made anew from records, or compared with them, whether Holdfast runs or not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from activities.counts import counted
from activities.knowledge.check import IndexCheck, IndexReport
from activities.knowledge.embedding_cache import CACHE_FILE, CachingEmbedder, EmbeddingCache
from activities.knowledge.folder_lock import FolderInUseError
from activities.knowledge.generations import Generations, RebuildRunningError
from activities.knowledge.open import CHROMA_FOLDER, open_knowledge
from activities.knowledge.rebuild import IndexIncompleteError, IndexRebuild, Rebuilt, empty_vector_folder
from activities.models.embedding import MiniLmEmbedder
from activities.models.minilm import ModelFilesError
from activities.ports import Embedder, KnowledgeUnavailableError
from activities.records.database import Database, utc_now
from activities.records.documents import Documents
from activities.settings import Settings
from commands.chroma_server import DATABASE, is_damaged
from commands.errors import BadInputError, CommandError
from commands.people import look_into_database, open_database
from commands.runtime import read_runtime
from commands.terminal import whole_table

Result = TypeVar("Result")


@dataclass(frozen=True)
class Opened:
    """What an index is made of and made from."""

    database: Database
    embedder: Embedder
    generations: Generations


def check(settings: Settings, console: Console, *, repair: bool = False) -> bool:
    """Compare the index with records, repair it when told to, print what was found; return whether all is well now.

    Raises as ``run`` does, but for records without documents.
    """
    report = _with_index(
        settings, lambda found: _check(found, repair=repair), "compared with records", only_look=not repair
    )
    print_report(report, console)
    return not report.wrong or (repair and not report.left)


def run(settings: Settings, console: Console) -> None:
    """Rebuild the index behind a progress bar and say what it holds.

    Raises ``BadInputError`` when there is no such data folder, when another command has its index, or when its records
    have no documents; ``CommandError`` when database, index or model cannot be used.
    """
    rebuilt = _with_index(settings, lambda found: _rebuild(found, console), "made anew")
    console.print(
        f"{counted(rebuilt.documents, 'document')} with {counted(rebuilt.chunks, 'passage')} can be found again"
    )


def print_report(report: IndexReport, console: Console) -> None:
    """Print the counts and hashes of each partition in each store, and what was wrong."""
    table = whole_table("store", "partition", "records", "index", "missing", "surplus", "hash of ids", title="Index")
    for each in report.partitions:
        same = each.expected_hash == each.found_hash
        hashes = each.found_hash[:12] if same else f"{each.found_hash[:12]} instead of {each.expected_hash[:12]}"
        counts = (each.expected, each.found, each.missing, each.surplus)
        table.add_row(each.store, each.partition, *map(str, counts), hashes)
    console.print(table)
    console.print(
        f"{counted(report.compared_vectors, 'vector')} compared, {report.changed} not the same in both places; "
        f"other words in full text than in records: {counted(report.changed_texts, 'passage')}"
    )
    if report.wrong:
        documents = counted(len(report.documents), "document")
        console.print(f"{counted(report.wrong, 'entry', 'entries')} wrong, of {documents} or more:")
        console.print(", ".join(report.documents), soft_wrap=True)
        console.print(f"{report.repaired} repaired; still wrong: {counted(report.left, 'document')}")
    else:
        console.print("The index holds what records say")


def _with_index(
    settings: Settings, work: Callable[[Opened], Awaitable[Result]], what: str, *, only_look: bool = False
) -> Result:
    settings = settings.model_copy(update={"data_dir": settings.data_dir.resolve()})
    if not settings.data_dir.is_dir():
        raise BadInputError(f"No data folder at {settings.data_dir}; name it (--data-dir)")

    async def open_and_work() -> Result:
        async with open_index(settings, only_look=only_look) as opened:
            return await work(opened)

    try:
        return asyncio.run(open_and_work())
    except (FolderInUseError, RebuildRunningError) as error:
        raise BadInputError(str(error)) from error
    except (KnowledgeUnavailableError, IndexIncompleteError, ModelFilesError, OSError) as error:
        raise CommandError(f"The index cannot be {what}: {error}") from error


async def _check(opened: Opened, *, repair: bool) -> IndexReport:
    found = IndexCheck(opened.database, opened.embedder, opened.generations)
    turn = utc_now().toordinal()
    return await (found.run(turn) if repair else found.look(turn))


async def _rebuild(opened: Opened, console: Console) -> Rebuilt:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    total = await Documents(opened.database).count_chunks()
    if not total:
        raise BadInputError("The records have no documents, so the index stays as it is: is this the right folder?")
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("Indexing passages", total=total)
        rebuild = IndexRebuild(opened.database, opened.embedder, opened.generations)
        return await rebuild.run(lambda chunks: progress.advance(bar, chunks))


@asynccontextmanager
async def open_index(settings: Settings, *, only_look: bool = False) -> AsyncIterator[Opened]:
    """Open the index of a data folder: through the Chroma server that runs on it, else for this process alone.

    With ``only_look`` neither the records are brought up to date nor are damaged vectors put away.

    Raises ``FolderInUseError``, ``ModelFilesError``, ``OSError``, and what opening the database raises.
    """
    running = read_runtime(settings.data_dir)
    chroma_url = settings.chroma_url or (running.chroma_url if running else "")
    async with (look_into_database if only_look else open_database)(settings) as database:
        embedder = MiniLmEmbedder(settings.cache_dir, settings.embedding_threads)
        vectors = settings.data_dir / CHROMA_FOLDER
        if not chroma_url and is_damaged(vectors / DATABASE):
            if only_look:
                raise CommandError(f"The vectors in {vectors} are damaged: `holdfast reindex` makes them anew")
            empty_vector_folder(vectors)  # it would not open, and nothing in it is of use
        file = settings.data_dir / CACHE_FILE
        cache = EmbeddingCache(file, embedder.fingerprint, settings.embedding_cache_bytes)
        opened = open_knowledge(settings.data_dir, database.query, embedder, chroma_url=chroma_url)
        with opened as knowledge, closing(cache):
            yield Opened(database, CachingEmbedder(embedder, cache), knowledge.generations)
