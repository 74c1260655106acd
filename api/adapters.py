"""The API's adapters, built from settings: records, guard, knowledge, and the way to Temporal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from temporalio.client import Client, Plugin

from activities.budgets import Budgets, budget_limits
from activities.guard.message import MessageGuard
from activities.knowledge.health import IndexHealth
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.open import OpenedKnowledge, open_knowledge
from activities.knowledge.revisions import Revisions
from activities.knowledge.split import ChunkSizes
from activities.knowledge.synonyms import SYNONYMS_FILE, read_synonyms
from activities.models.embedding import MiniLmEmbedder
from activities.readers import Readers
from activities.records.audit import AuditTrail
from activities.records.confirmations import Confirmations
from activities.records.conversations import Conversations
from activities.records.costs import Costs
from activities.records.database import Database
from activities.records.document_access import DocumentAccess
from activities.records.document_filters import DocumentFilters
from activities.records.documents import Documents
from activities.records.index_truth import IndexTruth
from activities.records.ingestions import Ingestions
from activities.records.keys import Keys
from activities.records.knowledge_events import KnowledgeTrail
from activities.records.people import People
from activities.records.people_events import PeopleTrail
from activities.records.reviews import Reviews
from activities.records.revised import RevisedDocuments
from activities.records.saved_searches import SavedSearches
from activities.records.sources import Sources
from activities.records.turns import Turns
from activities.records.unanswered import UnansweredQuestions
from activities.replies import REPLIES_FILE, CurrentReplies
from activities.settings import Settings, named_workers
from activities.sources.open import source_secrets, source_tools
from activities.sources.sync import SourceSync
from activities.sources.webhook import Pushes
from api import looks
from api.deps import Options, Services, SourceServices
from api.events import EventHub
from api.intake import Intake
from api.limits import Limiter, Rates
from api.probes import Probes
from api.source_desk import SourceDesk
from api.tokens import Tokens, load_key
from workflows import client as workflows
from workflows import messages

KEY_FILE = "token.key"
WARM_UP = "How do I reset my password?"


@asynccontextmanager
async def open_services(settings: Settings, plugins: list[Plugin]) -> AsyncIterator[Services]:
    """Open everything a request may need and close it again; Temporal may come later, readiness says so until then.

    Raises what the adapters raise when one cannot be opened.
    """
    async with AsyncExitStack() as stack:
        database = Database(settings.sqlalchemy_url)
        stack.push_async_callback(database.close)
        await database.migrate()
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
        client = await workflows.connect(plugins=plugins, lazy=True)
        chat = _conversations(client, settings)
        ingestions = Ingestions(database)
        writer = _writer(settings, database, embedder, knowledge)
        people, documents, access = People(database), Documents(database), DocumentAccess(database)
        yield Services(
            chat=chat,
            people=people,
            keys=Keys(database),
            conversations=Conversations(database),
            turns=Turns(database),
            reviews=Reviews(database),
            audit=AuditTrail(database),
            documents=documents,
            filters=DocumentFilters(database),
            access=access,
            readers=Readers(people, documents, access),
            ingestions=ingestions,
            intake=Intake(client, writer, ingestions, Revisions(database, writer)),
            trail=KnowledgeTrail(database),
            people_trail=PeopleTrail(database),
            confirmations=Confirmations(database),
            revised=RevisedDocuments(database),
            guard=await asyncio.to_thread(_guard, embedder),
            knowledge=knowledge.search,
            embedder=embedder,
            saved_searches=SavedSearches(database),
            unanswered=UnansweredQuestions(database),
            costs=Costs(database),
            budgets=Budgets(Costs(database), budget_limits(settings)),
            replies=CurrentReplies(settings.company_dir / REPLIES_FILE),
            tokens=Tokens(load_key(settings.data_dir / KEY_FILE), timedelta(seconds=settings.token_seconds)),
            limiter=Limiter(_rates(settings)),
            hub=EventHub(chat.events),
            probes=_probes(database, knowledge, client, settings),
            sources=_sources(settings, database, client, writer),
            options=_options(settings),
        )


def _writer(
    settings: Settings, database: Database, embedder: MiniLmEmbedder, knowledge: OpenedKnowledge
) -> KnowledgeWriter:
    return KnowledgeWriter(
        database,
        embedder,
        knowledge.index,
        max_bytes=settings.document_max_bytes,
        sizes=ChunkSizes(settings.chunk_tokens, settings.chunk_overlap_tokens),
        parts_at_once=settings.ingestion_at_once,
        queue=messages.INGESTION_QUEUE,
    )


def _guard(embedder: MiniLmEmbedder) -> MessageGuard:
    """Return a guard that has read a message already: the first one loads half a second's worth."""
    guard = MessageGuard(embedder)
    guard.redact(WARM_UP)
    guard.screen(WARM_UP)
    return guard


def _probes(database: Database, knowledge: OpenedKnowledge, client: Client, settings: Settings) -> Probes:
    health = IndexHealth(knowledge.generations, IndexTruth(database).count)
    return Probes(
        {
            "database": database.ping,
            "knowledge": looks.knowledge(knowledge.search),
            "words": looks.half(health, "words"),
            "vectors": looks.half(health, "vectors"),
            "temporal": looks.temporal(client),
            "worker": looks.worker(client),
            "disk": looks.disk(settings.data_dir),
        }
    )


def _conversations(client: Client, settings: Settings) -> workflows.Conversations:
    return workflows.Conversations(
        client,
        review_due=settings.review_due,
        review_raise=timedelta(seconds=settings.review_raise_seconds),
        idle_close=timedelta(seconds=settings.idle_close_seconds),
    )


def _sources(settings: Settings, database: Database, client: Client, writer: KnowledgeWriter) -> SourceServices:
    rows, sync = Sources(database), SourceSync(database, writer, source_tools(settings))
    desk = SourceDesk(client, rows, sync, lanes=settings.source_lanes)
    return SourceServices(desk, rows, Pushes(rows, sync, source_secrets(settings)))


def _rates(settings: Settings) -> Rates:
    return Rates(
        requests=f"{settings.requests_per_minute}/minute",
        messages=f"{settings.messages_per_minute}/minute",
        logins_by_name=f"{settings.logins_per_five_minutes}/5minute",
        logins_by_name_anywhere=f"{10 * settings.logins_per_five_minutes}/5minute",
    )


def _options(settings: Settings) -> Options:
    return Options(
        message_max_characters=settings.message_max_characters,
        document_max_bytes=settings.document_max_bytes,
        currency=settings.currency,
        review_due=settings.review_due,
        metrics_sources={name: f"{url}/metrics" for name, url in named_workers(settings.worker_url).items()},
    )
