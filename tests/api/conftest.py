"""The whole door on real records in SQLite, with fakes only where models and Temporal would stand."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import hypothesis  # noqa: F401 - its pytest plugin imports it at the end of a run, which CPython 3.11 may not survive
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from activities.budgets import Budgets, Limits
from activities.knowledge.ingest import KnowledgeWriter
from activities.ports import Principal, Role
from activities.readers import Readers
from activities.records.audit import AuditTrail
from activities.records.confirmations import Confirmations
from activities.records.conversations import Conversations
from activities.records.costs import Costs
from activities.records.database import Database
from activities.records.document_access import DocumentAccess
from activities.records.document_filters import DocumentFilters
from activities.records.documents import Documents
from activities.records.ingestions import Ingestions
from activities.records.keys import Keys
from activities.records.knowledge_events import KnowledgeTrail
from activities.records.models import Review
from activities.records.people import People
from activities.records.people_events import PeopleTrail
from activities.records.reviews import Reviews
from activities.records.revised import RevisedDocuments
from activities.records.saved_searches import SavedSearches
from activities.records.turns import Turns
from activities.records.unanswered import UnansweredQuestions
from activities.replies import REPLIES_FILE, CurrentReplies
from api.application import create_app
from api.deps import Options, Services
from api.events import EventHub
from api.limits import Limiter, Rates
from api.probes import Probes
from api.tokens import Tokens
from tests.api.fake_sources import fake_sources
from tests.api.fakes import AT, FakeChat, FakeEmbedder, FakeGuard, FakeIndex, FakeIntake, FakeKnowledge

PASSWORD = "correct horse battery"
STAFF: dict[str, tuple[Role, str | None]] = {
    "ada": ("customer", None),
    "bob": ("customer", None),
    "agnes": ("agent", "billing"),
    "tom": ("agent", "technical"),
    "sue": ("supervisor", "support"),
    "root": ("admin", None),
    "shop": ("service", None),
}
KEY = b"k" * 64


@dataclass
class World:
    """One running application and the people who use it."""

    app: FastAPI
    services: Services
    database: Database
    chat: FakeChat
    knowledge: FakeKnowledge
    intake: FakeIntake
    people: dict[str, Principal]
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    def token(self, name: str) -> str:
        """Return a token of somebody."""
        return self.services.tokens.issue_token(self.people[name])

    async def client(self, name: str = "", **options: Any) -> httpx.AsyncClient:
        """Return a client that calls as somebody, or as nobody."""
        headers = {"Authorization": f"Bearer {self.token(name)}"} if name else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("203.0.113.9", 4711))
        options.setdefault("headers", {}).update(headers)
        client = httpx.AsyncClient(transport=transport, base_url="http://holdfast.test", **options)
        return await self.stack.enter_async_context(client)

    async def ask(self, name: str, message: str = "How long do I have for a refund?", **options: Any) -> str:
        """Start a conversation as somebody and return its id."""
        client, path = await self.client(name), "/v1/conversations?wait_seconds=60"
        answer = await client.post(path, json={"message": message}, **options)
        assert answer.status_code in (201, 202), answer.text
        return str(answer.json()["conversation_id"])

    async def publish(
        self, filename: str, text: str, department: str = "support", classification: str = "public", name: str = "root"
    ) -> str:
        """Upload a document as somebody and return its id."""
        fields = {"department": department, "classification": classification}
        client = await self.client(name)
        answer = await client.post("/v1/documents", files={"file": (filename, text.encode())}, data=fields)
        assert answer.status_code == 202, answer.text
        report = (await client.get(answer.headers["location"])).json()["report"]
        return str([*report["taken"], *report["unchanged"]][0]["document_id"])

    async def open_case(self, conversation_id: str, department: str = "billing", **columns: Any) -> str:
        """Put a case of a conversation into the queue of a department and return its id."""
        row = Review(
            id=f"{conversation_id}.1.r1",
            conversation_id=conversation_id,
            turn_id=f"{conversation_id}.1",
            **{
                "customer_id": self.people["ada"].id,
                "kind": "review",
                "state": "pending",
                "department": department,
                "reasons": ["a refund above the limit"],
                "question": "Can I have my money back?",
                "draft_text": "Yes, within 30 days.",
                "draft_digest": "d1",
                "created_at": AT,
                "due_at": AT + timedelta(hours=4),
                **columns,
            },
        )
        async with self.database.write() as session:
            session.add(row)
        return row.id

    async def change_case(self, review_id: str, **columns: Any) -> None:
        """Change a case in the queue."""
        async with self.database.write() as session:
            await session.execute(update(Review).where(Review.id == review_id).values(columns))


@pytest.fixture(scope="session")
async def populated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Principal]]:
    """A migrated database file with everybody in it, made once: hashing passwords takes its time."""
    folder = tmp_path_factory.mktemp("api")
    database = Database(f"sqlite+aiosqlite:///{folder / 'holdfast.db'}")
    await database.migrate()
    people = People(database)
    known = {}
    for name, (role, department) in STAFF.items():
        password = None if role == "service" else PASSWORD
        person = await people.create(name, role, password=password, department=department)
        known[name] = Principal(person.id, role, department)
    await database.close()
    return folder, known


@pytest.fixture
def rates() -> Rates:
    """Ceilings; a test module may set its own."""
    return Rates()


@pytest.fixture
def options() -> Options:
    """Options; a test module may set its own."""
    return Options(document_max_bytes=1024 * 1024, stream_life=timedelta(seconds=5))


@pytest.fixture
async def world(
    populated: tuple[Path, dict[str, Principal]], tmp_path: Path, rates: Rates, options: Options
) -> AsyncIterator[World]:
    """A fresh application on a copy of the populated database."""
    folder, people = populated
    shutil.copytree(folder, tmp_path / "data")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'holdfast.db'}")
    chat, index = FakeChat(), FakeIndex()
    knowledge, ingestions = FakeKnowledge(database, index), Ingestions(database)
    intake = FakeIntake(KnowledgeWriter(database, FakeEmbedder(), index), ingestions)
    services = Services(
        chat=chat,
        people=People(database),
        keys=Keys(database),
        conversations=Conversations(database),
        turns=Turns(database),
        reviews=Reviews(database),
        audit=AuditTrail(database),
        documents=Documents(database),
        filters=DocumentFilters(database),
        access=DocumentAccess(database),
        readers=Readers(People(database), Documents(database), DocumentAccess(database)),
        ingestions=ingestions,
        intake=intake,
        trail=KnowledgeTrail(database),
        people_trail=PeopleTrail(database),
        confirmations=Confirmations(database),
        revised=RevisedDocuments(database),
        guard=FakeGuard(),
        knowledge=knowledge,
        embedder=FakeEmbedder(),
        saved_searches=SavedSearches(database),
        unanswered=UnansweredQuestions(database),
        costs=Costs(database),
        budgets=Budgets(Costs(database), Limits(day=10)),
        replies=CurrentReplies(tmp_path / REPLIES_FILE),
        tokens=Tokens(KEY, timedelta(minutes=15)),
        limiter=Limiter(rates),
        hub=EventHub(chat.events),
        probes=Probes({"database": database.ping}),
        sources=fake_sources(database, intake.writer, tmp_path),
        options=options,
    )

    @asynccontextmanager
    async def open_services() -> AsyncIterator[Services]:
        yield services

    app = create_app(open_services)
    world = World(app, services, database, chat, knowledge, intake, dict(people))
    async with app.router.lifespan_context(app), world.stack:
        yield world
    await database.close()
