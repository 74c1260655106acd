"""HTML pages: what a reader sees, in reading order."""

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.encoding import decode
from activities.knowledge.formats.html_hidden import is_hidden, mark_hidden_classes
from activities.knowledge.formats.html_tables import add_table, is_layout
from activities.knowledge.formats.html_tags import check_tags

MARK = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.I | re.S)
CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]+)", re.I)
DROPPED = set(
    "script style template noscript nav footer head iframe object embed svg math canvas audio video button select "
    "input textarea img map dialog".split()
)
INLINE = set(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strike "
    "strong sub sup time tt u var wbr".split()
)
MAX_DEPTH = 200
BREAK = "\v"
"""A line break inside running text, where line ends of the source are mere spaces."""


class Walker:
    """Walks an element tree in reading order and writes to ``builder``."""

    def __init__(self, builder: DocumentBuilder, depth: int = 0) -> None:
        self._builder = builder
        self._depth = depth
        self._running: list[str] = []

    def walk(self, element: HtmlElement) -> None:
        """Add the contents of ``element``. Raises ``DocumentRefusedError`` when it nests too deep."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise DocumentRefusedError(f"it nests deeper than {MAX_DEPTH} levels")
        self._running.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str) and child.tag not in DROPPED:
                self._add_seen(child)
            self._running.append(child.tail or "")
        self._depth -= 1

    def flush(self) -> None:
        """End the running paragraph."""
        lines = "".join(self._running).split(BREAK)
        self._running = []
        self._builder.paragraph("\n".join(" ".join(line.split()) for line in lines))

    def _add_seen(self, child: HtmlElement) -> None:
        if child.get("aria-hidden") == "true":  # seen, but decoration
            return
        if is_hidden(child):
            self._builder.hide("".join(child.itertext()))
        else:
            self._add(child)

    def _add(self, child: HtmlElement) -> None:
        if child.tag == "br":
            self._running.append(BREAK)
        elif child.tag in INLINE:
            self.walk(child)
        else:
            self.flush()
            self._add_block(child)
            self.flush()

    def _add_block(self, child: HtmlElement) -> None:
        tag = child.tag
        if tag in {"ol", "ul"} and self._builder.in_navigation() and is_link_list(child):
            return
        if re.fullmatch("h[1-6]", tag):
            self._builder.heading(int(tag[1]), self._inside(child).replace("\n", " "))
        elif tag == "ol":
            self._builder.steps([self._inside(item) for item in child.findall("li")], _first_number(child))
        elif tag in {"ul", "menu"}:
            self._builder.bullets([self._inside(item) for item in child.findall("li")])
        elif tag == "table" and not is_layout(child):
            add_table(self._builder, child, lambda cell: self._inside(cell).replace("\n", " "))
        elif tag == "pre":
            self._builder.code(_preformatted(child))
        else:
            self.walk(child)

    def _inside(self, element: HtmlElement) -> str:
        inner = DocumentBuilder()
        walker = Walker(inner, self._depth)
        walker.walk(element)
        walker.flush()
        self._builder.hidden += inner.hidden
        return inner.lines()


class HtmlFormat:
    """HTML, by lxml (libxml2's recovering parser)."""

    name = "HTML"
    media_type = "text/html"
    suffixes = (".html", ".htm", ".xhtml")
    binary = False

    def matches(self, data: bytes) -> bool:
        """An HTML page starts with its document type or root element."""
        return MARK.match(data[:4096]) is not None

    def check(self, data: bytes) -> None:
        """Nothing to look for: the parser expands no entities and the walker bounds the depth."""

    def entries(self, data: bytes, filename: str) -> list[Entry]:
        """The file is one document."""
        return [Entry("", data, lambda: parse_html(data, filename))]


def parse_html(data: bytes, filename: str) -> ParsedDocument:
    """Parse a page; where it marks its main part, only that. Raises ``DocumentRefusedError``."""
    declared = CHARSET.search(data[:4096])
    root = parse_tree(decode(data, declared.group(1).decode() if declared else ""))
    mark_hidden_classes(root)
    main = root.findall(".//main") or root.findall(".//article")
    builder = DocumentBuilder()
    walker = Walker(builder)
    walker.walk(main[0] if len(main) == 1 else root)
    walker.flush()
    heading = root.find(".//h1")
    title = "".join(heading.itertext()) if heading is not None else root.findtext(".//title") or ""
    return builder.build(filename, title=title, language=root.get("lang", ""))


def parse_tree(text: str) -> HtmlElement:
    """Return the root element of a page or a part of one. Raises ``DocumentRefusedError`` when it has no usable one."""
    check_tags(text)
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return document_fromstring(text.encode("utf-8", "ignore"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise DocumentRefusedError("it holds no text") from error


def is_link_list(element: HtmlElement) -> bool:
    """Tell whether a list holds links and nothing else."""
    linked = "".join("".join(link.itertext()) for link in element.iter("a"))
    return bool(linked.strip()) and "".join(linked.split()) == "".join("".join(element.itertext()).split())


def _preformatted(element: HtmlElement) -> str:
    for line_break in element.iter("br"):
        line_break.tail = f"\n{line_break.tail or ''}"
    return "".join(element.itertext())


def _first_number(steps: HtmlElement) -> int:
    start = steps.get("start", "1").strip()
    return int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1


FORMAT = HtmlFormat()
