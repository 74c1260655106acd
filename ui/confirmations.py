"""Documents whose class waits for a person: why it was suspected, and the decision."""

from collections.abc import Sequence
from html import escape

import gradio as gr

from ui import knowledge_words as said
from ui import markup
from ui.cases import tag
from ui.client import Api, ApiError
from ui.knowledge_contract import LEVELS, Waiting
from ui.library import MOST_DOCUMENTS, Library
from ui.sessions import token_of
from ui.words import spoken


class ConfirmationDesk:
    """What the tab's events call, with the rights of whoever calls."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def waiting(self, request: gr.Request) -> str:
        """Return the documents that wait for this person's decision."""
        return await self._shown(Library.of(self._api, token_of(request)), "")

    async def decide(self, event: gr.EventData, request: gr.Request) -> str:
        """Give a document the class that was clicked; return what still waits, with what came of it."""
        library = Library.of(self._api, token_of(request))
        level = str(event.level)
        try:
            await library.classify(str(event.document), level)
        except ApiError as error:
            return await self._shown(library, markup.trouble(error))
        told = said.CONFIRMED.format(title=str(event.title), level=said.LEVELS.get(level, level).lower())
        return await self._shown(library, markup.note(told, "good"))

    async def _shown(self, library: Library, notice: str) -> str:
        try:
            return notice + confirmations_html(await library.confirmations())
        except ApiError as error:
            return notice + markup.trouble(error)


def confirmations_html(waiting: Sequence[Waiting]) -> str:
    """Return the documents that nobody reads yet, each with the classes it may be given."""
    if not waiting:
        return markup.empty(said.CONFIRM_EMPTY_TITLE, said.CONFIRM_EMPTY)
    entries = "".join(map(waiting_html, waiting))
    cut = markup.note(said.CONFIRM_CUT.format(count=MOST_DOCUMENTS)) if len(waiting) >= MOST_DOCUMENTS else ""
    return f'<p class="hf-lead">{said.CONFIRM_LEAD}</p><ul class="hf-waiting-list">{entries}</ul>{cut}'


def waiting_html(each: Waiting) -> str:
    """Return one document: what speaks for its class, how it begins, and a button for each class it may have."""
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in each.reasons)
    tags = tag(spoken(each.department)) + tag(said.VERSION.format(version=each.version))
    buttons = "".join(button(each, level) for level in LEVELS[LEVELS.index(each.requested) :])
    return (
        f"<li><b>{escape(each.title)}</b><p>{tags}</p><ul>{reasons}</ul>"
        f"<blockquote>{escape(each.excerpt)}</blockquote><p>{buttons}</p></li>"
    )


def button(each: Waiting, level: str) -> str:
    """Return the button that gives a document a class; the suggested one stands out."""
    kind = ' class="hf-suggested"' if level == each.suggested else ""
    return (
        f'<button type="button" data-confirm="{escape(each.document_id)}" data-level="{level}" '
        f'data-title="{escape(each.title)}"{kind}>{said.LEVELS[level]}</button>'
    )
