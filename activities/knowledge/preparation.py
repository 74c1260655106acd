"""From a file's bytes to versions that can be staged: parsed, split, with their rights and their identity."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import get_args
from uuid import NAMESPACE_URL, uuid5

from activities import metrics
from activities.knowledge.classification import Judge, Judgement
from activities.knowledge.duplicates import signature, text_hash, words_of
from activities.knowledge.formats.document import DocumentRefusedError, Entry, Format, ParsedDocument
from activities.knowledge.reports import IngestionRequest, RefusedDocument
from activities.knowledge.split import DEFAULT_SIZES, ChunkSizes, TextChunk, split_document
from activities.ports import IndexedChunk, Level
from activities.records.staging import ChunkRow, NewVersion, Staged

NAMESPACE = uuid5(NAMESPACE_URL, "holdfast:documents")
DEFAULT_DEPARTMENT = "support"
LEVELS: tuple[Level, ...] = get_args(Level)
SOURCE_CHARACTERS = 400
HEADING_SEPARATOR = " > "


@dataclass(frozen=True)
class Preparation:
    """The documents of a file, or of a part of it, ready to be staged, and those that were refused."""

    versions: list[NewVersion]
    refused: list[RefusedDocument]


def document_id_of(source: str, named_by: str = "") -> str:
    """Return the id of the document that comes from ``source``, a name of ``named_by``'s: the same each time."""
    return uuid5(NAMESPACE, f"{named_by}\0{source}" if named_by else source).hex


def prepare(
    request: IngestionRequest,
    found: Format,
    entries: Sequence[Entry],
    sizes: ChunkSizes = DEFAULT_SIZES,
    judge: Judge | None = None,
) -> Preparation:
    """Parse, split and judge ``entries`` of a file of format ``found``. Blocks; a bad document spoils no other.

    Raises ``DocumentRefusedError`` when one document of its own is to be made anew from a file of several.
    """
    versions, refused = [], []
    if request.source and len(entries) != 1:
        raise DocumentRefusedError("its kept file holds several documents, so it cannot be made anew from it")
    for entry in entries:
        try:
            version, margins = _prepare_entry(request, found, entry, sizes)
            versions.append(described(version, margins, None if request.decided else judge))
        except DocumentRefusedError as error:
            source = f"{request.filename}#{entry.label}" if entry.label else request.filename
            refused.append(RefusedDocument(source=source, reason=str(error)))
    return Preparation(versions, refused)


def described(version: NewVersion, margins: str, judge: Judge | None) -> NewVersion:
    """Return the version with what its words and its pages' margins say of its class, and what duplicates share."""
    words = words_of(version.text)
    judgement = judge(version.title, f"{margins}\n{version.text}") if judge else Judgement()
    return replace(
        version,
        suggested=judgement.level,
        reasons=judgement.reasons,
        text_hash=text_hash(words),
        signature=signature(words),
    )


def indexed_chunks(staged: Staged) -> list[IndexedChunk]:
    """Return the chunks of a staged version as the index takes them."""
    new = staged.new
    return [
        IndexedChunk(staged.chunk_id(position), new.document_id, new.title, chunk.heading, chunk.text)
        for position, chunk in enumerate(new.chunks)
    ]


def embedded_text(title: str, heading: str, text: str) -> str:
    """Return what the embedding model reads for a chunk: out of its document, a passage needs its headings."""
    return "\n".join(part for part in (title, heading, text) if part)


def _prepare_entry(request: IngestionRequest, found: Format, entry: Entry, sizes: ChunkSizes) -> tuple[NewVersion, str]:
    with metrics.ingestion_step("parse"):
        parsed = entry.read()
    source = request.source or (f"{request.filename}#{parsed.name}" if parsed.name else request.filename)
    if len(source) > SOURCE_CHARACTERS:
        raise DocumentRefusedError(f"file name and _id together are longer than {SOURCE_CHARACTERS} characters")
    title = (request.title if request.source or not parsed.name else "") or parsed.title
    with metrics.ingestion_step("split"):
        rows = [_row(title, chunk) for chunk in split_document(parsed, sizes)]
    if not rows:
        raise DocumentRefusedError("it holds headings and links, but no text")
    said = "public" if request.decided else parsed.classification or "public"
    classification = max(request.classification, said, key=LEVELS.index)
    version = NewVersion(
        document_id=request.document_id or document_id_of(source, request.named_by),
        source=source,
        named_by=request.named_by,
        title=title,
        department=_department(request, parsed, classification),
        classification=classification,
        language=parsed.language,
        media_type=found.media_type,
        sha256=_content_hash(title, parsed, rows),
        text=parsed.text,
        data=entry.data,
        chunks=rows,
        created_by=request.created_by,
        requested_at=request.requested_at,
        decided=request.decided,
        restored_from=request.restored_from,
        notes=parsed.notes,
    )
    return version, parsed.margins


def _department(request: IngestionRequest, parsed: ParsedDocument, classification: Level) -> str:
    """A document may name its department, but not move itself to other readers than its sender chose."""
    stands = request.decided or request.department_stands
    free = not request.department or (classification == "public" and not stands)
    return (parsed.department if free else None) or request.department or DEFAULT_DEPARTMENT


def _row(title: str, chunk: TextChunk) -> ChunkRow:
    heading = HEADING_SEPARATOR.join(chunk.heading)
    digest = sha256(embedded_text(title, heading, chunk.text).encode()).hexdigest()
    return ChunkRow(chunk.text, chunk.start, chunk.end, heading, chunk.kind, chunk.page, digest)


def _content_hash(title: str, parsed: ParsedDocument, rows: Sequence[ChunkRow]) -> str:
    """Hash what is searched and shown, so that a better parser or splitter takes unchanged files anew."""
    layout = [[row.start, row.end, row.kind, row.content_hash] for row in rows]
    margins = [parsed.margins] if parsed.margins else []
    return sha256(json.dumps([title, parsed.language, parsed.text, layout, *margins]).encode()).hexdigest()
