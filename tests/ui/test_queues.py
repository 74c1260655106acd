"""An idle page costs nothing to speak of: its queue looks for work some fifty times a second."""

import gradio as gr
import pytest
from fastapi import FastAPI

from ui import app as pages


def test_every_queue_looks_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    mounted: list[gr.Blocks] = []
    mount = gr.mount_gradio_app

    def mount_and_keep(app: FastAPI, blocks: gr.Blocks, *args: object, **options: object) -> object:
        with gr.Blocks() as fresh:
            assert fresh._queue.sleep_when_free > 0
            assert fresh._queue.progress_update_sleep_when_free > 0
        mounted.append(blocks)
        return mount(app, blocks, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(pages.gr, "mount_gradio_app", mount_and_keep)
    pages.mount(FastAPI(), "http://127.0.0.1:9")
    assert len(mounted) == 5
    for blocks in mounted:
        queue = blocks._queue
        assert queue.sleep_when_free == queue.progress_update_sleep_when_free == pages.LOOK_SECONDS
