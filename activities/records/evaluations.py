"""Evaluations: what a nightly run found, and the latest one."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import select

from activities.records.database import Database, utc_now
from activities.records.evaluation_tables import Evaluation


class GoldenFigures(BaseModel, extra="allow"):
    """What ``holdfast eval golden --json`` prints, as far as it is counted; shares are 0..1."""

    n: int
    accuracy: float
    automatic_share: float
    automatic_precision: float


class Evaluations:
    """All SQL about evaluations; each method is one transaction and raises ``DatabaseUnavailableError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, run_id: str, figures: GoldenFigures) -> datetime:
        """Keep a run's figures, once; return when it finished."""
        async with self._database.write() as session:
            known = await session.get(Evaluation, run_id)
            if known is None:
                known = Evaluation(
                    id=run_id,
                    finished_at=utc_now(),
                    n=figures.n,
                    accuracy=figures.accuracy,
                    automatic_share=figures.automatic_share,
                    automatic_precision=figures.automatic_precision,
                    figures=figures.model_dump(exclude={"failures"}),
                )
                session.add(known)
            return known.finished_at

    async def latest(self) -> Evaluation | None:
        """Return the run that finished last."""
        query = select(Evaluation).order_by(Evaluation.finished_at.desc()).limit(1)
        async with self._database.read() as session:
            return (await session.scalars(query)).first()
