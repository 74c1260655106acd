"""How often words occur in what a reader may read: rankings then depend on nothing that is hidden from them.

BM25 weighs a word by how rare it is. Counted over the whole index, the weight and so every score would tell whether a
word occurs in documents of others.
"""

import math
from collections import OrderedDict
from collections.abc import Sequence

import tantivy

READERS = 64
"""Sets of partitions whose counts are remembered, the latest used."""
WORDS = 20_000
"""Words remembered for each of them."""
Counts = dict[tuple[str, str], int]


def inverse_document_frequency(documents: int, total: int) -> float:
    """Return BM25's idf as Lucene and tantivy compute it, above 0 even for a word that all documents have."""
    return math.log(1 + (max(total - documents, 0) + 0.5) / (documents + 0.5))


class ReaderStatistics:
    """Counts of one commit of the index inside some partitions (``None``: everywhere)."""

    def __init__(
        self, searcher: tantivy.Searcher, schema: tantivy.Schema, partitions: Sequence[str] | None, known: Counts
    ) -> None:
        """Look up what ``known`` does not have yet, and add it."""
        self.searcher = searcher
        self.schema = schema
        self._partitions = partitions
        self._known = known

    @property
    def total(self) -> int:
        """The number of passages in the partitions."""
        if self._partitions is None:
            return int(self.searcher.num_docs)
        return self._count(("", ""), None)

    def count(self, field: str, word: str) -> int:
        """Return how many passages in the partitions have a word in a field; the same work for any word."""
        if self._partitions is None:
            return int(self.searcher.doc_freq(field, word))
        return self._count((field, word), tantivy.Query.term_query(self.schema, field, word, "basic"))

    def weight(self, field: str, word: str) -> float:
        """Return the idf of a word as this reader sees it, 0 for one that they cannot find in the field."""
        found = self.count(field, word)
        return inverse_document_frequency(found, self.total) if found else 0.0

    def correction(self, field: str, word: str) -> float:
        """Return by what tantivy's own idf, of the whole index, has to be multiplied to become ``weight``."""
        whole = inverse_document_frequency(self.searcher.doc_freq(field, word), self.searcher.num_docs)
        return self.weight(field, word) / whole

    def _count(self, key: tuple[str, str], term: tantivy.Query | None) -> int:
        if key not in self._known:
            query = inside(self._partitions or (), self.schema)
            both = query if term is None else all_of([query, term])
            if len(self._known) >= WORDS:
                self._known.clear()
            self._known[key] = int(self.searcher.search(both, 1, count=True).count)
        return self._known[key]


class StatisticsCache:
    """Counts by partitions, all forgotten when the index has a new commit."""

    def __init__(self) -> None:
        self._of: OrderedDict[tuple[str, ...], Counts] = OrderedDict()

    def forget(self) -> None:
        """Forget all counts."""
        self._of.clear()

    def counts(self, partitions: Sequence[str] | None) -> Counts:
        """Return the counts known for some partitions, to be read and added to."""
        key = tuple(sorted(partitions or ()))
        found = self._of.setdefault(key, {})
        self._of.move_to_end(key)
        while len(self._of) > READERS:
            self._of.popitem(last=False)
        return found


def inside(partitions: Sequence[str], schema: tantivy.Schema) -> tantivy.Query:
    """Match what is in one of ``partitions``, without a share in its score."""
    return tantivy.Query.const_score_query(tantivy.Query.term_set_query(schema, "partition", list(partitions)), 0.0)


def all_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    """Match documents that match every query; scores add up."""
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def any_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    """Match documents that match at least one query; scores add up."""
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])
