"""``holdfast reindex``: both halves of the index made anew from records, while Holdfast is stopped."""

import asyncio

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from activities.knowledge.folder_lock import FolderInUseError
from activities.knowledge.open import CHROMA_FOLDER, open_knowledge
from activities.knowledge.rebuild import IndexIncompleteError, IndexRebuild, Rebuilt, empty_vector_folder
from activities.models.embedding import MiniLmEmbedder
from activities.models.minilm import ModelFilesError
from activities.ports import KnowledgeUnavailableError
from activities.records.documents import Documents
from activities.settings import Settings
from commands.errors import BadInputError, CommandError
from commands.people import open_database
from commands.runtime import own_folder


def run(settings: Settings, console: Console) -> None:
    """Rebuild the index behind a progress bar and say what it holds.

    Raises ``BadInputError`` when there is no such data folder, when Holdfast runs on it, or when its records have no
    documents; ``CommandError`` when database, index or model cannot be used.
    """
    settings = settings.model_copy(update={"data_dir": settings.data_dir.expanduser().resolve()})
    if not settings.data_dir.is_dir():
        raise BadInputError(f"No data folder at {settings.data_dir}; name it (--data-dir)")
    with own_folder(settings.data_dir, "stop it first"):
        try:
            rebuilt = asyncio.run(_rebuild(settings, console))
        except FolderInUseError as error:
            raise BadInputError(str(error)) from error
        except (KnowledgeUnavailableError, IndexIncompleteError, ModelFilesError, OSError) as error:
            raise CommandError(f"The index cannot be made anew: {error}") from error
    console.print(f"{rebuilt.documents} documents with {rebuilt.chunks} passages can be found again")


async def _rebuild(settings: Settings, console: Console) -> Rebuilt:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with open_database(settings) as database:
        total = await Documents(database).count_chunks()
        if not total:
            raise BadInputError("The records have no documents, so the index stays as it is: is this the right folder?")
        embedder = MiniLmEmbedder(settings.cache_dir, settings.embedding_threads)
        if not settings.chroma_url:
            empty_vector_folder(settings.data_dir / CHROMA_FOLDER)
        opened = open_knowledge(settings.data_dir, database.read, embedder, chroma_url=settings.chroma_url)
        with opened as knowledge, Progress(*columns, console=console) as progress:
            bar = progress.add_task("Indexing passages", total=total)
            rebuild = IndexRebuild(database, embedder, knowledge.index)
            return await rebuild.run(lambda chunks: progress.advance(bar, chunks))
