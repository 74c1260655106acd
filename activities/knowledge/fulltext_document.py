"""A chunk as tantivy keeps it: what is analysed, what is matched as it is, and the only thing that is stored."""

from hashlib import sha256

import tantivy

from activities.knowledge.fulltext_query import find_codes
from activities.ports import IndexedChunk

ANALYZER = "english"


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
    codes = [*find_codes(body), content_mark(chunk)]
    return tantivy.Document(**fields, title=chunk.title, heading=chunk.heading, code=codes)


def content_mark(chunk: IndexedChunk) -> str:
    """Return a chunk's own hash as a code that nobody can ask for: of its id and of all words that are indexed."""
    content = "\0".join((chunk.chunk_id, chunk.title, chunk.heading, chunk.text))
    return f"={sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
