"""The tab of sources: what is read again and again, how it goes, and a new one."""

import json
from typing import Any

import gradio as gr

from ui import knowledge_words, markup, words
from ui import source_words as said
from ui.client import Api, ApiError
from ui.knowledge_contract import LEVELS
from ui.layout import EVENT, part
from ui.rounds import ROUND, Rounds
from ui.sessions import token_of
from ui.source_cards import SHOWN, sources_html
from ui.source_client import Feeds
from ui.source_contract import Kind

REFRESH_SECONDS = 3.0
VISIBLE = "() => holdfast.shows('hf-sources')"


class BadLineError(ValueError):
    """A line of a source's description is not ``name = value``."""


class SourcesTab:
    """What the tab's events call, with the rights of whoever calls."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._rounds = Rounds()

    async def show(self, request: gr.Request) -> tuple[str, Any]:
        """Return the sources, and the kinds that can be added."""
        feeds = self._feeds(request)
        try:
            names = [each.name for each in await feeds.kinds()]
        except ApiError as error:
            return markup.trouble(error), gr.skip()
        return await self._listed(feeds), gr.update(choices=names)

    async def follow(self, visible: bool, request: gr.Request) -> Any:
        """Return the sources as they are now, while somebody looks."""
        with self._rounds.begin(request) as alone:
            return await self._listed(self._feeds(request)) if visible and alone else gr.skip()

    async def change(self, event: gr.EventData, request: gr.Request) -> tuple[str, str]:
        """Steer the source whose button was pressed; returns the sources, and what came of it."""
        feeds = self._feeds(request)
        try:
            await feeds.change(str(event.source), event.change)
        except ApiError as error:
            return await self._listed(feeds), markup.trouble(error)
        told = said.TOLD[str(event.change)].format(name=event.name)
        return await self._listed(feeds), markup.note(told, "good")

    async def describe(self, kind: str, request: gr.Request) -> str:
        """Return the lines that a kind of source wants."""
        try:
            return next((template(each) for each in await self._feeds(request).kinds() if each.name == kind), "")
        except ApiError:
            return ""

    async def add(
        self, name: str, kind: str, lines: str, department: str, level: str, minutes: float, request: gr.Request
    ) -> tuple[str, str, Any]:
        """Read a source from now on; returns the sources, what came of it, and the emptied name."""
        feeds = self._feeds(request)
        try:
            new: dict[str, Any] = {
                "name": name.strip(),
                "kind": kind or "",
                "config": config_of(lines),
                "classification": level,
                "interval_seconds": float(minutes or 0) * 60,
            }
            added = await feeds.add(new | ({"department": department.strip()} if department.strip() else {}))
        except (ApiError, BadLineError) as error:
            told = words.explain(error) if isinstance(error, ApiError) else str(error)
            return await self._listed(feeds), markup.note(told, "bad"), gr.skip()
        return await self._listed(feeds), markup.note(said.ADDED.format(name=added.name), "good"), ""

    async def _listed(self, feeds: Feeds) -> str:
        try:
            found = await feeds.sources()
            return sources_html(found, {each.id: await feeds.not_taken(each, SHOWN) for each in found})
        except ApiError as error:
            return markup.trouble(error)

    def _feeds(self, request: gr.Request) -> Feeds:
        return Feeds.of(self._api, token_of(request))


def template(kind: Kind) -> str:
    """Return what a kind wants to know as lines: what must be said, then defaults as comments."""
    lines = []
    for each in kind.fields:
        about = each.description.replace("``", "").split("\n")[0]
        lines += [f"# {about}"] if about else []
        value = (
            ""
            if each.default in (None, "")
            else f" {each.default if isinstance(each.default, str) else json.dumps(each.default)}"
        )
        lines.append(f"{'' if each.required else '# '}{each.name} ={value}")
    return "\n".join(lines)


def config_of(lines: str) -> dict[str, Any]:
    """Read ``name = value`` lines; a value that is JSON counts as such, any other is text.

    Lines that begin with ``#`` are left out. Raises ``BadLineError``.
    """
    found: dict[str, Any] = {}
    for number, line in enumerate(lines.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, mark, value = (part.strip() for part in line.partition("="))
        if not mark or not name:
            raise BadLineError(said.BAD_LINE.format(number=number, line=line.strip()))
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def build_sources(api: Api) -> gr.Tab:
    """Build the tab inside the tabs that are open; it is shown to nobody yet."""
    desk = SourcesTab(api)
    levels = [(knowledge_words.LEVELS[each], each) for each in LEVELS]
    with gr.Tab(said.SOURCES, elem_id="hf-tab-sources", visible=False) as tab:
        notice = part("hf-sources-notice", "")
        listed = part("hf-sources", "holdfast.attachSources(element, trigger)")
        with gr.Accordion(said.ADD, open=False, elem_id="hf-add-source"):
            name = gr.Textbox(label=said.NAME, placeholder=said.NAME_HINT, max_length=40)
            kind = gr.Dropdown([], label=said.KIND, elem_id="hf-source-kind", value=None)
            lines = gr.Textbox(label=said.CONFIG, info=said.CONFIG_HINT, lines=6, elem_id="hf-source-config")
            level = gr.Radio(levels, value="internal", label=knowledge_words.CLASSIFICATION)
            department = gr.Textbox(label=knowledge_words.DEPARTMENT, placeholder="support", max_length=64)
            minutes = gr.Number(15, label=said.MINUTES, minimum=1, maximum=43_200)
            seen = gr.Checkbox(visible=False)
            add = gr.Button(said.ADD_NOW, variant="primary", elem_id="hf-source-add")
        # Inside the tab: as a child of the tabs it would count as one, and the last of them would lose its name.
        timer = gr.Timer(REFRESH_SECONDS)
    tab.select(desk.show, None, [listed, kind], **EVENT)
    listed.select(desk.change, None, [listed, notice], **EVENT)
    timer.tick(desk.follow, [seen], [listed], **EVENT, js=VISIBLE, trigger_mode=ROUND)
    kind.change(desk.describe, [kind], [lines], **EVENT)
    add.click(desk.add, [name, kind, lines, department, level, minutes], [listed, notice, name], **EVENT)
    return tab
