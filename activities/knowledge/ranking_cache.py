"""Rankings remembered by what they depend on: the question, the reader's partitions, and the commit of the index.

Ids and scores only. Texts, versions and rights are read from records at each search, so nothing that was withdrawn can
come out of here; and whatever is written to the index makes a new stamp, under which nothing is remembered yet.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from activities import metrics

Ranking = TypeVar("Ranking")
MOST = 512


class RankingCache(Generic[Ranking]):
    """The latest rankings; safe to share between threads."""

    def __init__(self, most: int = MOST) -> None:
        """Keep at most so many."""
        self._most = most
        self._guard = threading.Lock()
        self._known: OrderedDict[Hashable, Ranking] = OrderedDict()

    def get(self, key: Hashable) -> Ranking | None:
        """Return what was put under a key, and count whether it was there."""
        with self._guard:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
        metrics.SEARCH_CACHE.labels("hit" if found is not None else "miss").inc()
        return found

    def put(self, key: Hashable, ranking: Ranking) -> None:
        """Remember a ranking, and forget the one that was used longest ago when there are too many."""
        with self._guard:
            self._known[key] = ranking
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
