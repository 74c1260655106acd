"""Questions that the knowledge did not answer, found in the audit trail."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, String, cast, or_, select

from activities.records.database import Database
from activities.records.models import AuditRow, Turn
from activities.records.paging import behind, latest_first
from graphs.policy import NOTHING_FOUND, TOO_UNCERTAIN

ORDER = (Turn.created_at, Turn.id)
AT_ONCE = 500


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

    async def parts_since(
        self, since: datetime, *, department: str | None = None, at_once: int = AT_ONCE
    ) -> AsyncIterator[list[Unanswered]]:
        """Yield the questions since a moment for which no document was good enough, the latest first, part by part.

        With ``department`` only those that belong there.
        """
        query, last = _asked(since, department).limit(at_once), None
        while True:
            async with self._database.read() as session:
                part = query.where(behind(ORDER, last.created_at, last.id)) if last else query
                rows = (await session.execute(part)).all()
            yield [_question(row) for row in rows]
            if len(rows) < at_once:
                return
            last = rows[-1]


def _asked(since: datetime, department: str | None) -> Select[Any]:
    said = cast(AuditRow.reasons, String)
    query = (
        select(Turn.id, AuditRow.user_id, Turn.message, Turn.intent, Turn.classification, Turn.created_at)
        .join(AuditRow, AuditRow.turn_id == Turn.id)
        .where(Turn.created_at >= since, or_(said.contains(NOTHING_FOUND), said.contains(TOO_UNCERTAIN)))
        .order_by(*latest_first(ORDER))
    )
    return query if department is None else query.where(Turn.classification["department"].as_string() == department)


def _question(row: Row[Any]) -> Unanswered:
    classification: dict[str, Any] = row.classification
    return Unanswered(
        turn_id=row.id,
        asked_by=row.user_id,
        question=str(classification.get("question") or row.message),
        intent=row.intent,
        department=str(classification.get("department", "")),
        asked_at=row.created_at,
    )
