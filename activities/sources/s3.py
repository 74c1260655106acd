"""A bucket of any S3-compatible server, by the minio client."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import islice
from typing import Any
from xml.etree import ElementTree

import httpx
from minio import Minio
from minio.error import MinioException, S3Error
from pydantic import BaseModel, ConfigDict, Field
from urllib3 import Retry, Timeout
from urllib3.exceptions import HTTPError

from activities.sources.connector import (
    Change,
    Content,
    Item,
    Json,
    Known,
    Skipped,
    SourceRefusedError,
    SourceUnavailableError,
    Tools,
    Whole,
)
from activities.sources.http_url import HttpUrl
from activities.sources.sockets import GuardedPools

AT_ONCE = 500
LISTING_BYTES = 16 * 1024 * 1024
REFUSALS = {
    "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket", "InvalidBucketName",
    "AuthorizationHeaderMalformed",
}  # fmt: skip
ABSENT = {"NoSuchKey", "NoSuchObject", "ResourceNotFound"}


class S3Config(BaseModel):
    """``secret`` names ``ACCESS_KEY:SECRET_KEY``; without one the bucket is read as anybody may."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    endpoint: HttpUrl = "https://s3.amazonaws.com"
    bucket: str = Field(min_length=3, max_length=63)
    prefix: str = Field(default="", max_length=400)
    region: str = Field(default="us-east-1", max_length=40)
    secret: str = Field(default="", max_length=64)


class S3:
    """An open bucket."""

    def __init__(self, config: S3Config, client: Minio, max_bytes: int) -> None:
        self._config = config
        self._client = client
        self._max_bytes = max_bytes

    async def changes(self, cursor: Json, known: Known) -> AsyncIterator[Change]:
        """List all objects; one is the same while its ETag is."""
        with _named():
            objects = self._client.list_objects(self._config.bucket, self._config.prefix or None, recursive=True)
            while found := await asyncio.to_thread(lambda: list(islice(objects, AT_ONCE))):
                for each in found:
                    if not each.object_name.endswith("/"):
                        yield self._change(each)
        yield Whole()

    async def fetch(self, key: str) -> Content | None:
        """Read an object."""
        with _named():
            try:
                return Content(key, await asyncio.to_thread(self._read, key))
            except S3Error as error:
                if error.code in ABSENT:
                    return None
                raise

    async def readers(self, key: str) -> None:
        """Whoever may read the source."""
        return

    def _change(self, found: Any) -> Change:
        if (found.size or 0) > self._max_bytes:
            return Skipped(found.object_name, f"it has {found.size:,} bytes; at most {self._max_bytes:,} are taken")
        return Item(found.object_name, (found.etag or "").strip('"'))

    def _read(self, key: str) -> bytes:
        return bytes(self._client.get_object(self._config.bucket, key).data)


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except S3Error as error:
        kind = SourceRefusedError if error.code in REFUSALS else SourceUnavailableError
        raise kind(f"the bucket says {error.code}: {error.message}") from error
    except (MinioException, HTTPError, OSError) as error:
        raise SourceUnavailableError(f"the bucket does not answer: {error}") from error
    except (ElementTree.ParseError, ValueError) as error:  # names with ``..``, too, which the client does not send
        raise SourceRefusedError(f"the bucket cannot be read: {error}") from error


class S3Kind:
    """Buckets."""

    name = "s3"
    config = S3Config
    has_readers = False
    watched = False

    @asynccontextmanager
    async def open(self, config: S3Config, tools: Tools, source_id: str) -> AsyncIterator[S3]:
        """Open a bucket. Raises ``SourceRefusedError`` and ``SecretMissingError``."""
        access, _, secret = tools.secrets.read(config.secret).partition(":") if config.secret else ("", "", "")
        place = httpx.URL(config.endpoint)
        pools = GuardedPools(
            tools.private_hosts,
            max(tools.max_bytes, LISTING_BYTES),
            timeout=Timeout(connect=10, read=60),
            # Statuses are retried by the workflow: urllib3 would read all of a broken answer, and sleep as it is told.
            retries=Retry(total=2, status=0, backoff_factor=0.2, respect_retry_after_header=False),
        )
        try:
            client = Minio(
                place.netloc.decode(),
                access_key=access or None,
                secret_key=secret or None,
                secure=place.scheme == "https",
                region=config.region,
                http_client=pools,
            )
        except ValueError as error:
            raise SourceRefusedError(f"its endpoint is not taken: {error}") from error
        try:
            yield S3(config, client, tools.max_bytes)
        finally:
            pools.clear()


KIND = S3Kind()
