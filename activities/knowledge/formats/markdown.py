"""Markdown (CommonMark with tables), rendered by markdown-it-py and read as a page."""

import re
from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any, get_args

from lxml.html import tostring
from lxml.html.defs import tags as html_tags
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import Entry, ParsedDocument
from activities.knowledge.formats.encoding import clean_line, decode
from activities.knowledge.formats.html import Walker, parse_tree
from activities.ports import Level

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
FIELD = re.compile(r"^(\w+)[ \t]*:[ \t]*(.*?)[ \t]*$", re.M)
CALLOUT = re.compile(r"^([ \t]*>[ \t]*)\[!(\w+)\][ \t]*$", re.M)
DIRECTIVES = re.compile(r"^[ \t]*(?::::.*|\{%.*%\}|\{:.*\}|>?[ \t]*\[!INCLUDE.*)[ \t]*$|\{:[^}\n]*\}", re.M)
"""Layout marks of site generators (Jekyll, kramdown, DocFX): nothing that a reader sees."""
FENCE = re.compile(r"^([ \t]*(?:```|~~~).*?^[ \t]*(?:```|~~~)[ \t]*$)", re.M | re.S)
TAG = re.compile(r"</?([A-Za-z][\w-]*)")


class MarkdownFormat:
    """Markdown files with optional front matter: ``title``, ``department``, ``classification``, ``language``."""

    name = "Markdown"
    media_type = "text/markdown"
    suffixes = (".md", ".markdown")
    binary = False

    def matches(self, data: bytes) -> bool:
        """Markdown has no mark of its own."""
        return False

    def check(self, data: bytes) -> None:
        """Nothing to look for in text."""

    def entries(self, data: bytes, filename: str) -> list[Entry]:
        """The file is one document."""
        return [Entry("", data, lambda: parse_markdown(decode(data), filename))]


def parse_markdown(source: str, filename: str, *, title: str = "", language: str = "") -> ParsedDocument:
    """Parse Markdown; ``title`` and ``language`` hold where front matter has none. Raises ``DocumentRefusedError``."""
    fields, body = split_front_matter(source.replace("\r\n", "\n").replace("\r", "\n"))
    builder = DocumentBuilder()
    walker = Walker(builder)
    page = _renderer().render(_without_directives(body))
    if page.strip():
        walker.walk(parse_tree(page))
        walker.flush()
    return builder.build(
        filename,
        title=fields.get("title", title),
        language=fields.get("language", fields.get("lang", language)),
        department=department_of(fields.get("department")),
        classification=level_of(fields.get("classification")),
    )


def split_front_matter(source: str) -> tuple[dict[str, str], str]:
    """Return the simple ``name: value`` fields at the top of ``source``, names in lower case, and the rest."""
    found = FRONT_MATTER.match(source.lstrip("\ufeff"))
    if not found:
        return {}, source
    fields = {name.lower(): value.strip("\"'") for name, value in FIELD.findall(found.group(1))}
    return {name: value for name, value in fields.items() if value}, source.lstrip("\ufeff")[found.end() :]


def level_of(value: object) -> Level | None:
    """Return ``value`` as a classification; None when it is not one."""
    word = str(value or "").strip().lower()
    return next((level for level in get_args(Level) if level == word), None)


def department_of(value: object) -> str | None:
    """Return ``value`` as a department's name; None when it is empty."""
    return clean_line(str(value or "")).lower()[:64] or None


def _without_directives(body: str) -> str:
    """Drop layout marks outside of code, and name callouts (``> [!NOTE]``) in words."""
    parts = FENCE.split(body)
    for index in range(0, len(parts), 2):
        prose = DIRECTIVES.sub("", parts[index])
        parts[index] = CALLOUT.sub(lambda found: f"{found.group(1)}{found.group(2).capitalize()}:", prose)
    return "".join(parts)


def _renderer() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    markdown.add_render_rule("html_inline", _html_inline)
    markdown.add_render_rule("html_block", _html_block)
    markdown.add_render_rule("code_block", _indented)
    return markdown


def _html_inline(
    _self: RendererHTML, tokens: Sequence[Token], index: int, _options: object, _env: MutableMapping[str, Any]
) -> str:
    """Keep line breaks, drop tags, and show what only looks like a tag: ``<your name>`` is text to its author."""
    content = tokens[index].content
    found = TAG.match(content)
    if not found:
        return ""
    name = found.group(1).lower()
    if name == "br":
        return "<br>"
    return "" if name in html_tags else escape(content)


def _indented(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: object, env: MutableMapping[str, Any]
) -> str:
    """Read indented HTML as HTML: authors nest tags, and do not mean them as code."""
    content = tokens[index].content
    found = TAG.match(content.lstrip())
    if found and found.group(1).lower() in html_tags:
        return _html_block(self, tokens, index, options, env)
    return f"<pre>{escape(content)}</pre>"


def _html_block(
    _self: RendererHTML, tokens: Sequence[Token], index: int, _options: object, _env: MutableMapping[str, Any]
) -> str:
    """Close what a block leaves open, so that it cannot swallow what follows."""
    content = tokens[index].content
    found = TAG.match(content.lstrip())
    if found and found.group(1).lower() not in html_tags:
        return f"<p>{escape(content)}</p>"
    root = parse_tree(f"<div>{content}</div>")
    return f"<div>{''.join(tostring(child, encoding='unicode') for child in root.find('body'))}</div>"


FORMAT = MarkdownFormat()
