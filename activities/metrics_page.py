"""One ``/metrics`` page for several processes on one machine: their samples side by side, told apart by a label."""

import urllib.request
from collections.abc import Iterable, Mapping

from prometheus_client import REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

FETCH_SECONDS = 1.0
"""How long another page may take; who asks a page that asks others in turn must be more patient than this."""
LABEL = "process"
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Pages are on this machine or this network: never by the proxy of the environment."""


class _Families(Collector):
    """Metric families that were collected elsewhere."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def metrics_page(
    process: str,
    sources: Mapping[str, str],
    registry: CollectorRegistry = REGISTRY,
    *,
    patience: float = FETCH_SECONDS,
) -> bytes:
    """Return this process's metrics and those of the pages at ``sources`` (label value to URL), in text format.

    Every sample carries the label ``process``. A page that does not answer within ``patience`` seconds is left out and
    shows as ``support_metrics_source_up`` 0. Blocks for as long: call it in a thread.
    """
    merged: dict[str, Metric] = {}
    up = Metric("support_metrics_source_up", "Whether the metrics of a process could be read", "gauge")
    _add(merged, registry.collect(), process)
    for name, url in sources.items():
        page = _fetch(url, patience)
        up.add_sample(up.name, {LABEL: name}, 0.0 if page is None else 1.0)
        _add(merged, text_string_to_metric_families(page or ""), name)
    _add(merged, [up] if up.samples else [], process)
    page_registry = CollectorRegistry(auto_describe=False)
    page_registry.register(_Families(merged.values()))
    return generate_latest(page_registry)


def _fetch(url: str, patience: float) -> str | None:
    try:
        with _opener.open(url, timeout=patience) as response:
            return bytes(response.read()).decode()
    except (OSError, ValueError):
        return None


def _add(merged: dict[str, Metric], families: Iterable[Metric], process: str) -> None:
    """Put the samples of ``families`` under the family of the same name; a label that they carry already stays."""
    for family in families:
        known = merged.setdefault(family.name, Metric(family.name, family.documentation, family.type))
        for sample in family.samples:
            known.samples.append(sample._replace(labels={LABEL: process, **sample.labels}))
