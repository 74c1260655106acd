"""The turn ledger: what a turn leaves behind, written in one transaction, as often as asked with one effect."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Update, or_, update

from activities.records.cost_tables import ModelCall
from activities.records.database import Database
from activities.records.models import AuditRow, Conversation, Review, Turn
from activities.records.upsert import Insert, insert_once, upsert

OPEN_OUTCOMES = ("running", "pending_review")
"""Outcomes that a later write of the same turn may replace."""


def upsert_turn(dialect: str, turn: Turn) -> Insert:
    """Write a turn; a finished one changes only when it ends otherwise, and is never made unfinished again."""
    unfinished = Turn.completed_at.is_(None)
    replaceable = or_(unfinished, Turn.status != turn.status) if turn.completed_at else unfinished
    return upsert(dialect, turn, where=replaceable)


def upsert_audit(dialect: str, row: AuditRow) -> Insert:
    """Write the turn's one audit row; a final outcome is never replaced by an open one."""
    replaceable: ColumnElement[bool] | None = None
    if row.outcome in OPEN_OUTCOMES:
        replaceable = AuditRow.outcome.in_(OPEN_OUTCOMES)
    return upsert(dialect, row, where=replaceable)


def upsert_review(dialect: str, review: Review) -> Insert:
    """Open a case once, or settle it once: a case that is no longer pending stays as it was settled."""
    if review.state == "pending":
        return insert_once(dialect, review)
    return upsert(dialect, review, where=Review.state == "pending")


class TurnLedger:
    """Writes of the durable steps. Each is one transaction with one commit, and safe to repeat."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(
        self, turn: Turn, audit: AuditRow, *reviews: Review | None, calls: Sequence[ModelCall] = ()
    ) -> frozenset[str]:
        """Write a turn, its audit row, the cases it opens or settles, and the calls of models, all or none.

        Returns the ids of the turn and of the cases that this write changed; a repeat of a final one changes none.

        Rows are new model instances that carry only what the caller knows: columns left out keep their value
        (or default). Call it once when the turn ends or is held, and again when a person has decided.
        Raises ``DatabaseUnavailableError``.
        """
        dialect = self._database.dialect
        statements = [upsert_turn(dialect, turn).returning(Turn.id)]
        statements += [upsert_review(dialect, each).returning(Review.id) for each in reviews if each is not None]

        def write(connection: Connection) -> frozenset[str]:
            changed = [name for each in statements for name in connection.scalars(each)]
            connection.execute(upsert_audit(dialect, audit))
            connection.execute(_touch(turn))
            for call in calls:
                connection.execute(insert_once(dialect, call))
            return frozenset(changed)

        return await self._database.transact(write)


def _touch(turn: Turn) -> Update:
    moment = turn.completed_at or turn.created_at
    mine = (Conversation.id == turn.conversation_id, Conversation.updated_at < moment)
    return update(Conversation).where(*mine).values(updated_at=moment)
