"""Answers kept for like questions: written once, read by key, the oldest dropped."""

from typing import Any

from sqlalchemy import Select, delete, func, select

from activities.records.answer_tables import KeptAnswer
from activities.records.database import Database
from activities.records.models import Document
from activities.records.upsert import insert_once

MOST = 5_000
"""Answers kept in all: 8 MB of vectors."""
MOST_OF_A_KEY = 1_000
"""Answers compared with one question: less than a millisecond."""


class KeptAnswers:
    """All SQL about kept answers; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_for(self, key: str) -> list[KeptAnswer]:
        """Return the latest answers under a key."""
        query = select(KeptAnswer).where(KeptAnswer.key == key).order_by(KeptAnswer.created_at.desc())
        async with self._database.read() as session:
            return list(await session.scalars(query.limit(MOST_OF_A_KEY)))

    async def keep(self, answer: KeptAnswer) -> None:
        """Keep an answer, once, and drop the oldest beyond the bound."""
        kept: Select[Any] = select(KeptAnswer.id).order_by(KeptAnswer.created_at.desc(), KeptAnswer.id).limit(MOST)
        async with self._database.write() as session:
            await session.execute(insert_once(self._database.dialect, answer))
            if (await session.scalar(select(func.count()).select_from(KeptAnswer)) or 0) > MOST:
                await session.execute(delete(KeptAnswer).where(KeptAnswer.id.not_in(kept)))

    async def forget(self, document_id: str) -> None:
        """Drop the answers that quote a document."""
        async with self._database.write() as session:
            rows = await session.execute(select(KeptAnswer.id, KeptAnswer.draft))
            quoting = [name for name, draft in rows if _quotes(draft, document_id)]
            await session.execute(delete(KeptAnswer).where(KeptAnswer.id.in_(quoting)))

    async def count(self, document_id: str) -> int:
        """Return how many answers quote a document."""
        async with self._database.read() as session:
            return sum(_quotes(draft, document_id) for draft in await session.scalars(select(KeptAnswer.draft)))

    async def knowledge_state(self) -> str:
        """Return what changes whenever a document is published, changed or removed."""
        query = select(func.count(), func.max(Document.updated_at)).where(Document.status == "published")
        async with self._database.read() as session:
            count, latest = (await session.execute(query)).one()
        return f"{count}:{latest}"


def _quotes(draft: dict[str, Any], document_id: str) -> bool:
    return any(each["document_id"] == document_id for each in draft["citations"])
