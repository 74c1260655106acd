"""Plain text."""

from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import Entry, ParsedDocument
from activities.knowledge.formats.encoding import decode
from activities.knowledge.formats.lines import add_lines


class PlainFormat:
    """Text files; numbered and dashed lines become lists, underlined ones headings."""

    name = "plain text"
    media_type = "text/plain"
    suffixes = (".txt", ".text")
    binary = False

    def matches(self, data: bytes) -> bool:
        """Plain text has no mark of its own."""
        return False

    def check(self, data: bytes) -> None:
        """Nothing to look for in text."""

    def entries(self, data: bytes, filename: str) -> list[Entry]:
        """The file is one document."""
        return [Entry("", data, lambda: parse_plain(decode(data), filename))]


def parse_plain(text: str, filename: str, *, title: str = "", language: str = "") -> ParsedDocument:
    """Parse plain text. Raises ``DocumentRefusedError`` when there is none."""
    builder = DocumentBuilder()
    add_lines(builder, text.splitlines())
    return builder.build(filename, title=title, language=language)


FORMAT = PlainFormat()
