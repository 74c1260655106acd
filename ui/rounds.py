"""Pages that refresh themselves: each calls again also when nothing has come back, as Gradio may lose a call."""

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

ROUND = "multiple"
"""How a timer's event is triggered: Gradio's own "once" waits for a lost call for ever."""


class Rounds:
    """Sees to it that a page has one call at work here, however slow the service is."""

    def __init__(self) -> None:
        self._busy: set[str] = set()

    @contextmanager
    def begin(self, request: gr.Request) -> Iterator[bool]:
        """Yield whether this call is its page's only one; while another is at work it has nothing to tell."""
        page = str(request.session_hash)
        alone = page not in self._busy
        self._busy.add(page)
        try:
            yield alone
        finally:
            if alone:
                self._busy.discard(page)
