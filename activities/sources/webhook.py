"""Webhooks: a system sends its documents by itself, signed by Standard Webhooks."""

import base64
import binascii
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from activities.ports import Level
from activities.records.database import utc_now
from activities.records.sources import Sources
from activities.sources.connector import Change, Content, Gone, Item, Json, Known, SourceRefusedError, Tools
from activities.sources.secret_store import SecretMissingError, SecretStore
from activities.sources.sync import SourceSync

TOLERANCE = timedelta(minutes=5)
"""Of the clocks of both sides, as Standard Webhooks advises."""
PREFIX = "whsec_"
VERSION = "v1"


class PushRefusedError(Exception):
    """A message that is not signed, or not now, or not understood."""


class WebhookConfig(BaseModel):
    """``secret`` names the signing secret, ``whsec_...``; during a rotation the file holds both, a line each."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    secret: str = Field(min_length=1, max_length=64)


class PushedDocument(BaseModel):
    """A document as it is sent: text, or bytes in base64 with a name that ends as their type does."""

    model_config = ConfigDict(extra="forbid")
    key: str = Field(min_length=1, max_length=1_000)
    name: str = Field(default="", max_length=300)
    title: str = Field(default="", max_length=400)
    text: str | None = None
    content: Annotated[str, Field(description="Bytes in base64.")] | None = None
    department: str = Field(default="", max_length=64, pattern=r"^[A-Za-z0-9._-]*$")
    classification: Level | None = None


class Push(BaseModel):
    """The body of a message."""

    type: Literal["document.upserted", "document.deleted"]
    data: PushedDocument

    def change(self) -> Item | Gone:
        """Return what this means for the source. Raises ``PushRefusedError``."""
        if self.type == "document.deleted":
            return Gone(self.data.key)
        data = self._bytes()
        name = self.data.name or (self.data.key if "." in self.data.key.rsplit("/", 1)[-1] else f"{self.data.key}.md")
        content = Content(name, data, self.data.title, self.data.department, self.data.classification)
        said = repr((name, content.title, content.department, content.classification)).encode()
        return Item(self.data.key, sha256(said + data).hexdigest(), content)

    def _bytes(self) -> bytes:
        if (self.data.text is None) == (self.data.content is None):
            raise PushRefusedError("The message must have either text or content")
        if self.data.text is not None:
            return self.data.text.encode("utf-8", "replace")
        try:
            return base64.b64decode(self.data.content or "", validate=True)
        except (binascii.Error, ValueError) as error:
            raise PushRefusedError("The content is not base64") from error


class Pushes:
    """Takes messages."""

    def __init__(self, sources: Sources, sync: SourceSync, secrets: SecretStore) -> None:
        self._sources = sources
        self._sync = sync
        self._secrets = secrets

    async def take(self, source_id: str, headers: Mapping[str, str], body: bytes) -> str:
        """Verify a message and keep what it brings; return its id.

        Raises ``PushRefusedError``, ``PushSeenError`` and ``DocumentRefusedError``.
        """
        row = await self._sources.get(source_id)
        try:
            secrets = self._secrets.read(row.config["secret"]).split() if row and row.kind == "webhook" else []
        except SecretMissingError:
            secrets = []
        message_id = verify(secrets, headers, body)
        assert row is not None
        if row.status == "removing":
            raise PushRefusedError("The source is being removed")
        try:
            push = Push.model_validate_json(body)
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(map(str, fault["loc"]))
            raise PushRefusedError(f"The message is not understood: {place}: {fault['msg']}") from error
        await self._sources.forget_pushes(utc_now() - 4 * TOLERANCE)
        await self._sync.push(row, message_id, push.change())
        return message_id


def verify(secrets: list[str], headers: Mapping[str, str], body: bytes) -> str:
    """Return the id of a message that one of ``secrets`` has signed within five minutes. Raises ``PushRefusedError``.

    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    message_id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    signed = f"{message_id}.{at}.".encode() + body
    given = [part[len(VERSION) + 1 :] for part in headers.get("webhook-signature", "").split() if part[:3] == "v1,"]
    # Compared for each pair, whatever was found before, and for an unknown source too. Each secret signs once: it is
    # the sender, known or not, who says how many signatures there are.
    expected = [sign(secret, signed).encode() for secret in secrets or [PREFIX]]
    matches = [hmac.compare_digest(own, each.encode("utf-8", "replace")) for own in expected for each in given]
    if not any(matches) or not secrets or not message_id or len(message_id) > 200:
        raise PushRefusedError("The message is not signed with the secret of this source")
    age = utc_now().timestamp() - (int(at) if at.isdecimal() and len(at) < 12 else 0)
    if abs(age) > TOLERANCE.total_seconds():
        raise PushRefusedError("The message is older than five minutes, or from the future")
    return message_id


def sign(secret: str, signed: bytes) -> str:
    """Return the signature of ``id.timestamp.body``: HMAC-SHA256 in base64."""
    text = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        key = secret.encode()
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


class Webhook:
    """Nothing to list: everything is sent."""

    async def changes(self, cursor: Json, known: Known) -> AsyncIterator[Change]:
        """List nothing."""
        return
        yield

    async def fetch(self, key: str) -> Content | None:
        """There is nobody to ask. Raises ``SourceRefusedError``."""
        raise SourceRefusedError("its content was sent once and is not kept; send it again")

    async def readers(self, key: str) -> None:
        """Whoever may read the source."""
        return


class WebhookKind:
    """Systems that send by themselves."""

    name = "webhook"
    config = WebhookConfig
    has_readers = False
    watched = False

    @asynccontextmanager
    async def open(self, config: WebhookConfig, tools: Tools, source_id: str) -> AsyncIterator[Webhook]:
        """Check that there is a secret. Raises ``SecretMissingError``."""
        tools.secrets.read(config.secret)
        yield Webhook()


KIND = WebhookKind()
