"""The knowledge as the pages call it: the part of the API's addresses that chat and review desk do not use."""

from pathlib import Path
from typing import Any

from ui.client import Api, ApiError, Caller, parsed, segment
from ui.contract import Excerpt
from ui.knowledge_contract import (
    Access,
    Dated,
    Document,
    Found,
    Gaps,
    Ingestion,
    OpenDocument,
    Replies,
    Rule,
    SavedSearch,
    Version,
    Waiting,
)

UPLOAD_TIMEOUT_SECONDS = 300
MOST_DOCUMENTS = 200
"""In one list: the most that the API gives at once."""


class Library(Caller):
    """The API with one person's rights. Every method raises ``ApiError``."""

    @classmethod
    def of(cls, api: Api, token: str) -> "Library":
        """Return the knowledge as the holder of this token may use it."""
        return cls(api.http, token)

    async def search(self, request: dict[str, Any]) -> Found:
        """Search with my rights."""
        return await self._read(Found, "POST", "/v1/search", json=request)

    async def saved_searches(self) -> list[SavedSearch]:
        """Return my saved searches by name."""
        return await self._page(SavedSearch, "/v1/searches")

    async def save_search(self, name: str, request: dict[str, Any]) -> None:
        """Keep a search under a name."""
        await self._send("POST", "/v1/searches", json={"name": name, "request": request})

    async def forget_search(self, search_id: str) -> None:
        """Forget a saved search."""
        await self._send("DELETE", f"/v1/searches/{segment(search_id)}")

    async def excerpt(self, document_id: str, version: int, start: int, end: int) -> Excerpt:
        """Return a piece of a document's text, by offsets in characters."""
        path = f"/v1/documents/{segment(document_id)}/text"
        return await self._read(Excerpt, "GET", path, params={"version": version, "start": max(0, start), "end": end})

    async def documents(self, text: str, limit: int = MOST_DOCUMENTS) -> list[Document]:
        """Return the documents that I may read whose title or source has ``text``, by title."""
        body = (await self._send("GET", "/v1/documents", params={"text": text[:200], "limit": limit})).json()
        return [parsed(Document, item) for item in body["items"]]

    async def document(self, document_id: str, *, out_of_date: bool = False) -> OpenDocument:
        """Return a document with its text; ``out_of_date`` also outside of its dates, for who may change those."""
        path = f"/v1/documents/{segment(document_id)}"
        return await self._read(OpenDocument, "GET", path, params={"out_of_date": out_of_date})

    async def expiries(self) -> list[Dated]:
        """Return the documents whose dates ask for a decision, the most pressing first."""
        return await self._page(Dated, "/v1/expiries", limit=str(MOST_DOCUMENTS))

    async def dates(self, document_id: str) -> Rule | None:
        """Return from when and until when a document answers; None for who may not change that."""
        try:
            return (await self._read(Access, "GET", f"/v1/documents/{segment(document_id)}/access")).rule
        except ApiError as error:
            if error.status not in (403, 404):
                raise
            return None

    async def change_dates(self, document_id: str, dates: dict[str, str | None]) -> None:
        """Let a document answer from and until other moments; what is left out stays, None takes a date away."""
        await self._send("PATCH", f"/v1/documents/{segment(document_id)}", json=dates)

    async def versions(self, document_id: str, *, out_of_date: bool = False) -> list[Version]:
        """Return the versions that I may read, newest first; ``out_of_date`` as above."""
        path = f"/v1/documents/{segment(document_id)}/versions"
        return await self._page(Version, path, out_of_date=str(out_of_date).lower())

    async def upload(self, path: Path, rights: dict[str, str]) -> Ingestion:
        """Send a file and start to take it in; ``rights`` are the fields of the upload, empty ones say nothing."""
        fields = {name: value for name, value in rights.items() if value}
        with path.open("rb") as file:
            answer = await self._send(
                "POST", "/v1/documents", files={"file": (path.name, file)}, data=fields, timeout=UPLOAD_TIMEOUT_SECONDS
            )
        return parsed(Ingestion, answer.json())

    async def ingestion(self, ingestion_id: str) -> Ingestion:
        """Return how taking a file in goes."""
        return await self._read(Ingestion, "GET", f"/v1/ingestions/{segment(ingestion_id)}")

    async def classify(self, document_id: str, classification: str) -> None:
        """Move a document to another class."""
        path = f"/v1/documents/{segment(document_id)}/classification"
        await self._send("POST", path, json={"classification": classification})

    async def confirmations(self) -> list[Waiting]:
        """Return the documents whose class waits for my decision."""
        return await self._page(Waiting, "/v1/confirmations", limit=str(MOST_DOCUMENTS))

    async def restore(self, document_id: str, version: int) -> None:
        """Bring an old version back as the newest one."""
        await self._send("POST", f"/v1/documents/{segment(document_id)}/versions/{version}/restore")

    async def remove(self, document_id: str) -> None:
        """Remove a document everywhere."""
        await self._send("DELETE", f"/v1/documents/{segment(document_id)}")

    async def replies(self) -> Replies:
        """Return what customers are told for each outcome."""
        return await self._read(Replies, "GET", "/v1/replies")

    async def gaps(self) -> Gaps:
        """Return what was asked and not answered, the most asked first."""
        return await self._read(Gaps, "GET", "/v1/gaps")
