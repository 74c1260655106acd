"""A source of an answer as HTML: title, version, and the quote in its surroundings."""

from collections.abc import Sequence
from html import escape

from ui import markup, words
from ui.client import ApiError, Caller
from ui.contract import Citation, Passage


async def source(caller: Caller, citations: Sequence[Citation], number: object) -> str:
    """Return source ``number`` (from 1) with its surroundings, as far as the caller may see them."""
    known = isinstance(number, int) and 1 <= number <= len(citations)
    if not isinstance(number, int) or not known or citations[number - 1].withheld:
        return told(markup.note(words.PASSAGE_GONE, "bad"))
    try:
        return panel(await caller.passage(citations[number - 1]), number)
    except ApiError as error:
        gone = error.status in (403, 404)
        return told(markup.note(words.PASSAGE_GONE, "bad")) if gone else problem(error)


def panel(passage: Passage, number: int) -> str:
    """Return the panel of one source."""
    before = f"…{passage.before}" if passage.cut_before else passage.before
    after = f"{passage.after}…" if passage.cut_after else passage.after
    text = f"{escape(before)}<mark>{escape(passage.quote)}</mark>{escape(after)}"
    title = escape(words.SOURCE.format(number=number, title=passage.title))
    return (
        f'<aside class="hf-passage" aria-label="{title}"><header><span class="hf-number">{number}</span>'
        f"<div><h2>{escape(passage.title)}</h2><small>{words.VERSION.format(version=passage.version)}</small></div>"
        f'<button type="button" data-close aria-label="{words.CLOSE}">{markup.icon("close")}</button></header>'
        f'<div class="hf-passage-text" tabindex="0">{text}</div></aside>'
    )


def problem(error: ApiError) -> str:
    """Return the panel when a source cannot be shown at the moment."""
    return told(markup.trouble(error))


def told(note: str) -> str:
    """Return the panel that says why there is no source to show."""
    close = f'<button type="button" data-close aria-label="{words.CLOSE}">{markup.icon("close")}</button>'
    return f'<aside class="hf-passage"><header><div></div>{close}</header>{note}</aside>'
