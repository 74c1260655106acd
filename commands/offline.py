"""Takes documents in without a running Holdfast: the same writer as the workflows', on the data folder itself."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager

from anyio.from_thread import start_blocking_portal

from activities.knowledge.embedding_cache import CACHE_FILE, CachingEmbedder, EmbeddingCache
from activities.knowledge.folder_lock import FolderInUseError
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.limited_parsing import LimitedParsing
from activities.knowledge.open import open_knowledge
from activities.knowledge.reports import IngestionReport, refusal
from activities.knowledge.rules import Limits
from activities.knowledge.split import ChunkSizes
from activities.knowledge.validate import DocumentRefusedError
from activities.models.embedding import MiniLmEmbedder
from activities.models.minilm import ModelFilesError
from activities.ports import KnowledgeUnavailableError, Level, Principal
from activities.records.database import DatabaseUnavailableError
from activities.settings import Settings
from commands.classify import company_judge
from commands.door import read_file
from commands.errors import BadInputError, CommandError
from commands.ingest import Source, Take
from commands.people import open_database

OPERATOR = Principal(id="", role="admin")
"""Whoever may write the data folder: an admin who is nobody by name."""


@contextmanager
def open_writer(settings: Settings, department: str, classification: Level, limits: Limits) -> Iterator[Take]:
    """Open database and index; yield the function that takes one file in with these rights.

    It may be called from any thread. Raises ``BadInputError`` when another process has the folder open, and
    ``CommandError`` when the database, the index or the model cannot be used.
    """
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(_open(settings)) as writer:

        def take(source: Source) -> IngestionReport:
            return portal.call(_take, writer, source, department, classification, limits)

        yield take


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[KnowledgeWriter]:
    try:
        embedder = MiniLmEmbedder(settings.cache_dir, settings.embedding_threads)
    except ModelFilesError as error:
        raise CommandError(str(error)) from error
    async with open_database(settings) as database:
        try:
            opened = open_knowledge(settings.data_dir, database.query, embedder, chroma_url=settings.chroma_url)
            file = settings.data_dir / CACHE_FILE
            cache = EmbeddingCache(file, embedder.fingerprint, settings.embedding_cache_bytes)
            parsing = LimitedParsing(settings.parse_seconds, settings.parse_megabytes * 2**20)
            with opened as knowledge, closing(cache), closing(parsing):
                yield KnowledgeWriter(
                    database,
                    CachingEmbedder(embedder, cache),
                    knowledge.index,
                    judge=company_judge(settings),
                    max_bytes=settings.document_max_bytes,
                    parts_at_once=settings.ingestion_at_once,
                    sizes=ChunkSizes(settings.chunk_tokens, settings.chunk_overlap_tokens),
                    parsing=parsing,
                )
        except FolderInUseError as error:
            raise BadInputError(str(error)) from error


async def _take(
    writer: KnowledgeWriter, source: Source, department: str, classification: Level, limits: Limits
) -> IngestionReport:
    try:
        data = read_file(source.path)
        request = await writer.accept(
            source.name,
            data,
            department=department,
            classification=classification,
            limits=limits,
            sender=OPERATOR,
        )
    except (BadInputError, DocumentRefusedError) as error:
        return refusal(source.name, str(error))
    except DatabaseUnavailableError as error:
        raise CommandError(str(error)) from error
    try:
        return await writer.ingest(request)
    except DatabaseUnavailableError as error:
        raise CommandError(str(error)) from error
    except KnowledgeUnavailableError as error:
        await writer.finish(request, refusal(source.name, f"the index cannot be written: {error}"))
        raise CommandError(f"The index cannot be written: {error}") from error
