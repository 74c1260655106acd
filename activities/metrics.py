"""The Prometheus instruments of Holdfast. Base units, no ids in labels; call them in activities and the API only."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from prometheus_client import Counter, Gauge, Histogram

from graphs.state import GuardMark

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SLOW = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
"""The boundaries that the GenAI conventions prescribe for model durations, in seconds."""

TURNS = Counter(
    "support_turns",
    "Turns that ended: answered, failed, or expired because nobody took the case; and what wrote the answer",
    ["outcome", "engine"],
)
TURNS_HELD = Counter("support_turns_held", "Turns that began to wait for a person, by kind of case", ["kind"])
TURN_SECONDS = Histogram(
    "support_turn_seconds",
    "From the message to an automatic answer, or to the case that holds the turn",
    ["outcome"],
    buckets=FAST,
)
STEP_SECONDS = Histogram("support_step_seconds", "One step of a turn", ["step"], buckets=FAST)
STEP_ERRORS = Counter("support_step_errors", "Attempts of a step that failed", ["step", "error"])
REVIEW_DECISIONS = Counter("support_review_decisions", "Decisions of reviewers that counted", ["action"])
MODEL_TOKENS = Counter("support_model_tokens", "Tokens of the chat model", ["model", "type"])
MODEL_TRIES = Counter("support_model_tries", "Requests to chat models, by what came of them", ["model", "outcome"])
MODEL_COST = Counter("support_model_cost", "Cost of the chat models, in the installation's currency", ["model"])
BUDGET_USED = Gauge("support_budget_used_ratio", "Share of a budget that is spent: 1 is its limit", ["budget"])
MODEL_SECONDS = Histogram("support_model_seconds", "One call of a model", ["operation", "model"], buckets=SLOW)
GUARD_MARKS = Counter("support_guard_marks", "Messages in which the guard found something", ["mark"])
SEARCH_CACHE = Counter("support_search_cache", "Rankings that were remembered or had to be made", ["outcome"])
SOURCE_SYNCS = Counter("support_source_syncs", "Syncs of sources that ended: complete, or with trouble", ["outcome"])
SOURCE_ITEMS = Counter("support_source_items", "Items of sources that a sync ended with", ["outcome"])
EVALUATION = Gauge(
    "support_evaluation_ratio", "What the last nightly evaluation found, as shares of the golden questions", ["figure"]
)
EVALUATED = Gauge("support_evaluation_timestamp_seconds", "When the last nightly evaluation finished, in Unix time")
DOCUMENTS = Counter("support_documents", "Documents that an ingestion ended with", ["outcome"])
INGESTION_SECONDS = Histogram(
    "support_ingestion_step_seconds", "One step of taking documents in", ["step"], buckets=SLOW
)
INDEX_WRONG = Gauge(
    "support_index_wrong_entries", "Entries of the index that the last check found wrong, before it repaired", ["kind"]
)
INDEX_CHECKED = Gauge(
    "support_index_check_timestamp_seconds", "When the last check of the index finished, in Unix time"
)
INDEX_STORE = Gauge(
    "support_index_store_up", "1 when a store of the index can be searched, 0 when it is damaged or away", ["store"]
)
EMBEDDING_CACHE = Counter("support_embedding_cache", "Passages whose vectors were kept, or had to be made", ["result"])
UNIT_VECTORS = Counter(
    "support_unit_vectors", "Passages new to a worker whose pieces' vectors were on disk, or had to be made", ["result"]
)

IngestionStep = Literal["fetch", "validate", "parse", "split", "classify", "embed", "index", "publish"]


@contextmanager
def step(name: str) -> Iterator[None]:
    """Measure one attempt of a step of a turn, and count it when it fails."""
    started = time.perf_counter()
    try:
        yield
    except Exception as error:
        STEP_ERRORS.labels(name, type(error).__name__).inc()
        raise
    finally:
        STEP_SECONDS.labels(name).observe(time.perf_counter() - started)


def show_evaluation(accuracy: float, automatic_share: float, automatic_precision: float, finished: float) -> None:
    """Show what an evaluation found, as shares 0..1, and when it finished, in Unix time."""
    EVALUATION.labels("accuracy").set(accuracy)
    EVALUATION.labels("automatic_share").set(automatic_share)
    EVALUATION.labels("automatic_precision").set(automatic_precision)
    EVALUATED.set(finished)


def show_index_check(missing: int, surplus: int, changed: int, left: int, finished: float) -> None:
    """Show what a check of the index found wrong and could not repair, and when it finished, in Unix time.

    ``changed`` are vectors and words that are in their place and not what belongs there.
    """
    for kind, count in {"missing": missing, "surplus": surplus, "changed": changed, "left": left}.items():
        INDEX_WRONG.labels(kind).set(count)
    INDEX_CHECKED.set(finished)


@contextmanager
def ingestion_step(name: IngestionStep) -> Iterator[None]:
    """Measure one attempt of a step of an ingestion."""
    with INGESTION_SECONDS.labels(name).time():
        yield


def count_guard(mark: GuardMark) -> None:
    """Count what the guard found in one message; a clean one counts nothing."""
    if mark["injection_flagged"]:
        GUARD_MARKS.labels("injection").inc()
    if mark["redacted"]:
        GUARD_MARKS.labels("personal_data").inc()
