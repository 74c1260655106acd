"""CSV: each row a unit that names its columns."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain

from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.encoding import decode

DELIMITERS = ",;\t|"
SAMPLE_CHARACTERS = 20_000
END = "\x1aend"
"""Given to the reader after the last line: a row of its own, unless a quotation mark is still open."""
NAMED_DELIMITER = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
"""What Excel writes and reads as the first line; it is no row."""


class CsvFormat:
    """Comma, semicolon, tab or bar separated values; the first row names the columns."""

    name = "CSV"
    media_type = "text/csv"
    suffixes = (".csv", ".tsv")
    binary = False

    def matches(self, data: bytes) -> bool:
        """CSV has no mark of its own."""
        return False

    def check(self, data: bytes) -> None:
        """Nothing to look for in text."""

    def entries(self, data: bytes, filename: str) -> list[Entry]:
        """The file is one document."""
        return [Entry("", data, lambda: parse_csv(decode(data), filename))]


def parse_csv(text: str, filename: str) -> ParsedDocument:
    """Parse separated values. Raises ``DocumentRefusedError`` when they are damaged or there are no rows."""
    builder = DocumentBuilder()
    rows = _rows(text)
    header = next((row for row in rows if any(row)), [])
    first = next((row for row in rows if any(row)), None)
    if first is None:
        builder.table([], [header])
    else:
        builder.table(header, chain([first], rows))
    return builder.build(filename)


def _rows(text: str) -> Iterator[list[str]]:
    """Yield the rows. Raises ``DocumentRefusedError`` where they are damaged."""
    named = NAMED_DELIMITER.match(text)
    lines = io.StringIO(text[named.end() :] if named else text, newline="")
    reader = csv.reader(chain(lines, [END]), delimiter=named.group(1) if named else _delimiter(text))
    line = 1
    try:
        for row in reader:
            if row == [END]:
                return
            if row and row[-1].endswith(END):
                raise csv.Error("a quotation mark is opened and never closed")
            yield row
            line = reader.line_num + 1
    except csv.Error as error:
        raise DocumentRefusedError(f"the row in line {line} of the table is damaged: {error}") from error


def _delimiter(text: str) -> str:
    """Return the separator that stands most often in the first line; sniffing whole rows mistakes prose for columns."""
    first = text.lstrip()[:SAMPLE_CHARACTERS].split("\n", 1)[0]
    return max(DELIMITERS, key=first.count)


FORMAT = CsvFormat()
