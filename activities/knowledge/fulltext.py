"""Full text on disk with tantivy: BM25 inside given partitions; many processes read, one at a time writes."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy
from filelock import FileLock

from activities.knowledge.aside import set_aside
from activities.knowledge.entries import ELSEWHERE, Entries
from activities.knowledge.fulltext_document import ANALYZER, build_document, build_schema, content_mark
from activities.knowledge.fulltext_query import build_analyzer, build_query, build_similar, limit_to_home, limits_of
from activities.knowledge.hits import Hit
from activities.knowledge.segments import Segments
from activities.knowledge.statistics import ReaderStatistics, StatisticsCache, all_of
from activities.knowledge.synonyms import Synonyms
from activities.ports import IndexedChunk, KnowledgeUnavailableError

SCHEMA_VERSION = "1"
"""Part of the folder's name: raise it when the fields or their analysis change."""
WRITER_BYTES = 32_000_000
WRITE_SECONDS = 60.0
"""How long a writer waits for its turn before it gives up for now."""
WORD = re.compile(r"[^\W_]+")
PANIC = "PanicException"
"""What Rust code ends with over bytes that make no sense; its class has no address, and is no ``Exception``."""
SYSTEM_TROUBLE = re.compile(r"os error|IoError|No such file", re.IGNORECASE)
"""In what tantivy says of a file that it could not read: not the fault of what is in it."""


class FullText:
    """An index folder, opened at the first use; its methods block for milliseconds and may be called from threads."""

    def __init__(self, folder: Path, synonyms: Sequence[Sequence[str]] = ()) -> None:
        """Remember the folder, nothing is read yet; ``synonyms`` are groups of phrases that mean the same."""
        self._folder = folder / f"v{SCHEMA_VERSION}"
        self._guard = threading.RLock()
        self._analyzer = build_analyzer()
        self._synonyms = Synonyms(synonyms, self._analyzer.analyze)
        self._statistics = StatisticsCache()
        self._segments = Segments(self._folder)
        self._opened: tantivy.Index | None = None
        self._opened_in = 0
        self._seen: tuple[int, int, int] | None = None

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._folder

    def search(
        self, text: str, partitions: Sequence[str] | None, limit: int, documents: Sequence[str] | None = None
    ) -> list[Hit]:
        """Return at most ``limit`` hits, best first, from ``partitions`` (``None``: from everywhere).

        With ``documents`` only passages of these. Scores depend on nothing outside the partitions but the mean length
        of all passages, titles and headings. Raises ``KnowledgeUnavailableError``.
        """
        with self._explained():
            return self._search(text, partitions, limit, documents)

    def count_denied(self, text: str, partitions: Sequence[str], best: int) -> int:
        """Return how many of the ``best`` passages of the whole index are in none of ``partitions``.

        Raises ``KnowledgeUnavailableError``.
        """
        with self._explained():
            everywhere = [hit.chunk_id for hit in self._search(text, None, best, None)]
            if not everywhere:
                return 0
            searcher, schema = self._searcher(), self._index().schema
            chosen = tantivy.Query.term_set_query(schema, "chunk_id", everywhere)
            readable = searcher.search(all_of([*limits_of(partitions, None, schema), chosen]), 1, count=True).count
            return len(everywhere) - int(readable)

    def unknown(self, words: Sequence[str], partitions: Sequence[str]) -> list[str]:
        """Return the words that no passage of ``partitions`` has. Raises ``KnowledgeUnavailableError``."""
        with self._explained():
            statistics = self._reader_statistics(partitions)
            stems = {word: self._analyzer.analyze(word) for word in words}
            return [word for word in words if stems[word] and not any(statistics.count("body", s) for s in stems[word])]

    def similar(
        self,
        word: str,
        distance: int,
        partitions: Sequence[str],
        limit: int,
        documents: Sequence[str] | None = None,
    ) -> list[str]:
        """Return chunks of ``partitions`` that have a word within an edit distance of 1 or 2.

        Raises ``KnowledgeUnavailableError``.
        """
        with self._explained():
            searcher, schema = self._searcher(), self._index().schema
            stems = self._analyzer.analyze(word) or [word]
            near = build_similar(stems[0], distance, schema)
            hits = searcher.search(all_of([*limits_of(partitions, documents, schema), near]), limit, count=False).hits
            return [searcher.doc(address)["chunk_id"][0] for _, address in hits]

    def highlights(self, query: str, text: str) -> list[tuple[int, int]]:
        """Return where words of a question, in any form, and its codes stand in a text: characters from and to."""
        wanted = set(self._analyzer.analyze(query)) | set(self._synonyms.expand(self._analyzer.analyze(query)))
        spans = (match.span() for match in WORD.finditer(text))
        return [(start, end) for start, end in spans if not wanted.isdisjoint(self._analyzer.analyze(text[start:end]))]

    @property
    def stamp(self) -> tuple[int, int, int] | None:
        """What differs after each commit of any process; ``None`` before the first."""
        with self._explained():
            self._searcher()
            return self._seen

    def put(self, partition: str, chunks: Sequence[IndexedChunk]) -> None:
        """Add chunks, replacing those with the same ids, in one commit. Raises ``KnowledgeUnavailableError``."""
        documents = [(chunk.chunk_id, build_document(partition, chunk)) for chunk in chunks]

        def write(writer: tantivy.IndexWriter) -> None:
            for chunk_id, document in documents:
                writer.delete_documents_by_term("chunk_id", chunk_id)
                writer.add_document(document)

        self._commit(write)

    def remove(self, chunk_ids: Sequence[str], partition: str) -> None:
        """Remove chunks from the home of a partition, whatever their rule; unknown ids do nothing.

        Raises ``KnowledgeUnavailableError``.
        """

        def write(writer: tantivy.IndexWriter) -> None:
            schema = self._index().schema
            chosen = tantivy.Query.term_set_query(schema, "chunk_id", list(chunk_ids))
            writer.delete_documents_by_query(limit_to_home(partition, chosen, schema))

        self._commit(write)

    def purge(self, chunk_ids: Sequence[str]) -> None:
        """Remove chunks wherever they are; unknown ids do nothing. Raises ``KnowledgeUnavailableError``."""

        def write(writer: tantivy.IndexWriter) -> None:
            for chunk_id in chunk_ids:
                writer.delete_documents_by_term("chunk_id", chunk_id)

        self._commit(write)

    def count(self, document_id: str) -> int:
        """Return how many chunks of a document can be found. Raises ``KnowledgeUnavailableError``."""
        with self._explained():
            query = tantivy.Query.term_query(self._index().schema, "document_id", document_id, "basic")
            return int(self._searcher().search(query, 1).count)

    def entries(self, partitions: Sequence[str], documents: Sequence[str] | None = None) -> Entries:
        """Return all chunks by their partition; with ``documents`` only those of these.

        Partitions are not stored, so those to look into are named; what is in none of them is in ``ELSEWHERE``. Raises
        ``KnowledgeUnavailableError``.
        """
        found = Entries()
        with self._explained():
            for name in partitions:
                found.add(name, self._ids([name], documents))
            found.add(ELSEWHERE, found.rest_of(self._ids(None, documents)))
        return found

    def altered(self, chunks: Sequence[IndexedChunk]) -> set[str]:
        """Return the chunks that are here with other words than these; those that are not here are none of them.

        Raises ``KnowledgeUnavailableError``.
        """
        with self._explained():
            schema = self._index().schema
            here = tantivy.Query.term_set_query(schema, "chunk_id", [chunk.chunk_id for chunk in chunks])
            same = tantivy.Query.term_set_query(schema, "code", [content_mark(chunk) for chunk in chunks])
            return set(self._found(here)) - set(self._found(same))

    def size(self) -> int:
        """Return the number of chunks. Raises ``KnowledgeUnavailableError``."""
        with self._explained():
            return int(self._searcher().num_docs)

    def fault(self, *, thorough: bool = False) -> str:
        """Return what is damaged, or nothing; ``thorough`` reads every file once more. An empty index is sound.

        Raises ``KnowledgeUnavailableError`` when nobody can tell now.
        """
        if fault := self._segments.fault(thorough=thorough):
            return fault
        try:
            self.search("a word", None, 1)
        except KnowledgeUnavailableError as error:
            if isinstance(error.__cause__, OSError) or SYSTEM_TROUBLE.search(str(error.__cause__)):
                raise
            return "it cannot be read"
        return ""

    def set_aside(self) -> Path:
        """Move the files out of the way and begin an empty index; return where they are.

        All processes follow. Raises ``KnowledgeUnavailableError``.
        """
        with self._explained(), self._write_turn(), self._guard:
            place = set_aside([self._folder], self._folder.parent)
            self._opened = None
            self._segments = Segments(self._folder)
            self._index()
            return place

    def _search(
        self, text: str, partitions: Sequence[str] | None, limit: int, documents: Sequence[str] | None
    ) -> list[Hit]:
        statistics = self._reader_statistics(partitions)
        searcher, schema = statistics.searcher, statistics.schema
        query = build_query(
            text,
            limits_of(partitions, documents, schema),
            analyzer=self._analyzer,
            schema=schema,
            statistics=statistics,
            synonyms=self._synonyms,
        )
        if query is None or limit < 1:
            return []
        hits = searcher.search(query.query, limit, count=False).hits
        return [Hit(searcher.doc(address)["chunk_id"][0], min(score / query.bound, 1.0)) for score, address in hits]

    def _ids(self, partitions: Sequence[str] | None, documents: Sequence[str] | None) -> list[str]:
        limits = limits_of(partitions, documents, self._index().schema)
        return self._found(all_of([tantivy.Query.all_query(), *limits]))

    def _found(self, query: tantivy.Query) -> list[str]:
        searcher = self._searcher()
        found = searcher.search(query, max(int(searcher.num_docs), 1), count=False).hits
        return [searcher.doc(address)["chunk_id"][0] for _, address in found]

    def _reader_statistics(self, partitions: Sequence[str] | None) -> ReaderStatistics:
        with self._guard:  # counts are of this commit and of no later one
            searcher = self._searcher()
            counts = self._statistics.counts(partitions)
            return ReaderStatistics(searcher, self._index().schema, partitions, counts)

    def _commit(self, write: Callable[[tantivy.IndexWriter], None]) -> None:
        with self._explained(), self._write_turn():
            self._check()  # or a merge would give damaged bytes a checksum of their own
            writer = self._index().writer(WRITER_BYTES, 1)
            write(writer)
            writer.commit()
            writer.wait_merging_threads()

    def _write_turn(self) -> FileLock:
        return FileLock(self._folder.with_suffix(".write.lock"), WRITE_SECONDS)

    def _index(self) -> tantivy.Index:
        with self._guard:
            # Damaged files may have been set aside by another process: then these are others of the same name.
            if self._opened is None or not self._folder.exists() or self._folder.stat().st_ino != self._opened_in:
                self._opened, self._seen = self._open(), None
                self._opened_in = self._folder.stat().st_ino
            return self._opened

    def _check(self) -> None:
        if fault := self._segments.fault():
            raise ValueError(fault)

    def _open(self) -> tantivy.Index:
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder.with_suffix(".open.lock")):
            index = tantivy.Index(build_schema(), str(self._folder))
        index.register_tokenizer(ANALYZER, self._analyzer)
        index.config_reader("manual")
        return index

    def _searcher(self) -> tantivy.Searcher:
        """Return a view of the last commit of any process: a changed ``meta.json`` is a commit."""
        with self._guard:
            self._check()
            index = self._index()
            stat = (self._folder / "meta.json").stat()
            stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if stamp != self._seen:
                index.reload()
                self._statistics.forget()
                self._seen = stamp
            return index.searcher()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if not isinstance(error, (OSError, ValueError)) and type(error).__name__ != PANIC:
                raise
            raise KnowledgeUnavailableError(
                f"The full-text index in {str(self._folder)!r} cannot be used: {error}. "
                "Check the disk; damaged files are made anew by the running worker, or by `holdfast reindex`."
            ) from error
