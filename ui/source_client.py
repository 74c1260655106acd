"""Sources as the pages call them."""

import asyncio
from typing import Any

from ui.client import Api, Caller, segment
from ui.source_contract import Change, Item, Kind, Source

NOT_TAKEN = ("failed", "refused", "skipped")


class Feeds(Caller):
    """Sources with one person's rights. Every method raises ``ApiError``."""

    @classmethod
    def of(cls, api: Api, token: str) -> "Feeds":
        """Return the sources as the holder of this token may see and steer them."""
        return cls(api.http, token)

    async def kinds(self) -> list[Kind]:
        """Return the kinds of sources, by name."""
        return await self._page(Kind, "/v1/source-kinds")

    async def sources(self) -> list[Source]:
        """Return the sources by name, each with its progress."""
        found = await self._page(Source, "/v1/sources")
        return list(await asyncio.gather(*(self._one(each.id) for each in found)))

    async def not_taken(self, source: Source, limit: int) -> list[Item]:
        """Return up to ``limit`` items of each state that were not taken, and why."""
        path, states = f"/v1/sources/{segment(source.id)}/items", [each for each in NOT_TAKEN if source.items.get(each)]
        pages = await asyncio.gather(*(self._page(Item, path, status=each, limit=str(limit)) for each in states))
        return [item for page in pages for item in page]

    async def add(self, new: dict[str, Any]) -> Source:
        """Read a source from now on."""
        return await self._read(Source, "POST", "/v1/sources", json=new)

    async def change(self, source_id: str, change: Change) -> None:
        """Sync, pause, resume or remove a source."""
        path = f"/v1/sources/{segment(source_id)}"
        if change == "remove":
            await self._send("DELETE", path)
        else:
            await self._send("POST", f"{path}/{change}")

    async def _one(self, source_id: str) -> Source:
        return await self._read(Source, "GET", f"/v1/sources/{segment(source_id)}")
