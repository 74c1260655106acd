"""Documents whose dates ask for a decision: the list of them, and the form that gives a document other dates."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape

import gradio as gr

from ui import knowledge_words as said
from ui import markup
from ui.cases import tag
from ui.client import Api, ApiError
from ui.days import a_year_after, day_of, moment_of
from ui.documents import level
from ui.knowledge_contract import Dated, Rule
from ui.library import MOST_DOCUMENTS, Library
from ui.sessions import token_of
from ui.words import spoken

SAME = "same"
"""What the page's script tells of a date that was not changed."""
TAGS = {"ending": "warm", "expired": "hot", "upcoming": ""}


class ExpiryDesk:
    """What the tab's events call, with the rights of whoever calls."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def listing(self, request: gr.Request) -> str:
        """Return the documents whose dates ask this person for a decision."""
        return await self._shown(self._library(request), "")

    async def decide(self, event: gr.EventData, request: gr.Request) -> str:
        """Give a document other dates or remove it; return what is still to be decided, with what came of it."""
        library, title = self._library(request), str(event.title)
        try:
            if event.remove:
                await library.remove(str(event.document))
                notice = markup.note(said.REMOVED, "good")
            else:
                notice = await change(library, event, said.DATES_KEPT.format(title=title))
        except ApiError as error:
            notice = markup.trouble(error)
        return await self._shown(library, notice)

    async def _shown(self, library: Library, notice: str) -> str:
        try:
            return notice + expiries_html(await library.expiries(), datetime.now(UTC))
        except ApiError as error:
            return notice + markup.trouble(error)

    def _library(self, request: gr.Request) -> Library:
        return Library.of(self._api, token_of(request))


async def change(library: Library, event: gr.EventData, told: str) -> str:
    """Give a document the dates of its form; return a note about it. Raises ``ApiError``."""
    fields = {"valid_from": str(getattr(event, "from")), "valid_until": str(event.until)}
    dates = changes_of(fields)
    if not dates:
        return markup.note(said.DATES_SAME)
    await library.change_dates(str(event.document), dates)
    return markup.note(told, "good")


def changes_of(fields: Mapping[str, str]) -> dict[str, str | None]:
    """Return the fields that were changed as the API takes them: an emptied one takes its date away."""
    return {name: moment_of(day) or None for name, day in fields.items() if day != SAME}


def expiries_html(documents: Sequence[Dated], now: datetime) -> str:
    """Return the documents by what their dates say, the most pressing first."""
    if not documents:
        return markup.empty(said.DATES_EMPTY_TITLE, said.DATES_EMPTY)
    entries = "".join(entry(each, now) for each in documents)
    cut = markup.note(said.DATES_CUT.format(count=MOST_DOCUMENTS)) if len(documents) >= MOST_DOCUMENTS else ""
    return f'<p class="hf-lead">{said.DATES_LEAD}</p><ul class="hf-waiting-list">{entries}</ul>{cut}'


def entry(document: Dated, now: datetime) -> str:
    """Return one document with what its dates say, and the form that changes them."""
    moment = document.valid_from if document.state == "upcoming" else document.valid_until
    when = f"{said.DATE_STATES[document.state]} {markup.moment(moment, 'day')}" if moment else ""
    tags = (
        tag(said.DATE_TAGS[document.state], TAGS[document.state]) + level(document) + tag(spoken(document.department))
    )
    rule = Rule(not_before=document.valid_from, not_after=document.valid_until)
    form = dates_form(document.id, document.title, rule, now, removable=True)
    return (
        f'<li><button type="button" class="hf-open" data-open-document="{escape(document.id)}">'
        f"{escape(document.title)}</button><p>{tags}</p>"
        f'<p class="hf-facts">{when}<br>{escape(document.source)}</p>{form}</li>'
    )


def dates_form(document_id: str, title: str, rule: Rule, now: datetime, *, removable: bool = False) -> str:
    """Return the fields of a document's two dates, and what can be done with them."""
    data = f'data-of="{escape(document_id)}" data-title="{escape(title)}"'
    buttons = f'<button type="button" data-save-dates {data}>{said.SAVE_DATES}</button>'
    if rule.not_after:
        later = a_year_after(rule.not_after, now)
        buttons += f'<button type="button" data-prolong="{later}" {data}>{said.PROLONG}</button>'
    if removable:
        sure = f'data-sure="{escape(said.REMOVE_SURE)}"'
        buttons += f'<button type="button" data-remove {sure} {data}>{said.REMOVE}</button>'
    fields = field("valid_from", said.VALID_FROM, rule.not_before) + field(
        "valid_until", said.VALID_UNTIL, rule.not_after
    )
    return f'<div class="hf-dates">{fields}<p>{buttons}</p></div>'


def field(name: str, label: str, moment: datetime | None) -> str:
    """Return the field of one date."""
    return f'<label>{label}<input type="date" name="{name}" value="{day_of(moment)}"></label>'
