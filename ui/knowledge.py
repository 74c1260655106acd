"""The knowledge page: documents in, what became of them, reading, classes, versions, removal, gaps."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gradio as gr

from ui import documents, markup, shell, words
from ui import knowledge_words as said
from ui.client import Api, ApiError
from ui.confirmations import ConfirmationDesk
from ui.contract import LEAD_ROLES
from ui.days import moment_of
from ui.expiries import ExpiryDesk, change, dates_form
from ui.knowledge_contract import LEVELS, Ingestion, Level
from ui.layout import EVENT, part
from ui.library import Library
from ui.reply_texts import replies_html
from ui.rounds import ROUND, Rounds
from ui.sessions import token_of
from ui.sources import build_sources

REFRESH_SECONDS = 2.0
MOST_RUNS = 20
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
"""What the page itself takes; the API's own limit, in words, comes first."""
LIST_AND_OPEN = "(wanted) => [wanted, holdfast.openDocument()]"
ADDED = "(...given) => [...given.slice(0, -1), holdfast.runs()]"
MOVED = "(wanted, _, level) => [wanted, holdfast.openDocument(), level]"
SURE = f"(wanted) => [wanted, confirm({said.REMOVE_SURE!r}) ? holdfast.openDocument() : '']"
LOOK = "(wanted) => [wanted, holdfast.openDocument(), holdfast.runs(), holdfast.due()]"
ATTACH_CONFIRMATIONS = "holdfast.attachConfirmations(element, trigger)"


class KnowledgeDesk:
    """What the page's events call. Each call asks the API anew, with the rights of whoever calls."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._rounds = Rounds()

    async def listing(self, wanted: str, current: str, request: gr.Request) -> str:
        """Return the documents with ``wanted`` in their title or source."""
        try:
            return documents.listing(await self._library(request).documents(wanted), current, wanted)
        except ApiError as error:
            return markup.trouble(error)

    async def open_document(self, event: gr.EventData, request: gr.Request) -> tuple[Any, str, Any]:
        """Return the document that was chosen and its class; a notice of before goes."""
        try:
            drawn, level = await self._drawn(str(event.document), request)
        except ApiError as error:
            return gr.skip(), markup.trouble(error), gr.skip()
        return drawn, "", level

    async def add(
        self,
        files: list[str] | None,
        department: str,
        level: str,
        groups: str | None,
        valid_from: str | None,
        valid_until: str | None,
        shown: str,
        request: gr.Request,
    ) -> tuple[Any, Any, str]:
        """Send files; returns what is being taken in, the emptied field, and what went wrong."""
        if not files:
            return gr.skip(), gr.skip(), markup.note(said.CHOOSE_FIRST, "bad")
        rights = {
            "department": department.strip(),
            "classification": level,
            "groups": (groups or "").strip(),
            "valid_from": moment_of(valid_from),
            "valid_until": moment_of(valid_until),
        }
        library, started, problems = self._library(request), [], []
        for path in map(Path, files):
            try:
                started.append(await library.upload(path, rights))
            except ApiError as error:
                problems.append(f"{path.name}: {words.explain(error)}")
            finally:
                path.unlink(missing_ok=True)  # documents do not lie about in Gradio's folder
        runs = [*started, *await self._runs(shown, request)]
        notice = "".join(markup.note(problem, "bad") for problem in problems)
        return documents.runs_html(runs[:MOST_RUNS]), None, notice

    async def look(self, wanted: str, current: str, shown: str, due: bool, request: gr.Request) -> tuple[Any, Any]:
        """Return how what is being taken in goes, and the documents; nothing is read while no look is due."""
        with self._rounds.begin(request) as alone:
            if not (due and alone):
                return gr.skip(), gr.skip()
            runs = documents.runs_html(await self._runs(shown, request)) if shown else gr.skip()
            return runs, await self.listing(wanted, current, request)

    async def tabs(self, request: gr.Request) -> tuple[Any, Any, Any]:
        """Show the tabs of supervisors and administrators to them alone."""
        try:
            leads = (await self._api.caller(token_of(request)).me()).role in LEAD_ROLES
        except ApiError:
            leads = False
        return gr.update(visible=leads), gr.update(visible=leads), gr.update(visible=leads)

    async def reclassify(self, wanted: str, current: str, level: str, request: gr.Request) -> tuple[Any, Any, str]:
        """Move the open document to another class."""
        told = said.RECLASSIFIED.format(level=said.LEVELS[level].lower())
        return await self._changed(wanted, current, self._library(request).classify(current, level), told, request)

    async def restore(self, wanted: str, event: gr.EventData, request: gr.Request) -> tuple[Any, Any, str]:
        """Bring an old version of a document back."""
        current, version = str(event.document), int(event.version)
        told = said.RESTORED.format(version=version)
        return await self._changed(wanted, current, self._library(request).restore(current, version), told, request)

    async def change_dates(self, wanted: str, event: gr.EventData, request: gr.Request) -> tuple[Any, Any, str]:
        """Give the open document the dates of its form."""
        library, current = self._library(request), str(event.document)
        try:
            notice = await change(library, event, said.DATES_KEPT.format(title=str(event.title)))
        except ApiError as error:
            return gr.skip(), gr.skip(), markup.trouble(error)
        listed = await self.listing(wanted, current, request)
        try:
            drawn, _ = await self._drawn(current, request)
        except ApiError:  # its rights have changed meanwhile
            return listed, documents.nothing_open(), notice
        return listed, drawn, notice

    async def remove(self, wanted: str, current: str, request: gr.Request) -> tuple[Any, Any, str]:
        """Remove the open document; without one the person has thought better of it."""
        if not current:
            return gr.skip(), gr.skip(), ""
        try:
            await self._library(request).remove(current)
        except ApiError as error:
            return gr.skip(), gr.skip(), markup.trouble(error)
        listed = await self.listing(wanted, "", request)
        return listed, documents.nothing_open(), markup.note(said.REMOVED, "good")

    async def gaps(self, request: gr.Request) -> str:
        """Return what was asked and not answered."""
        try:
            return documents.gaps_html(await self._library(request).gaps())
        except ApiError as error:
            return markup.trouble(error)

    async def replies(self, request: gr.Request) -> str:
        """Return what customers are told for each outcome; supervisors and administrators may read it."""
        try:
            return replies_html(await self._library(request).replies())
        except ApiError as error:
            return markup.trouble(error)

    async def _changed(
        self, wanted: str, current: str, change: Awaitable[None], told: str, request: gr.Request
    ) -> tuple[Any, Any, str]:
        try:
            await change
            drawn, _ = await self._drawn(current, request)
        except ApiError as error:
            return gr.skip(), gr.skip(), markup.trouble(error)
        return await self.listing(wanted, current, request), drawn, markup.note(told, "good")

    async def _drawn(self, document_id: str, request: gr.Request) -> tuple[str, Level]:
        library = self._library(request)
        rule, now = await library.dates(document_id), datetime.now(UTC)
        keeper = rule is not None
        document, versions, me = await asyncio.gather(
            library.document(document_id, out_of_date=keeper),
            library.versions(document_id, out_of_date=keeper),
            self._api.caller(token_of(request)).me(),
        )
        dates = dates_form(document_id, document.title, rule, now) if rule else ""
        shut = rule is not None and rule.shuts(now)
        foreign = me.role not in LEAD_ROLES and me.department != document.department
        drawn = documents.document_html(document, versions, dates, shut=shut, foreign=foreign)
        return drawn, document.classification

    async def _runs(self, shown: str, request: gr.Request) -> list[Ingestion]:
        library = self._library(request)
        looks = [library.ingestion(each) for each in shown.split()[:MOST_RUNS]]
        found = await asyncio.gather(*looks, return_exceptions=True)
        return [each for each in found if isinstance(each, Ingestion)]

    def _library(self, request: gr.Request) -> Library:
        return Library.of(self._api, token_of(request))


def read_tab(
    title: str, name: str, load: Callable[[gr.Request], Awaitable[str]], script: str = "", *, visible: bool = True
) -> tuple[gr.Tab, gr.HTML]:
    """Add a tab that ``load`` fills each time it is opened; returns it with what it shows."""
    with gr.Tab(title, elem_id=f"hf-tab-{name}", visible=visible) as tab:
        shown = part(f"hf-{name}", script)
    tab.select(load, None, [shown], **EVENT)
    return tab, shown


def limits() -> tuple[gr.Textbox, list[gr.DateTime]]:
    """Add what limits a new document, folded away; returns the box of its groups and its first and last day."""
    with gr.Accordion(said.LIMITS, open=False, elem_id="hf-limits"):
        groups = gr.Textbox(label=said.GROUPS, placeholder=said.GROUPS_HINT, max_length=4_000)
        days = (said.VALID_FROM, said.VALID_UNTIL)
        dates = [gr.DateTime(include_time=False, type="string", label=each, value=None) for each in days]
    return groups, dates


def document_actions(levels: Sequence[tuple[str, str]]) -> tuple[gr.Dropdown, gr.Button, gr.Button]:
    """Add what is done with the open document; returns its new class, and the buttons that set it and remove it."""
    with gr.Row(elem_id="hf-document-actions"):
        level = gr.Dropdown(
            levels, value="internal", label=said.CLASSIFICATION, show_label=False, elem_id="hf-level", min_width=140
        )
        move = gr.Button(said.RECLASSIFY, size="sm", elem_id="hf-move")
        remove = gr.Button(said.REMOVE, size="sm", variant="stop", elem_id="hf-remove")
    return level, move, remove


def reading(levels: Sequence[tuple[str, str]]) -> tuple[gr.HTML, gr.HTML, gr.Dropdown, gr.Button, gr.Button]:
    """Add the open document; returns its notice and itself, its new class, and the buttons that set that and remove."""
    gr.HTML(
        documents.way_back(),
        elem_id="hf-document-back",
        js_on_load="holdfast.attachBack(element)",
        apply_default_css=False,
    )
    notice = part("hf-knowledge-notice", "")
    level, move, remove = document_actions(levels)
    shown = gr.HTML(
        documents.nothing_open(),
        elem_id="hf-document",
        js_on_load="holdfast.attachDocument(element, trigger, (done) => watch('value', done))",
        apply_default_css=False,
    )
    return notice, shown, level, move, remove


def build_knowledge(api: Api) -> gr.Blocks:
    """Return the knowledge page."""
    desk, bar = KnowledgeDesk(api), shell.Bar(api, said.KNOWLEDGE_TITLE)
    confirmations, expiries = ConfirmationDesk(api), ExpiryDesk(api)
    levels = [(said.LEVELS[each], each) for each in LEVELS]
    title = f"{said.KNOWLEDGE_TITLE} · {words.PRODUCT}"
    with gr.Blocks(title=title, analytics_enabled=False, fill_width=True, delete_cache=(600, 600)) as blocks:
        top = shell.top(said.KNOWLEDGE_TITLE)
        with gr.Row(elem_id="hf-knowledge"):
            with gr.Column(elem_id="hf-stock"):
                with gr.Tabs(overflow_behavior="wrap"):
                    with gr.Tab(said.DOCUMENTS):
                        wanted = gr.Textbox(placeholder=said.FILTER, label=said.FILTER, elem_id="hf-wanted")
                        listed = part("hf-documents", "holdfast.attachDocuments(element, trigger)")
                    with gr.Tab(said.ADD, elem_id="hf-tab-add"):
                        files = gr.File(label=said.DROP, file_count="multiple", elem_id="hf-files", height=200)
                        level = gr.Radio(levels, value="internal", label=said.CLASSIFICATION, elem_id="hf-new-level")
                        department = gr.Textbox(label=said.DEPARTMENT, placeholder=said.DEPARTMENT_HINT, max_length=64)
                        groups, dates = limits()
                        add = gr.Button(said.TAKE_IN, variant="primary", elem_id="hf-add")
                        runs = part("hf-runs", "holdfast.attachNames()")
                    _, waiting = read_tab(said.CONFIRM, "confirm", confirmations.waiting, ATTACH_CONFIRMATIONS)
                    dated, expiring = read_tab(
                        said.DATES, "dates", expiries.listing, "holdfast.attachDates(element, trigger)", visible=False
                    )
                    sources = build_sources(api)
                    read_tab(said.GAPS, "gaps", desk.gaps)
                    replies, _ = read_tab(said.REPLIES, "replies", desk.replies, visible=False)
            with gr.Column(elem_id="hf-reading"):
                notice, shown, new_level, move, remove = reading(levels)
        current, known, due = gr.Textbox(visible=False), gr.Textbox(visible=False), gr.Checkbox(visible=False)
        changed = [listed, shown, notice]
        gr.on([blocks.load, wanted.change], desk.listing, [wanted, current], [listed], **EVENT, js=LIST_AND_OPEN)
        listed.select(desk.open_document, None, [shown, notice, new_level], **EVENT, trigger_mode="always_last")
        add.click(desk.add, [files, department, level, groups, *dates, known], [runs, files, notice], **EVENT, js=ADDED)
        gr.Timer(REFRESH_SECONDS).tick(
            desk.look, [wanted, current, known, due], [runs, listed], **EVENT, js=LOOK, trigger_mode=ROUND
        )
        move.click(desk.reclassify, [wanted, current, new_level], changed, **EVENT, js=MOVED)
        shown.select(desk.restore, [wanted], changed, **EVENT)
        shown.submit(desk.change_dates, [wanted], changed, **EVENT)
        # Who has thought better of it may press again before the first click has come back.
        remove.click(desk.remove, [wanted, current], changed, **EVENT, js=SURE, trigger_mode="multiple")
        waiting.select(confirmations.decide, None, [waiting], **EVENT)
        expiring.select(expiries.decide, None, [expiring], **EVENT)
        expiring.submit(desk.open_document, None, [shown, notice, new_level], **EVENT, trigger_mode="always_last")
        blocks.load(bar.show, None, [top], **EVENT)
        blocks.load(desk.tabs, None, [sources, replies, dated], **EVENT)
    return blocks
