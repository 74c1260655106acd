"""A worker looks after the index: damage and losses are repaired at once, not in the night."""

import asyncio
import logging

from temporalio.client import Client
from temporalio.service import RPCError

from activities.knowledge.check import IndexCheck
from activities.ports import KnowledgeUnavailableError
from activities.records.database import DatabaseUnavailableError
from workflows.index_check import check_now

LOOK_SECONDS = 60.0
PATIENT_LOOKS = 60
"""How many times trouble is only looked at that a check has not ended, before it is checked again."""
logger = logging.getLogger(__name__)


class IndexWatch:
    """Has an index that is damaged, or has lost something, checked: until then it answers from what is left."""

    def __init__(self, client: Client, check: IndexCheck) -> None:
        """Look by ``check``; start checks by ``client``."""
        self._client = client
        self._check = check
        self._unsure = True
        self._trouble = ""
        self._looks = 0

    async def run(self) -> None:
        """Look again and again."""
        while True:
            try:
                await self.look()
            except Exception:  # damage shows itself in many ways, and the next look is a minute away
                logger.exception("the index could not be looked at")
                self._unsure = True
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Look once: thoroughly at first, and when nobody could tell the last time.

        A worker serves all the same when nobody can look.
        """
        try:
            trouble = await self._check.trouble(thorough=self._unsure)
            self._unsure = False
            self._looks = self._looks + 1 if trouble == self._trouble else 0
            if trouble and self._looks % PATIENT_LOOKS == 0:
                logger.warning("the index is compared with records and repaired now: %s", trouble)
                await check_now(self._client)
            self._trouble = trouble
        except (KnowledgeUnavailableError, DatabaseUnavailableError, RPCError) as error:
            logger.warning("the index is not compared with records now: %s", error)
            self._unsure = True
