"""The kept file of an ingestion, opened: its format and its documents, not parsed yet."""

import asyncio
from collections import OrderedDict

from activities import metrics
from activities.knowledge.formats.document import DocumentRefusedError, Entry, Format
from activities.knowledge.reports import IngestionRequest
from activities.knowledge.validate import check_file, find_format
from activities.records.ingestions import Ingestions

KEPT_BYTES = 32 * 1024 * 1024
"""A file of many documents is needed for each of its parts; the last ones are kept open up to this size."""
Opened = tuple[Format, list[Entry]]


class UploadMissingError(Exception):
    """The file of an ingestion is not kept any more: the ingestion has ended."""


class Uploads:
    """Opens files of ingestions; each method raises ``UploadMissingError`` and ``DatabaseUnavailableError``."""

    def __init__(self, ingestions: Ingestions, max_bytes: int) -> None:
        """Read from ``ingestions``; larger files than ``max_bytes`` are refused."""
        self._ingestions = ingestions
        self._max_bytes = max_bytes
        self._kept: OrderedDict[str, Opened] = OrderedDict()

    async def check(self, request: IngestionRequest) -> list[Entry]:
        """Validate the file and return its documents. Raises ``DocumentRefusedError``."""
        data = await self.fetch(request)
        with metrics.ingestion_step("validate"):
            found = await asyncio.to_thread(check_file, request.filename, data, self._max_bytes)
            entries = await asyncio.to_thread(found.entries, data, request.filename)
        if not entries:
            raise DocumentRefusedError("it holds no documents")
        self._keep(request, (found, entries))
        return entries

    async def open(self, request: IngestionRequest) -> Opened:
        """Return format and documents of a file that was validated before."""
        if kept := self._kept.get(request.ingestion_id):
            return kept
        data = await self.fetch(request)
        opened = await asyncio.to_thread(_open, request.filename, data)
        self._keep(request, opened)
        return opened

    async def fetch(self, request: IngestionRequest) -> bytes:
        """Return the file's bytes. Raises ``UploadMissingError``."""
        with metrics.ingestion_step("fetch"):
            data = await self._ingestions.read_blob(request.blob_sha256)
        if data is None:
            raise UploadMissingError(f"the file of ingestion {request.ingestion_id!r} is gone; upload it again")
        return data

    def close(self, request: IngestionRequest) -> None:
        """Let go of a file whose ingestion has ended."""
        self._kept.pop(request.ingestion_id, None)

    def _keep(self, request: IngestionRequest, opened: Opened) -> None:
        """Keep a file of several documents while its parts are taken."""
        if len(opened[1]) > 1:
            self._kept[request.ingestion_id] = opened
        while sum(len(entry.data) for _, entries in self._kept.values() for entry in entries) > KEPT_BYTES:
            self._kept.popitem(last=False)


def _open(filename: str, data: bytes) -> Opened:
    found = find_format(filename, data)
    return found, found.entries(data, filename)
