"""CSV: each row a unit that names its columns."""

import csv
import io
from itertools import chain

from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.encoding import decode

DELIMITERS = ",;\t|"
SAMPLE_CHARACTERS = 20_000


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
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    builder = DocumentBuilder()
    try:
        header = next((row for row in reader if any(row)), [])
        first = next((row for row in reader if any(row)), None)
        if first is None:
            builder.table([], [header])
        else:
            builder.table(header, chain([first], reader))
    except csv.Error as error:
        raise DocumentRefusedError(f"row {reader.line_num} of the table is damaged: {error}") from error
    return builder.build(filename)


def _delimiter(text: str) -> str:
    """Return the separator that stands most often in the first line; sniffing whole rows mistakes prose for columns."""
    first = text.lstrip()[:SAMPLE_CHARACTERS].split("\n", 1)[0]
    return max(DELIMITERS, key=first.count)


FORMAT = CsvFormat()
