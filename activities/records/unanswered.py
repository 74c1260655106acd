"""Questions that the knowledge did not answer, found in the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, or_, select

from activities.records.database import Database
from activities.records.models import AuditRow, Turn
from graphs.policy import NOTHING_FOUND, TOO_UNCERTAIN


@dataclass(frozen=True)
class Unanswered:
    """A question as it was kept (personal data masked), and where it belongs."""

    turn_id: str
    asked_by: str
    """The id of a person: what colleagues ask may tell what only they read."""
    question: str
    intent: str
    department: str
    asked_at: datetime


class UnansweredQuestions:
    """All SQL about them; raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_since(self, since: datetime, *, limit: int) -> list[Unanswered]:
        """Return the latest ``limit`` questions since a moment for which no document was good enough."""
        said = cast(AuditRow.reasons, String)
        query = (
            select(Turn, AuditRow.user_id)
            .join(AuditRow, AuditRow.turn_id == Turn.id)
            .where(Turn.created_at >= since, or_(said.contains(NOTHING_FOUND), said.contains(TOO_UNCERTAIN)))
            .order_by(Turn.created_at.desc())
            .limit(limit)
        )
        async with self._database.read() as session:
            return [_question(turn, user_id) for turn, user_id in await session.execute(query)]


def _question(turn: Turn, user_id: str) -> Unanswered:
    classification: dict[str, Any] = turn.classification
    return Unanswered(
        turn_id=turn.id,
        asked_by=user_id,
        question=str(classification.get("question") or turn.message),
        intent=turn.intent,
        department=str(classification.get("department", "")),
        asked_at=turn.created_at,
    )
