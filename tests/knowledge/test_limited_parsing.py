"""What may take long is read in a process of its own: as well as here, within limits, and nothing waits for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.knowledge.chroma import ChromaFolder
from activities.knowledge.current import CurrentIndex
from activities.knowledge.formats.document import DocumentRefusedError, Entry
from activities.knowledge.generations import Generations
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.limited_parsing import SMALL_BYTES, LimitedParsing, is_suspicious
from activities.knowledge.validate import find_format
from activities.records.database import Database
from tests.evals.killed_writer import HashEmbedder

LONG = "# Guide\n\n" + "A parcel takes five days. " * 2_000
NESTED = b"![[](" * 100_000
GIGABYTE = 2**30


@pytest.fixture
def parsing() -> Iterator[LimitedParsing]:
    parsing = LimitedParsing(60, GIGABYTE)
    yield parsing
    parsing.close()


def entries(name: str, data: bytes) -> list[Entry]:
    return find_format(name, data).entries(data, name)


def test_a_large_document_is_the_same_as_if_it_were_read_here(parsing: LimitedParsing) -> None:
    for name, data in {"guide.md": LONG.encode(), "guide.txt": LONG.encode()}.items():
        (entry,) = entries(name, data)
        assert is_suspicious(entry)
        (found,) = parsing.read(name, data, 0, [entry])
        assert found.read() == entry.read()


def test_of_many_documents_the_right_one_is_read_and_small_ones_are_left(parsing: LimitedParsing) -> None:
    data = b"".join(
        b'{"_id": "%d", "text": "%s"}\n' % (number, b"word%d " % number * size)
        for number, size in enumerate((2, 9_000, 3, 8_000))
    )
    chosen = entries("kb.jsonl", data)[1:]
    assert [len(each.data) > SMALL_BYTES for each in chosen] == [True, False, True]
    found = parsing.read("kb.jsonl", data, 1, chosen)
    assert found[1] is chosen[1]
    assert [each.read().name for each in found] == ["1", "2", "3"]
    assert len(parsing._idle) == 1


def test_a_refusal_is_that_of_the_parser(parsing: LimitedParsing) -> None:
    data = b"<div>" * 10_000
    (found,) = parsing.read("deep.html", data, 0, entries("deep.html", data))
    with pytest.raises(DocumentRefusedError, match="nests deeper than 200 levels"):
        found.read()


def test_what_takes_too_long_is_refused_and_the_next_one_is_read() -> None:
    parsing = LimitedParsing(1, GIGABYTE)
    (found,) = parsing.read("nested.md", NESTED, 0, entries("nested.md", NESTED))
    with pytest.raises(DocumentRefusedError, match="takes too long to read: more than 1 seconds"):
        found.read()
    assert parsing._idle == []
    parsing._seconds = 60
    (found,) = parsing.read("guide.md", LONG.encode(), 0, entries("guide.md", LONG.encode()))
    assert found.read().title == "Guide"
    parsing.close()
    assert parsing._idle == []


def test_what_takes_too_much_memory_is_refused() -> None:
    parsing = LimitedParsing(60, 64 * 2**20)
    data = b"a b\n" * 1_200_000
    (found,) = parsing.read("lines.txt", data, 0, entries("lines.txt", data))
    with pytest.raises(DocumentRefusedError, match="takes too much memory to read: more than 64 MB"):
        found.read()
    assert parsing._idle == []


async def test_the_report_says_so_and_the_rest_is_taken(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    await database.migrate()
    generations = Generations(tmp_path, ChromaFolder(tmp_path / "chroma"), "ab" * 32)
    parsing = LimitedParsing(1, GIGABYTE)
    writer = KnowledgeWriter(database, HashEmbedder(), CurrentIndex(generations), parsing=parsing)
    for name, data, taken in (("nested.md", NESTED, 0), ("small.md", b"# A\n\nWords.\n", 1)):
        report = await writer.ingest(await writer.accept(name, data))
        assert report.counts.taken == taken
        assert all(each.reason.startswith("takes too long to read") for each in report.refused)
        assert len(report.refused) == 1 - taken
    parsing.close()
    generations.close()
    await database.close()
