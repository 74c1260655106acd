"""What a connector promises: list the changes since a cursor, fetch one item, tell who may read it at the source."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx
from pydantic import BaseModel

from activities.ports import Level
from activities.sources.secret_store import SecretStore

Json = dict[str, Any]


class SourceUnavailableError(Exception):
    """The source does not answer now; worth a retry, after ``retry_after`` when it said so."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceRefusedError(Exception):
    """The source cannot be read as it is described: a wrong address, a missing secret, a log-in that is not taken."""


@dataclass(frozen=True)
class Content:
    """One item's bytes; ``name`` ends as its type does, ``.md`` or ``.html``, and may have folders."""

    name: str
    data: bytes
    title: str = ""
    department: str = ""
    """What the source itself says about it; empty means the source's default."""
    classification: Level | None = None
    """It may raise the source's default, never lower it."""


@dataclass(frozen=True)
class Item:
    """Something that is there now; the same ``fingerprint`` means the same content."""

    key: str
    fingerprint: str
    content: Content | None = None
    """When listing brought it along; else it is fetched, if it is new."""
    memory: Json = field(default_factory=dict)
    """What the connector wants to know of it at the next listing."""


@dataclass(frozen=True)
class Present:
    """Something that is there and has not changed as far as the source says."""

    key: str


@dataclass(frozen=True)
class Gone:
    """Something that is not there any more."""

    key: str


@dataclass(frozen=True)
class Skipped:
    """Something that is there and is not taken, and why in one line."""

    key: str
    reason: str


@dataclass(frozen=True)
class Checkpoint:
    """All changes before this one need not be listed again: the next listing may start at ``cursor``."""

    cursor: Json


@dataclass(frozen=True)
class Whole:
    """This listing has named everything that is there: what it has not named is gone."""


Change = Item | Present | Gone | Skipped | Checkpoint | Whole


class Known(Protocol):
    """What was remembered of items."""

    async def memory(self, key: str) -> Json | None:
        """Return the memory of an item; None when it is not known or was not taken."""
        ...


class Connector(Protocol):
    """An open source. Every method raises ``SourceUnavailableError`` and ``SourceRefusedError``."""

    def changes(self, cursor: Json, known: Known) -> AsyncIterator[Change]:
        """List what changed since ``cursor``, empty at first."""
        ...

    async def fetch(self, key: str) -> Content | None:
        """Return one item; None when it is not there any more, or not for us."""
        ...

    async def readers(self, key: str) -> frozenset[str] | None:
        """Return who may read an item at the source; None when everybody may who may read the source."""
        ...


@dataclass(frozen=True)
class Tools:
    """What connectors work with."""

    http: "HttpFactory"
    secrets: SecretStore
    folders: tuple[Path, ...]
    """Where on this machine sources may be; nothing else is read."""
    cache_dir: Path
    max_bytes: int
    """Of one item."""
    private_hosts: tuple[str, ...] = ()
    """Hosts with private addresses that the operator allows."""


class HttpFactory(Protocol):
    """Makes clients that refuse private addresses unless the operator has allowed them."""

    def __call__(self, **options: Any) -> httpx.AsyncClient:
        """Return a client; ``options`` are those of ``httpx.AsyncClient``."""
        ...


class Kind(Protocol):
    """A kind of source. One module of this package each, with an instance named ``KIND``."""

    name: str
    config: type[BaseModel]
    has_readers: bool
    """Whether the source knows who may read an item."""
    watched: bool
    """Whether ``watch`` notices changes between two syncs."""

    def open(self, config: Any, tools: Tools, source_id: str) -> AbstractAsyncContextManager[Connector]:
        """Open a source of this kind."""
        ...


class Watching(Protocol):
    """A connector that notices changes."""

    async def watch(self, since: str) -> str:
        """Wait until the source is not as ``since`` says, and return how it is; at once when it never was."""
        ...
