"""What this door measures about its own requests, and the page that shows it with everything else."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from prometheus_client import Gauge, Histogram
from starlette.types import Scope

from activities.metrics_page import metrics_page

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Seconds; the boundaries of OpenTelemetry's HTTP conventions."""
SOURCE_SECONDS = 3.0
"""How long a worker's page may take: it asks its Temporal runtime in turn. A scrape ends after 10 s by default."""
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

HTTP_SECONDS = Histogram(
    "support_http_seconds",
    "From a request to the end of its answer, by route template (paths hold ids)",
    ["method", "route", "status"],
    buckets=BUCKETS,
)
# Here and not beside the other instruments: a gauge is exported, as 0, by every process that imports it.
REVIEWS_WAITING = Gauge("support_reviews_waiting", "Cases that wait for a person")
REVIEW_OLDEST_SECONDS = Gauge("support_review_oldest_seconds", "Age of the oldest waiting case")
INDEX_DOCUMENTS = Gauge("support_index_documents", "Documents that can be found now")
INDEX_CHUNKS = Gauge("support_index_chunks", "Chunks that can be found now")


@dataclass(frozen=True)
class Figures:
    """What records and the index say now; the age is in seconds, the rest are counts."""

    reviews_waiting: int
    oldest_review_seconds: float
    documents: int
    chunks: int


def observe_request(scope: Scope, status: int, seconds: float) -> None:
    """Take one request that ended."""
    method = scope["method"] if scope["method"] in METHODS else "other"
    route = getattr(scope.get("route"), "path", "") or "none"
    HTTP_SECONDS.labels(method, route, str(status)).observe(seconds)


async def render_page(read_figures: Callable[[], Awaitable[Figures]], sources: Mapping[str, str]) -> bytes:
    """Return the metrics page of this process and of those at ``sources``.

    The gauges of records are read for this page, so that they are true when they are looked at; when records cannot
    be read they keep their last values, and readiness says why.
    """
    with suppress(Exception):
        figures = await read_figures()
        REVIEWS_WAITING.set(figures.reviews_waiting)
        REVIEW_OLDEST_SECONDS.set(figures.oldest_review_seconds)
        INDEX_DOCUMENTS.set(figures.documents)
        INDEX_CHUNKS.set(figures.chunks)
    return await asyncio.to_thread(metrics_page, "api", sources, patience=SOURCE_SECONDS)
