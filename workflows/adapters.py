"""The worker's adapters, built from settings: records, models, knowledge, guard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from activities.budgets import Budgets, budget_limits
from activities.guard.output import OutputCheck
from activities.guard.personal_data import PersonalData
from activities.guided_search import GuidedSearch
from activities.knowledge.check import IndexCheck
from activities.knowledge.classification import RULES_FILE, ContentClassifier, read_rules
from activities.knowledge.current import CurrentIndex
from activities.knowledge.embedding_cache import CACHE_FILE, CachingEmbedder, EmbeddingCache
from activities.knowledge.health import IndexHealth
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.kept_vectors import KeptUnits
from activities.knowledge.limited_parsing import LimitedParsing
from activities.knowledge.open import open_knowledge
from activities.knowledge.split import ChunkSizes
from activities.knowledge.synonyms import SYNONYMS_FILE, read_synonyms
from activities.knowledge.unit_vectors import UNITS_FILE, UnitVectors
from activities.languages import load_languages
from activities.models.answer_cache import AnswerCache
from activities.models.chat.ollama import ModelOptions
from activities.models.chat.routed import Limits, RoutedModels
from activities.models.classifier import IntentClassifier
from activities.models.embedded import EmbeddedEngine
from activities.models.embedding import MiniLmEmbedder
from activities.models.known_questions import KnownQuestions
from activities.models.model_store import chosen_messages
from activities.models.pieces import basis_of
from activities.models.tone import Tone
from activities.models.unit_filling import UnitFilling
from activities.nodes import SupportNodes
from activities.policies import CurrentPolicy
from activities.probes import DEGRADED
from activities.promises import Promises
from activities.readers import Readers
from activities.records.conversations import Conversations
from activities.records.costs import Costs
from activities.records.database import Database, DatabaseUnavailableError
from activities.records.document_access import DocumentAccess
from activities.records.documents import Documents
from activities.records.index_truth import IndexTruth
from activities.records.kept_answers import KeptAnswers
from activities.records.ledger import TurnLedger
from activities.records.people import People
from activities.records.reviews import Reviews
from activities.replies import REPLIES_FILE, CurrentReplies
from activities.settings import Settings
from activities.sources.open import source_tools
from activities.sources.sync import SourceSync
from activities.turn_records import TurnRecords
from workflows import messages

STOP_FILE = "STOP"
FILLING_LOCK = ".units.lock"


@dataclass(frozen=True)
class Adapters:
    """What the activities work with."""

    nodes: SupportNodes
    records: TurnRecords
    promises: Promises
    writer: KnowledgeWriter
    sources: SourceSync
    check: IndexCheck
    health: IndexHealth
    filling: UnitFilling
    known: KnownQuestions
    database: Database

    async def look(self) -> dict[str, str]:
        """Return ``ok`` or what is wrong with the database and each half of the search, for the readiness probe."""
        halves: dict[str, str] = {
            name: state if state == "ok" else f"{DEGRADED}{state}"
            for name, state in (await self.health.halves()).items()
        }
        try:
            await self.database.ping()
        except DatabaseUnavailableError as error:
            return {"database": str(error), **halves}
        return {"database": "ok", **halves}


@asynccontextmanager
async def open_adapters(settings: Settings) -> AsyncIterator[Adapters]:
    """Open everything a worker needs and close it again. Raises what the adapters raise when one cannot be opened."""
    replies = CurrentReplies(settings.company_dir / REPLIES_FILE)
    database = Database(settings.sqlalchemy_url)
    await database.migrate()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        languages = asyncio.create_task(asyncio.to_thread(load_languages))
        embedder = await asyncio.to_thread(MiniLmEmbedder, settings.cache_dir, threads=settings.embedding_threads)
        knowledge = stack.enter_context(
            open_knowledge(
                settings.data_dir,
                database.query,
                embedder,
                chroma_url=settings.chroma_url,
                synonyms=read_synonyms(settings.company_dir / SYNONYMS_FILE),
            )
        )
        model = chat_models(settings)
        if model:
            stack.push_async_callback(model.aclose)
        classifier = await asyncio.to_thread(_classifier, settings, embedder)
        readers = Readers(People(database), Documents(database), DocumentAccess(database))
        answers = _answers(settings, database, readers, embedder)
        asked, vectors = classifier.sections.asked, classifier.sections.vectors
        units = UnitVectors(settings.data_dir / UNITS_FILE, basis_of(vectors, asked), settings.unit_vectors_bytes)
        stack.callback(units.close)
        nodes = SupportNodes(
            policies=_policies(settings, database, model),
            readers=readers,
            classifier=classifier,
            knowledge=GuidedSearch(knowledge.search, classifier.sections),
            embedded=EmbeddedEngine(vectors, classifier, asked, units),
            checker=OutputCheck(embedder, PersonalData().redact),
            model=model,
            answers=answers,
            replies=replies.current,
        )
        records = TurnRecords(
            TurnLedger(database), Reviews(database), Conversations(database), prices=settings.prices, answers=answers
        )
        cache = EmbeddingCache(settings.data_dir / CACHE_FILE, embedder.fingerprint, settings.embedding_cache_bytes)
        stack.callback(cache.close)
        caching = CachingEmbedder(embedder, cache)
        parsing = LimitedParsing(settings.parse_seconds, settings.parse_megabytes * 2**20)
        stack.callback(parsing.close)
        writer = _writer(settings, database, caching, knowledge.index, units, parsing)
        filling = UnitFilling(database, vectors, asked, units, settings.data_dir / FILLING_LOCK)
        sources = SourceSync(database, writer, source_tools(settings))
        check = IndexCheck(database, caching, knowledge.generations)
        health = IndexHealth(knowledge.generations, IndexTruth(database).count)
        tone = Tone()
        promises = Promises(replies.current, lambda text: tone.language(text)[0])
        await languages
        yield Adapters(nodes, records, promises, writer, sources, check, health, filling, classifier.known, database)


def _classifier(settings: Settings, embedder: MiniLmEmbedder) -> IntentClassifier:
    company = settings.company_dir
    messages = chosen_messages(settings.data_dir, company / "intents.csv")
    made = IntentClassifier(embedder, messages, company / "intents.json", settings.cache_dir, settings.refund_limit)
    made.sections.vectors.known()  # some seconds the first time, which no customer should wait
    return made


def _policies(settings: Settings, database: Database, model: RoutedModels | None) -> CurrentPolicy:
    return CurrentPolicy(
        refund_limit=settings.refund_limit,
        stop_file=settings.data_dir / STOP_FILE,
        model_available=model.available if model else None,
        model_seconds=model.seconds if model else 0.0,
        budgets=Budgets(Costs(database), budget_limits(settings)),
    )


def _writer(
    settings: Settings,
    database: Database,
    embedder: CachingEmbedder,
    index: CurrentIndex,
    units: UnitVectors,
    parsing: LimitedParsing,
) -> KnowledgeWriter:
    return KnowledgeWriter(
        database,
        embedder,
        index,
        judge=ContentClassifier(read_rules(settings.company_dir / RULES_FILE), PersonalData().find).judge,
        max_bytes=settings.document_max_bytes,
        sizes=ChunkSizes(settings.chunk_tokens, settings.chunk_overlap_tokens),
        parts_at_once=settings.ingestion_at_once,
        queue=messages.INGESTION_QUEUE,
        caches=[KeptUnits(units)],
        parsing=parsing,
    )


def _answers(settings: Settings, database: Database, readers: Readers, embedder: MiniLmEmbedder) -> AnswerCache | None:
    if not settings.answer_cache:
        return None
    models = [settings.ollama_model, settings.ollama_small_model]
    return AnswerCache(KeptAnswers(database), readers, embedder, models)


def chat_models(settings: Settings) -> RoutedModels | None:
    """Return the chat models that the settings name; None when the embedded engine shall answer alone."""
    if settings.chat_engine == "embedded":
        return None
    options = ModelOptions(
        base_url=settings.ollama_url,
        temperature=settings.ollama_temperature,
        context_tokens=settings.ollama_context_tokens,
        keep_alive_seconds=settings.ollama_keep_alive_seconds,
        first_token_seconds=settings.ollama_first_token_seconds,
        timeout_seconds=settings.ollama_timeout_seconds,
    )
    limits = Limits(
        places=settings.ollama_parallel,
        queue=settings.ollama_queue,
        hedge_seconds=settings.ollama_hedge_seconds,
        breaker_failures=settings.ollama_breaker_failures,
        breaker_seconds=settings.ollama_breaker_seconds,
        probe_seconds=settings.ollama_probe_seconds,
    )
    return RoutedModels(settings.ollama_model, settings.ollama_small_model, options, limits)
