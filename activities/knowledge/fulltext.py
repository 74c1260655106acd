"""Full text on disk with tantivy: BM25 inside given partitions; many processes read, one at a time writes."""

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy
from filelock import FileLock

from activities.knowledge.fulltext_query import build_analyzer, build_query, find_codes, limit_to_home
from activities.knowledge.hits import Hit
from activities.ports import IndexedChunk, KnowledgeUnavailableError

SCHEMA_VERSION = "1"
"""Part of the folder's name: raise it when the fields or their analysis change."""
WRITER_BYTES = 32_000_000
WRITE_SECONDS = 60.0
"""How long a writer waits for its turn before it gives up for now."""
ANALYZER = "english"


class FullText:
    """An index folder, opened at the first use; its methods block for milliseconds and may be called from threads."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; nothing is read yet."""
        self._folder = folder / f"v{SCHEMA_VERSION}"
        self._guard = threading.RLock()
        self._analyzer = build_analyzer()
        self._opened: tantivy.Index | None = None
        self._seen: tuple[int, int, int] | None = None

    def search(self, text: str, partitions: Sequence[str] | None, limit: int) -> list[Hit]:
        """Return at most ``limit`` hits, best first, from ``partitions`` (``None``: from everywhere).

        Raises ``KnowledgeUnavailableError``.
        """
        with self._explained():
            return self._search(text, partitions, limit)

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

    def clear(self) -> None:
        """Delete the files, whatever state they are in. Raises ``KnowledgeUnavailableError``."""
        with self._explained(), self._write_turn(), self._guard:
            if self._folder.exists():
                shutil.rmtree(self._folder)
            self._opened = self._seen = None

    def count(self, document_id: str) -> int:
        """Return how many chunks of a document can be found. Raises ``KnowledgeUnavailableError``."""
        with self._explained():
            query = tantivy.Query.term_query(self._index().schema, "document_id", document_id, "basic")
            return int(self._searcher().search(query, 1).count)

    def size(self) -> int:
        """Return the number of chunks. Raises ``KnowledgeUnavailableError``."""
        with self._explained():
            return int(self._searcher().num_docs)

    def _search(self, text: str, partitions: Sequence[str] | None, limit: int) -> list[Hit]:
        searcher, schema = self._searcher(), self._index().schema
        query = build_query(text, partitions, analyzer=self._analyzer, schema=schema, searcher=searcher)
        if query is None or limit < 1:
            return []
        hits = searcher.search(query.query, limit, count=False).hits
        return [Hit(searcher.doc(address)["chunk_id"][0], min(score / query.bound, 1.0)) for score, address in hits]

    def _commit(self, write: Callable[[tantivy.IndexWriter], None]) -> None:
        with self._explained(), self._write_turn():
            writer = self._index().writer(WRITER_BYTES, 1)
            write(writer)
            writer.commit()
            writer.wait_merging_threads()

    def _write_turn(self) -> FileLock:
        return FileLock(self._folder.with_suffix(".write.lock"), WRITE_SECONDS)

    def _index(self) -> tantivy.Index:
        with self._guard:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

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
            index = self._index()
            stat = (self._folder / "meta.json").stat()
            stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if stamp != self._seen:
                index.reload()
                self._seen = stamp
            return index.searcher()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:
            raise KnowledgeUnavailableError(
                f"The full-text index in {str(self._folder)!r} cannot be used: {error}. "
                "Check the disk; if the files are damaged, stop Holdfast and make the index anew: `holdfast reindex`."
            ) from error


def build_schema() -> tantivy.Schema:
    """Return the fields of a chunk; only its id is stored."""
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("chunk_id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("document_id", "partition", "code"):
        schema.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("title", "heading", "body"):
        schema.add_text_field(name, tokenizer_name=ANALYZER, index_option="freq")
    return schema.build()


def build_document(partition: str, chunk: IndexedChunk) -> tantivy.Document:
    """Return a chunk as tantivy takes it."""
    body = "\n".join((chunk.title, chunk.heading, chunk.text))
    fields = {"chunk_id": chunk.chunk_id, "document_id": chunk.document_id, "partition": partition, "body": body}
    return tantivy.Document(**fields, title=chunk.title, heading=chunk.heading, code=find_codes(body))
