"""HTML from data: everything is escaped here, and Markdown is cut down to what an answer needs."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from ui import words
from ui.client import ApiError

MARKER = re.compile(r"\[(\d{1,2})\]")
SAFE_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)


def safe_link(url: str) -> bool:
    """Whether a link may be followed from an answer: web pages and mail addresses only."""
    return bool(SAFE_LINK.match(url.strip()))


def split_markers(state: StateCore) -> None:
    """Turn ``[n]`` in running text into tokens of their own; code and attributes keep theirs."""
    for block in state.tokens:
        if block.children:
            block.children = [part for token in block.children for part in marked(token)]


def marked(token: Token) -> list[Token]:
    """Return one inline token, or the pieces it falls into at its markers."""
    if token.type != "text" or not MARKER.search(token.content):
        return [token]
    pieces = MARKER.split(token.content)
    kinds = ("text", "citation")
    return [Token(kinds[at % 2], "", 0, content=piece) for at, piece in enumerate(pieces) if piece]


def render_citation(_: object, tokens: Sequence[Token], index: int, __: OptionsDict, env: EnvType) -> str:
    """Render a marker as a chip when the answer has that many sources, else as it stood."""
    number = int(tokens[index].content)
    return chip(number, env["turn"]) if 1 <= number <= env["sources"] else f"[{number}]"


def render_link(_: object, tokens: Sequence[Token], index: int, __: OptionsDict, ___: EnvType) -> str:
    """Render a link that opens apart and tells the other side nothing."""
    url = escape(str(tokens[index].attrGet("href") or ""))
    return f'<a href="{url}" target="_blank" rel="noopener noreferrer nofollow">'


def render_table(_: object, __: Sequence[Token], ___: int, ____: OptionsDict, _____: EnvType) -> str:
    """Render a table that can be scrolled with the keys where it is wider than its place."""
    return '<table tabindex="0">'


def make_markdown() -> MarkdownIt:
    """Return the renderer: no raw HTML, no images, safe links, tables, line breaks as written."""
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")
    markdown.validateLink = safe_link  # type: ignore[method-assign]  # the documented way to narrow links
    markdown.core.ruler.push("citations", split_markers)
    markdown.add_render_rule("citation", render_citation)
    markdown.add_render_rule("link_open", render_link)
    markdown.add_render_rule("table_open", render_table)
    return markdown


MARKDOWN = make_markdown()


def answer(text: str, turn_id: str = "", sources: int = 0) -> str:
    """Return an answer's Markdown as HTML; ``[n]`` becomes a chip for its n-th source."""
    return str(MARKDOWN.render(text, {"turn": turn_id, "sources": sources}))


def plain(text: str) -> str:
    """Return text as paragraphs that keep its line breaks."""
    return "".join(
        f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in re.split(r"\n{2,}", text) if part.strip()
    )


def chip(number: int, turn_id: str, label: str = "") -> str:
    """Return the button that opens a source."""
    title = f" <span>{escape(label)}</span>" if label else ""
    name = escape(words.SOURCE.format(number=number, title=label) if label else f"{words.PASSAGE_LABEL} {number}")
    return (
        f'<button type="button" class="hf-chip" data-source="{number}" data-turn="{escape(turn_id)}" '
        f'aria-label="{name}"><b>{number}</b>{title}</button>'
    )


def moment(at: datetime, kind: Literal["clock", "day", "ago", "until"]) -> str:
    """Return a time that the browser shows in its own zone; without scripts it is shown in UTC."""
    utc = at.astimezone(UTC)
    return f'<local-time datetime="{utc.isoformat()}" kind="{kind}">{utc:%H:%M} UTC</local-time>'


def icon(name: str) -> str:
    """Return one of the drawn icons of the style sheet."""
    return f'<i class="hf-icon hf-icon-{name}" aria-hidden="true"></i>'


def empty(title: str, lead: str, extra: str = "") -> str:
    """Return an empty state."""
    head = f'{icon("anchor")}<h2 tabindex="-1">{escape(title)}</h2>'
    return f'<div class="hf-empty">{head}<p>{escape(lead)}</p>{extra}</div>'


def note(text: str, kind: Literal["info", "good", "bad"] = "info") -> str:
    """Return a note of one line."""
    return f'<div class="hf-note hf-{kind}" role="status">{escape(text)}</div>'


def trouble(error: ApiError, trying: bool = False) -> str:
    """Return what went wrong, in words; a note that says that we are trying goes when a call succeeds."""
    link = f' <a href="/login" data-login>{words.LOG_IN}</a>' if error.status == 401 else ""
    mark = " data-passing" if trying else ""
    return f'<div class="hf-note hf-bad" role="alert"{mark}>{escape(words.explain(error, trying))}{link}</div>'
