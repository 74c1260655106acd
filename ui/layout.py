"""What both pages build their layout with."""

from typing import Any

import gradio as gr

EVENT: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}
"""Handlers only wait for the API, so any number of them may run at once; none is offered as an API of its own."""


def part(elem_id: str, script: str) -> gr.HTML:
    """Return an empty part of the page that its script listens in."""
    return gr.HTML("", elem_id=elem_id, js_on_load=script or None, apply_default_css=False)
