"""The chat. Nothing is kept between calls: the browser says where it is, the API what is true."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import gradio as gr
from pydantic import ValidationError

from ui import passages, shell, thread, words
from ui.client import Api, ApiError, Caller, pause
from ui.contract import Person
from ui.follow import Live, follow
from ui.layout import EVENT, part
from ui.outbox import Call, Delivery, confirm, deliver
from ui.runs import Runs
from ui.sessions import token_of

Shown = tuple[Any, Any]
"""The thread and the list of conversations; ``gr.skip()`` leaves one as it is."""


class Chat:
    """What the page's events call."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._runs = Runs()

    async def converse(self, call_json: str, request: gr.Request) -> AsyncGenerator[Shown, None]:
        """Send what the browser holds, show the conversation, and follow it while something is pending.

        A new call of the same page ends the one before it.
        """
        page = Page(self._api.caller(token_of(request)), read_call(call_json))
        async with aclosing(self._runs.run(str(request.session_hash), page.persist())) as steps:
            async for shown in steps:
                yield shown

    async def leave(self, request: gr.Request) -> None:
        """End what runs for a page that has been closed."""
        self._runs.stop(str(request.session_hash))

    async def open_source(self, event: gr.EventData, request: gr.Request) -> str:
        """Return a source of an answer: the quote in its surroundings, as far as this person may see them."""
        caller = self._api.caller(token_of(request))
        try:
            conversation = await caller.conversation(str(event.conversation))
        except ApiError as error:
            return passages.problem(error)
        cited = next((turn.citations for turn in conversation.turns if turn.id == event.turn), [])
        return await passages.source(caller, cited, event.source)


class Page:
    """One page being brought up to date."""

    def __init__(self, caller: Caller, call: Call) -> None:
        self.caller = caller
        self.call = call
        self.person: Person | None = None
        self.live: Live | None = None
        self.delivery = Delivery(list(call.outbox))

    async def persist(self) -> AsyncGenerator[Shown, None]:
        """Yield each new state of the page; while the service is away, try again for as long as the page is open."""
        attempt = 0
        while True:
            try:
                async for shown in self.run():
                    yield shown
                return
            except ApiError as error:
                yield self.shown(error), gr.skip()
                if not error.passing:
                    return
                attempt += 1
                await pause(attempt, error.retry_after_seconds)

    async def run(self) -> AsyncIterator[Shown]:
        """Yield each new state of the page; may be run again after ``ApiError`` and goes on where it was."""
        self.person = await self.caller.me()
        self.delivery.waiting = [item for item in self.delivery.waiting if item.user in ("", self.person.id)]
        if self.delivery.waiting:
            yield self.shown(), gr.skip()
            await deliver(self.caller, self.delivery)
        if identifier := self.call.conversation or self.delivery.started.get(self.call.draft, ""):
            self.live = Live(await self.caller.conversation(identifier))
        yield self.shown(), await self._listing()
        if self.live is None or not self.live.waiting:
            return
        async for _ in self._follow(self.live):
            yield self.shown(), gr.skip()
        yield self.shown(), await self._listing()

    async def _follow(self, live: Live) -> AsyncIterator[Live]:
        while live.waiting:
            async for _ in follow(self.caller, live):
                yield live
            # A message that was queued behind another has its turn only now.
            live.conversation = await self.caller.conversation(live.conversation.id)
            for turn in await confirm(self.caller, self.delivery, live.conversation.id):
                live.conversation.put(turn)

    def shown(self, error: ApiError | None = None) -> str:
        """Return the thread as it stands, with what went wrong."""
        return thread.page(self.person, self.live, self.delivery, self.call, error)

    async def _listing(self) -> str:
        current = self.live.conversation.id if self.live else ""
        return thread.listing(await self.caller.conversations(self.call.pages), current)


def read_call(text: str) -> Call:
    """Return what the browser says; what is not a call of our page counts as an empty one."""
    try:
        return Call.model_validate_json(text or "{}")
    except ValidationError:
        return Call()


def build_chat(api: Api) -> gr.Blocks:
    """Return the chat page."""
    chat, bar = Chat(api), shell.Bar(api, words.CHAT_TITLE)
    with gr.Blocks(title=f"{words.CHAT_TITLE} · {words.PRODUCT}", analytics_enabled=False, fill_width=True) as blocks:
        top = shell.top(words.CHAT_TITLE)
        with gr.Row(elem_id="hf-chat"):
            with gr.Column(elem_id="hf-side", scale=0):
                new = gr.Button(words.NEW, elem_id="hf-new")
                mine = part("hf-mine-list", "holdfast.attachList(element, trigger, (done) => watch('value', done))")
            with gr.Column(elem_id="hf-main"):
                menu = gr.Button(words.SHOW_LIST, elem_id="hf-menu")
                log = part("hf-log", "holdfast.attachThread(element, trigger, (done) => watch('value', done))")
                with gr.Row(elem_id="hf-composer"):
                    box = gr.Textbox(
                        label=words.COMPOSER,
                        placeholder=words.COMPOSER,
                        show_label=False,
                        lines=1,
                        max_lines=8,
                        elem_id="hf-box",
                        scale=1,
                    )
                    send = gr.Button(words.SEND, variant="primary", elem_id="hf-send", scale=0)
                talk = gr.Button(words.TALK, elem_id="hf-talk", variant="secondary")
            drawer = part("hf-drawer", "holdfast.attachDrawer(element, props, (done) => watch('value', done))")
        call = gr.Textbox(visible="hidden", elem_id="hf-call")
        call.change(chat.converse, [call], [log, mine], trigger_mode="multiple", **EVENT)
        gr.on([send.click, box.submit], None, [box], [call, box], js="(text) => holdfast.submit(text)", **EVENT)
        gr.on([blocks.load, mine.select, log.retry], None, None, [call], js="() => holdfast.call()", **EVENT)
        talk.click(None, None, [call], js="() => holdfast.talk()", **EVENT)
        new.click(None, None, [call], js="() => { holdfast.go(''); return holdfast.call(); }", **EVENT)
        menu.click(None, js="() => holdfast.openList()", **EVENT)
        blocks.unload(chat.leave)
        log.select(chat.open_source, None, [drawer], **EVENT)
        blocks.load(bar.show, None, [top], **EVENT)
    return blocks
