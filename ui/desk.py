"""The layout of the review desk and what its events call."""

from typing import Any

import gradio as gr

from ui import shell, words
from ui.client import Api
from ui.layout import EVENT, part
from ui.review import Desk, compare
from ui.rounds import ROUND
from ui.sessions import Sessions

REFRESH_SECONDS = 2.0
SHOWN = "() => holdfast.shown()"
DRAFT_AND = "async (_, text) => [await holdfast.draft(), text]"
SHOWN_AND = "(_, text) => [holdfast.shown(), text]"
SENDING = "(_, text) => { holdfast.sending(true); return [holdfast.shown(), text]; }"
SENT = "() => holdfast.sending(false)"
RESTORE = "(shown, answer, notice) => holdfast.restore(answer, notice)"
TAKE = "(news, queue, shown, answer) => holdfast.take(news, queue, shown, answer)"


def writing(label: str, hint: str, lines: int, name: str) -> gr.Textbox:
    """Return a box for what the reviewer writes; ``name`` is its id in the page."""
    return gr.Textbox(label=label, placeholder=hint, lines=lines, elem_id=name)


def hands() -> tuple[gr.Button, gr.Button]:
    """Add the buttons that take a case into one's hands, and give it back."""
    with gr.Row(elem_id="hf-hands"):
        claim = gr.Button(words.CLAIM, elem_id="hf-claim", size="sm")
        release = gr.Button(words.RELEASE, elem_id="hf-release", size="sm")
    return claim, release


def build_desk(api: Api, sessions: Sessions) -> gr.Blocks:
    """Return the review desk."""
    desk, bar = Desk(api, sessions), shell.Bar(api, words.DESK_TITLE)
    with gr.Blocks(title=f"{words.DESK_TITLE} · {words.PRODUCT}", analytics_enabled=False, fill_width=True) as blocks:
        top = shell.top(words.DESK_TITLE)
        with gr.Row(elem_id="hf-desk"):
            queue = part("hf-queue", "holdfast.attachQueue(element, trigger, (done) => watch('value', done))")
            with gr.Column(elem_id="hf-work"):
                notice = part("hf-notice", "holdfast.attachNotice(element, (done) => watch('value', done))")
                case = part("hf-case", "holdfast.attachCase(element, trigger, (done) => watch('value', done))")
                with gr.Column(elem_id="hf-decide"):
                    claim, release = hands()
                    with gr.Tabs(selected="answer", overflow_behavior="wrap") as tabs:
                        with gr.Tab(words.TAB_ANSWER, id="answer", elem_id="hf-tab-answer"):
                            answer = gr.Textbox(label=words.EDIT_LABEL, lines=6, max_lines=20, elem_id="hf-answer")
                            changes = part("hf-changes", "")
                            approve = gr.Button(words.APPROVE, variant="primary", elem_id="hf-approve")
                        with gr.Tab(words.TAB_REJECT, id="reject", elem_id="hf-tab-reject"):
                            reason = writing(words.REASON_LABEL, words.REASON_HINT, 3, "hf-reason")
                            reject = gr.Button(words.REJECT, variant="stop", elem_id="hf-reject")
                        with gr.Tab(words.TAB_RESPOND, id="respond"):
                            own = writing(words.RESPOND_LABEL, words.RESPOND_HINT, 6, "hf-own")
                            respond = gr.Button(words.RESPOND, variant="primary", elem_id="hf-respond")
            drawer = part("hf-drawer", "holdfast.attachDrawer(element, props, (done) => watch('value', done))")
        shown = gr.Textbox(visible=False)
        news = gr.Textbox(visible="hidden", elem_id="hf-news")
        parts: dict[str, Any] = {"outputs": [queue, case, notice, answer, changes, approve, own, reason, tabs]}
        # A refresh may be overtaken by what the reviewer does meanwhile: only the browser can tell, when it arrives.
        gr.on(
            [blocks.load, gr.Timer(REFRESH_SECONDS).tick],
            desk.refresh,
            [shown, answer],
            [news],
            **EVENT,
            js=SHOWN_AND,
            trigger_mode=ROUND,
        ).then(None, [news, queue, case, answer], **parts, **EVENT, js=TAKE)
        queue.select(desk.open_case, None, **parts, **EVENT, trigger_mode="always_last")
        claim.click(desk.claim, [shown], **parts, **EVENT, js=SHOWN)
        release.click(desk.release, [shown], **parts, **EVENT, js=SHOWN)
        for button, send, text in (
            (approve, desk.send_answer, answer),
            (reject, desk.reject, reason),
            (respond, desk.respond, own),
        ):
            sent = button.click(send, [shown, text], **parts, **EVENT, js=SENDING)
            sent.then(None, None, None, **EVENT, js=SENT)
        # Not "input": Gradio fires that for typed characters only, neither for deleting nor for pasting.
        answer.change(compare, [shown, answer], [changes, approve], trigger_mode="always_last", **EVENT, js=DRAFT_AND)
        case.change(
            None,
            [case, answer, notice],
            [answer, reason, own, tabs, notice],
            **EVENT,
            js=RESTORE,
            trigger_mode="multiple",
        )
        case.select(desk.open_source, None, [drawer], **EVENT)
        blocks.load(bar.show, None, [top], **EVENT)
    return blocks
