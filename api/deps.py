"""What routes ask for by type: the services of this process, and the caller with the right role."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Protocol

from fastapi import Depends, Request

from activities.budgets import Budgets
from activities.knowledge.reports import DeletionProof
from activities.knowledge.revisions import Revision
from activities.knowledge.rules import NO_LIMITS, Limits
from activities.ports import Embedder, Guard, Knowledge, Level, Principal, Role
from activities.readers import Readers
from activities.records.audit import AuditTrail
from activities.records.confirmations import Confirmations
from activities.records.conversations import Conversations
from activities.records.costs import Costs
from activities.records.document_access import DocumentAccess
from activities.records.document_filters import DocumentFilters
from activities.records.documents import Documents
from activities.records.ingestions import Ingestions
from activities.records.keys import Keys
from activities.records.knowledge_events import KnowledgeTrail
from activities.records.models import Ingestion
from activities.records.people import People
from activities.records.people_events import PeopleTrail
from activities.records.reviews import Reviews
from activities.records.revised import RevisedDocuments
from activities.records.saved_searches import SavedSearches
from activities.records.source_tables import Source
from activities.records.sources import Sources
from activities.records.turns import Turns
from activities.records.unanswered import UnansweredQuestions
from activities.replies import CurrentReplies
from activities.sources.messages import SyncReport
from activities.sources.webhook import Pushes
from activities.turns import TurnView
from api import auth
from api.events import EventHub
from api.limits import Limiter
from api.probes import Probes
from api.problems import forbidden
from api.source_schemas import NewSource
from api.tokens import Tokens
from api.watching import RECHECK
from workflows.ingestion import IngestionProgress
from workflows.ingestion_client import Turn
from workflows.messages import Close, Decide, Decided, Escalate, Event, Rate, SendMessage, Snapshot


class Chat(Protocol):
    """Conversations as durable workflows: ``workflows.client.Conversations``, or a fake of it."""

    async def send(self, conversation_id: str, owner_id: str, message: SendMessage, wait: timedelta) -> TurnView | None:
        """Ask; None when the turn is still running after ``wait``."""
        ...

    async def decide(self, conversation_id: str, decide: Decide) -> Decided:
        """Decide on a case."""
        ...

    async def escalate(self, conversation_id: str, owner_id: str, request: Escalate) -> TurnView:
        """Hand over to a person."""
        ...

    async def rate(self, conversation_id: str, rate: Rate) -> None:
        """Keep a rating."""
        ...

    async def close(self, conversation_id: str, close: Close) -> None:
        """End the conversation."""
        ...

    async def snapshot(self, conversation_id: str) -> Snapshot:
        """Return the latest turns with the running one."""
        ...

    def events(self, conversation_id: str, from_offset: int = 0) -> AsyncIterator[tuple[int, Event]]:
        """Follow the conversation's events."""
        ...


class Intake(Protocol):
    """The way of files into the knowledge and out of it: ``api.intake.Intake``, or a fake of it."""

    async def take(
        self,
        ingestion_id: str,
        filename: str,
        data: bytes,
        *,
        title: str,
        department: str,
        classification: Level,
        limits: Limits = NO_LIMITS,
        sender: Principal,
        department_stands: bool = False,
    ) -> Ingestion:
        """Keep a file and start to take it in, with the rights of ``sender``. Raises ``DocumentRefusedError``."""
        ...

    async def revise(self, revision: Revision, ingestion_id: str) -> Ingestion:
        """Start to make a version anew by a person's decision. Raises ``DocumentRefusedError``."""
        ...

    async def abandon(self, ingestion_id: str) -> None:
        """Write down that an ingestion could not be started, when there is one."""
        ...

    async def place(self, document_id: str) -> int | None:
        """Move a document in the index to where its rights say; None when that takes longer."""
        ...

    async def progress(self, ingestion_id: str) -> IngestionProgress | None:
        """Return how far a running ingestion is; None when no worker says so now."""
        ...

    async def turn(self, ingestion_id: str, turn: Turn) -> IngestionProgress:
        """Pause, resume or cancel an ingestion."""
        ...

    async def remove(self, document_id: str, requested_by: str) -> DeletionProof | None:
        """Remove a document; None when that is accepted and takes longer."""
        ...


class Desk(Protocol):
    """Sources, each kept by its workflow: ``api.source_desk.SourceDesk``, or a fake of it."""

    async def add(self, new: NewSource, created_by: str) -> Source:
        """Write a source and start to read it."""
        ...

    async def sync(self, row: Source) -> None:
        """Sync now."""
        ...

    async def pause(self, row: Source) -> None:
        """Pause."""
        ...

    async def resume(self, row: Source) -> None:
        """Go on."""
        ...

    async def remove(self, row: Source) -> None:
        """Remove the source with its documents."""
        ...

    async def progress(self, row: Source) -> SyncReport | None:
        """Return how the sync goes; None when nobody says."""
        ...


@dataclass(frozen=True)
class SourceServices:
    """What is behind the routes of sources."""

    desk: Desk
    rows: Sources
    pushes: Pushes


@dataclass(frozen=True)
class Options:
    """What may differ between installations; the composition root fills it from settings."""

    message_max_characters: int = 8_000
    document_max_bytes: int = 25 * 1024 * 1024
    body_max_bytes: int = 256 * 1024
    currency: str = "EUR"
    review_due: timedelta = timedelta(hours=4)
    stream_life: timedelta = timedelta(minutes=10)
    recheck: timedelta = RECHECK
    """How often the rights of who holds a stream or a request open are looked up again."""
    metrics_sources: Mapping[str, str] = field(default_factory=dict)
    """Further metrics pages on this machine: URL by the value of their ``process`` label."""


@dataclass(frozen=True)
class Services:
    """Everything a request may need, built once by the composition root and injected in tests."""

    chat: Chat
    people: People
    keys: Keys
    conversations: Conversations
    turns: Turns
    reviews: Reviews
    audit: AuditTrail
    documents: Documents
    filters: DocumentFilters
    access: DocumentAccess
    readers: Readers
    ingestions: Ingestions
    intake: Intake
    trail: KnowledgeTrail
    people_trail: PeopleTrail
    confirmations: Confirmations
    revised: RevisedDocuments
    guard: Guard
    knowledge: Knowledge
    embedder: Embedder
    saved_searches: SavedSearches
    unanswered: UnansweredQuestions
    costs: Costs
    budgets: Budgets
    replies: CurrentReplies
    tokens: Tokens
    limiter: Limiter
    hub: EventHub
    probes: Probes
    sources: SourceServices
    options: Options = field(default_factory=Options)


async def get_services(request: Request) -> Services:
    """Return the services of the running application.

    Dependencies are ``async`` also where they wait for nothing: others are sent to a thread.
    """
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]


async def get_caller(
    request: Request, services: ServicesDep, presented: Annotated[auth.Presented, Depends(auth.presented)]
) -> Principal:
    """Return who calls, with rights as records have them now. Raises a 401, 403 or 429 problem."""
    auth.refuse_cross_site(request, presented)
    principal = await auth.principal_for(presented, services.tokens, services.people, services.keys)
    await services.limiter.count_request(principal.id)
    return principal


Caller = Annotated[Principal, Depends(get_caller)]
"""Anybody who is known."""


class Credential:
    """What the caller came in with: their rights may end while an answer is still being waited for."""

    def __init__(
        self, caller: Caller, services: ServicesDep, presented: Annotated[auth.Presented, Depends(auth.presented)]
    ) -> None:
        self.caller = caller
        self._services = services
        self._presented = presented

    async def look(self) -> Principal | None:
        """Return the caller with the rights of now; None when they were switched off or their API key was revoked."""
        return await auth.still(self._presented, self.caller.id, self._services.people, self._services.keys)


CredentialDep = Annotated[Credential, Depends()]


class Allowed:
    """A dependency that lets some roles through."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)

    async def __call__(self, caller: Caller) -> Principal:
        """Return the caller. Raises a 403 problem for any other role."""
        if caller.role not in self.roles:
            raise forbidden(f"This needs the role {' or '.join(sorted(self.roles))}.")
        return caller


Reviewer = Annotated[Principal, Depends(Allowed("agent", "supervisor", "admin"))]
Curator = Reviewer
"""Those who keep the knowledge."""
Supervisor = Annotated[Principal, Depends(Allowed("supervisor", "admin"))]
Admin = Annotated[Principal, Depends(Allowed("admin"))]


async def get_insider(
    request: Request, services: ServicesDep, presented: Annotated[auth.Presented, Depends(auth.presented)]
) -> None:
    """Let this machine in, and whoever may operate it. Raises a 401 or 403 problem."""
    if auth.from_this_machine(request):
        return
    principal = await auth.principal_for(presented, services.tokens, services.people, services.keys)
    if principal.role not in ("supervisor", "admin", "service"):
        raise forbidden("This is for operators and their services.")


Insider = Depends(get_insider)
