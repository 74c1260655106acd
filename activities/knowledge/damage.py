"""What is damaged in the stores of a generation, in words; and damaged files set aside, for a repair from records."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from activities import metrics
from activities.knowledge import aside
from activities.knowledge.stores import STORES, IndexStores, StoreName
from activities.ports import KnowledgeUnavailableError

NAMES: Mapping[StoreName, str] = {"chroma": "vectors in Chroma", "exact": "vectors in files", "fulltext": "words"}
"""The stores as people know them."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoreState:
    """What a look at a store has found: what is ``damaged`` in it, or that it is ``away`` and nobody can tell."""

    damaged: str = ""
    away: bool = False

    @property
    def up(self) -> bool:
        """Whether it can be searched."""
        return not self.damaged and not self.away


def look_at(stores: IndexStores, *, thorough: bool) -> dict[StoreName, StoreState]:
    """Look at each store, and show what was found in the metrics. Blocks.

    What was sound before is read again only when ``thorough``; only then is a server that starts waited for.
    """
    found = {name: _state_of(stores, name, thorough=thorough) for name in STORES}
    for name, state in found.items():
        metrics.INDEX_STORE.labels(name).set(state.up)
    return found


def describe(states: Mapping[StoreName, StoreState]) -> list[str]:
    """Return a line about each store that is damaged."""
    return [f"{NAMES[name]}: {state.damaged}" for name, state in states.items() if state.damaged]


def set_damage_aside(stores: IndexStores) -> list[str]:
    """Look thoroughly, move what is damaged out of the way; return a line about each. Blocks.

    Nobody may write meanwhile. Raises ``KnowledgeUnavailableError`` when that cannot be done now.
    """
    lines = []
    for name, state in look_at(stores, thorough=True).items():
        if state.damaged:
            lines.append(f"{NAMES[name]}: {state.damaged}; {_begin_anew(stores, name)}")
            log.warning("a part of the index is damaged and is made anew from records: %s", lines[-1])
    return lines


def remove_old(stores: IndexStores) -> None:
    """Remove what was set aside long ago."""
    for folder in (stores.exact.folder, stores.fulltext.folder.parent):
        aside.remove_old(folder)


def _state_of(stores: IndexStores, name: StoreName, *, thorough: bool) -> StoreState:
    look = {"chroma": stores.care.fault, "exact": stores.exact.fault, "fulltext": stores.fulltext.fault}[name]
    try:
        return StoreState(damaged=look(thorough=thorough))
    except KnowledgeUnavailableError as error:
        log.info("nobody can tell whether the %s are sound: %s", NAMES[name], error)
        return StoreState(away=True)


def _begin_anew(stores: IndexStores, name: StoreName) -> str:
    if name == "chroma":
        return stores.care.begin_anew()
    return f"set aside in {stores.fulltext.set_aside() if name == 'fulltext' else stores.exact.set_aside()}"
