"""The search page: what one may read, and why each passage was found."""

from typing import Any

import gradio as gr

from ui import findings, markup, passages, shell, words
from ui import knowledge_words as said
from ui.client import SURROUNDING_CHARACTERS, Api, ApiError, surround
from ui.contract import Citation
from ui.knowledge_contract import LEVELS
from ui.layout import EVENT, part
from ui.library import Library
from ui.sessions import token_of

RESULTS = 20
Shown = tuple[Any, ...]


class SearchDesk:
    """What the page's events call. Each call asks the API anew, with the rights of whoever calls."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def find(self, query: str, mode: str, department: str, level: str, request: gr.Request) -> str:
        """Return what a search finds."""
        return await self._found(asked(query, mode, department, level), request)

    async def find_as_written(self, query: str, mode: str, department: str, level: str, request: gr.Request) -> str:
        """Return what a search for the very words finds."""
        return await self._found(asked(query, mode, department, level) | {"spelling": False}, request)

    async def _found(self, body: dict[str, Any], request: gr.Request) -> str:
        query = str(body["query"])
        if not query:
            return findings.nothing_asked()
        try:
            found = await self._library(request).search(body | {"facets": True})
        except ApiError as error:
            return markup.trouble(error)
        return findings.results(found, query)

    async def open_hit(self, event: gr.EventData, request: gr.Request) -> str:
        """Return a passage in its surroundings, as far as one may read it."""
        start, end = int(event.start), int(event.end)
        first, last = max(0, start - SURROUNDING_CHARACTERS), end + SURROUNDING_CHARACTERS
        try:
            excerpt = await self._library(request).excerpt(str(event.document), int(event.version), first, last)
        except ApiError as error:
            return passages.problem(error)
        quote = excerpt.text[start - excerpt.start : end - excerpt.start]
        cited = Citation(
            document_id="", title=excerpt.title, version=excerpt.version, quote=quote, start=start, end=end
        )
        return passages.panel(surround(cited, excerpt), int(event.number))

    async def saved(self, request: gr.Request) -> str:
        """Return my saved searches."""
        try:
            return findings.saved_html(await self._library(request).saved_searches())
        except ApiError as error:
            return markup.trouble(error)

    async def save(
        self, name: str, query: str, mode: str, department: str, level: str, request: gr.Request
    ) -> tuple[str, str]:
        """Keep the search on the page; return the list and what came of it."""
        if not name.strip() or not query.strip():
            return await self.saved(request), markup.note(said.NAME_FIRST, "bad")
        try:
            await self._library(request).save_search(name, asked(query, mode, department, level))
        except ApiError as error:
            return await self.saved(request), markup.trouble(error)
        return await self.saved(request), markup.note(said.KEPT.format(name=name.strip()), "good")

    async def use_saved(self, event: gr.EventData, request: gr.Request) -> Shown:
        """Take up a saved search, or forget it: returns the list, the fields of the form and what is found."""
        library, same = self._library(request), (gr.skip(),) * 5
        try:
            if event.forget:
                await library.forget_search(str(event.forget))
                return await self.saved(request), *same
            known = {each.id: each.request for each in await library.saved_searches()}
            wanted = known.get(str(event.search))
        except ApiError as error:
            return markup.trouble(error), *same
        if wanted is None:
            return await self.saved(request), *same
        fields = form_of(wanted)
        return gr.skip(), *fields, await self.find(*fields, request)

    async def departments(self, request: gr.Request) -> Any:
        """Return the choices of the department's field: those of the documents that I may read."""
        try:
            found = await self._library(request).documents("")
        except ApiError:
            return gr.skip()
        return gr.update(choices=[(said.ANY, ""), *sorted({each.department for each in found if each.department})])

    def _library(self, request: gr.Request) -> Library:
        return Library.of(self._api, token_of(request))


def asked(query: str, mode: str, department: str, level: str) -> dict[str, Any]:
    """Return the body of a search."""
    filters = {"department": department, "classification": level}
    return {
        "query": query.strip()[:1_000],
        "k": RESULTS,
        "mode": mode or "hybrid",
        "filters": {name: value for name, value in filters.items() if value},
    }


def form_of(body: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return query, mode, department and class of a saved search; what is not a word counts as empty."""
    filters = body.get("filters") or {}
    values = (body.get("query"), body.get("mode") or "hybrid", filters.get("department"), filters.get("classification"))
    return tuple(value if isinstance(value, str) else "" for value in values)  # type: ignore[return-value]  # four


def build_search(api: Api) -> gr.Blocks:
    """Return the search page."""
    desk, bar = SearchDesk(api), shell.Bar(api, said.SEARCH_TITLE)
    levels = [(said.ANY, ""), *((said.LEVELS[each], each) for each in LEVELS)]
    with gr.Blocks(title=f"{said.SEARCH_TITLE} · {words.PRODUCT}", analytics_enabled=False, fill_width=True) as blocks:
        top = shell.top(said.SEARCH_TITLE)
        with gr.Row(elem_id="hf-search"):
            with gr.Column(elem_id="hf-shelf"):
                saved = part("hf-saved", "holdfast.attachSaved(element, trigger)")
                name = gr.Textbox(label=said.SAVE_AS, max_length=120, elem_id="hf-save-as")
                save = gr.Button(said.SAVE, size="sm", elem_id="hf-save")
                notice = part("hf-search-notice", "")
            with gr.Column(elem_id="hf-finder"):
                query = gr.Textbox(
                    placeholder=said.QUERY, label=said.QUERY, show_label=False, max_length=1_000, elem_id="hf-query"
                )
                with gr.Row(elem_id="hf-filters"):
                    mode = gr.Radio(list(said.MODES), value="hybrid", label=said.MODE, elem_id="hf-mode")
                    department = gr.Dropdown([(said.ANY, "")], value="", label=said.DEPARTMENT, allow_custom_value=True)
                    level = gr.Dropdown(levels, value="", label=said.CLASSIFICATION, elem_id="hf-level")
                    find = gr.Button(said.FIND, variant="primary", elem_id="hf-find")
                found = gr.HTML(
                    findings.nothing_asked(),
                    elem_id="hf-found",
                    js_on_load="holdfast.attachFound(element, trigger)",
                    apply_default_css=False,
                )
            drawer = part("hf-drawer", "holdfast.attachDrawer(element, props, (done) => watch('value', done))")
        form = [query, mode, department, level]
        gr.on([query.submit, find.click, mode.change, level.change], desk.find, form, [found], **EVENT)
        save.click(desk.save, [name, *form], [saved, notice], **EVENT)
        saved.select(desk.use_saved, None, [saved, *form, found], **EVENT)
        found.select(desk.open_hit, None, [drawer], **EVENT)
        found.submit(desk.find_as_written, form, [found], **EVENT)
        found.click(narrowed, form, form, **EVENT).then(desk.find, form, [found], **EVENT)
        blocks.load(bar.show, None, [top], **EVENT)
        blocks.load(desk.saved, None, [saved], **EVENT)
        blocks.load(desk.departments, None, [department], **EVENT)
    return blocks


def narrowed(query: str, mode: str, department: str, level: str, event: gr.EventData) -> tuple[str, str, str, str]:
    """Return the form with the facet that was chosen."""
    if event.facet == "department":
        department = str(event.value)
    if event.facet == "classification":
        level = str(event.value)
    return query, mode, department, level
