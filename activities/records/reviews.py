"""The review queue: cases that wait for a person, and who has taken them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, func, or_, select, update

from activities.records.database import Database, utc_now
from activities.records.models import Review
from activities.records.paging import behind, latest_first, soonest_first

ReviewState = Literal["pending", "decided", "expired", "withdrawn"]
Stage = Literal["waiting", "reminded", "raised"]

STAGES: tuple[Stage, ...] = ("waiting", "reminded", "raised")
WAITING = (Review.due_at, Review.id)
# A case that expired or was withdrawn has nobody who decided.
SETTLED = (func.coalesce(Review.decided_at, Review.created_at), Review.id)


def listed_at(review: Review) -> tuple[datetime, str]:
    """Return the moment and the id by which ``Reviews.list_for`` puts a case in its place."""
    moment = review.due_at if review.state == "pending" else review.decided_at or review.created_at
    return moment, review.id


@dataclass(frozen=True)
class Queue:
    """How many cases wait, and since when the oldest does; None when none waits."""

    waiting: int
    oldest_at: datetime | None


class Reviews:
    """All SQL about cases; each method is one transaction and raises ``DatabaseUnavailableError``.

    A change is a compare-and-set on a pending case: True says that it holds now, a repeat of it is True again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, review_id: str) -> Review | None:
        """Return the case; None when it is unknown."""
        async with self._database.read() as session:
            return await session.get(Review, review_id)

    async def list_for(
        self,
        state: ReviewState = "pending",
        departments: Collection[str] | None = None,
        *,
        limit: int = 100,
        moment: datetime | None = None,
        behind_id: str | None = None,
    ) -> list[Review]:
        """Return cases of some departments (None: of all), pending ones the soonest due first, others the latest.

        With ``moment`` and ``behind_id``, which ``listed_at`` tells, those that follow that case.
        """
        query = select(Review).where(Review.state == state)
        if departments is not None:
            query = query.where(Review.department.in_(departments))
        pending = state == "pending"
        order = WAITING if pending else SETTLED
        if moment is not None:
            query = query.where(behind(order, moment, behind_id, soonest=pending))
        query = query.order_by(*(soonest_first(order) if pending else latest_first(order))).limit(limit)
        async with self._database.read() as session:
            return list(await session.scalars(query))

    async def claim(self, review_id: str, reviewer_id: str) -> bool:
        """Take a case that nobody has."""
        free = or_(Review.claimed_by.is_(None), Review.claimed_by == reviewer_id)
        return await self._change(review_id, free, claimed_by=reviewer_id, claimed_at=utc_now())

    async def release(self, review_id: str, reviewer_id: str) -> bool:
        """Give back a case that ``reviewer_id`` has."""
        return await self._change(review_id, Review.claimed_by == reviewer_id, claimed_by=None, claimed_at=None)

    async def assign(self, review_id: str, reviewer_id: str, *, instead_of: str | None) -> bool:
        """Give a case to ``reviewer_id`` if ``instead_of`` (None: nobody) still has it."""
        held = or_(Review.claimed_by.is_not_distinct_from(instead_of), Review.claimed_by == reviewer_id)
        return await self._change(review_id, held, claimed_by=reviewer_id, claimed_at=utc_now())

    async def set_stage(self, review_id: str, stage: Stage, due_at: datetime | None = None) -> bool:
        """Move a case on: waiting, reminded, raised, and never back; ``due_at`` is its new deadline."""
        reached = Review.stage.in_(STAGES[: STAGES.index(stage) + 1])
        changes = {"stage": stage} if due_at is None else {"stage": stage, "due_at": due_at}
        return await self._change(review_id, reached, **changes)

    async def set_question(self, review_id: str, question: str) -> bool:
        """Keep what the customer has added to an open case."""
        return await self._change(review_id, question=question)

    async def queue(self, departments: Collection[str] | None = None) -> Queue:
        """Return how many cases wait in some departments (None: in all), and since when."""
        query = select(func.count(), func.min(Review.created_at)).where(Review.state == "pending")
        if departments is not None:
            query = query.where(Review.department.in_(departments))
        async with self._database.read() as session:
            waiting, oldest_at = (await session.execute(query)).one()
            return Queue(waiting, oldest_at)

    async def concern(self, conversation_id: str, departments: Collection[str] | None = None) -> bool:
        """Say whether a conversation has a case, waiting or settled, of some departments (None: of any)."""
        query = select(Review.id).where(Review.conversation_id == conversation_id).limit(1)
        if departments is not None:
            query = query.where(Review.department.in_(departments))
        async with self._database.read() as session:
            return (await session.scalars(query)).first() is not None

    async def conversations_citing(self, document_id: str) -> list[str]:
        """Return the conversations in which a draft that quotes a document waits, in order."""
        query = select(Review.conversation_id, Review.citations).where(
            Review.state == "pending", Review.kind == "review"
        )
        async with self._database.read() as session:
            waiting = (await session.execute(query)).all()
        return sorted({row.conversation_id for row in waiting if _cites(row.citations, document_id)})

    async def _change(self, review_id: str, *conditions: ColumnElement[bool], **values: object) -> bool:
        mine = (Review.id == review_id, Review.state == "pending", *conditions)
        async with self._database.write() as session:
            done = await session.execute(update(Review).where(*mine).values(values).returning(Review.id))
            return done.first() is not None


def _cites(citations: Sequence[Mapping[str, object]], document_id: str) -> bool:
    return any(citation["document_id"] == document_id for citation in citations)
