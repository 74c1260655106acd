"""The review desk's page: its parts, and which of them a call changes."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui import diff, words


@dataclass
class Screen:
    """What a call changes; parts that are ``None`` stay as they are."""

    queue: str | None = None
    case: str | None = None
    notice: str | None = None
    answer: str | None = None
    kind: str = ""
    fresh: bool = False
    """Whether another case has come up, so that what was typed for the last one goes."""

    def updates(self) -> tuple[Any, ...]:
        """Return the values of the parts in the order of ``PARTS``."""
        draft = "" if self.fresh and self.answer is None else self.answer
        emptied = "" if self.fresh else gr.skip()
        return (
            kept(self.queue),
            kept(self.case),
            kept(self.notice),
            kept(draft),
            kept(None if draft is None else diff.changes(draft, draft)),
            gr.skip() if draft is None else gr.update(value=words.APPROVE),
            emptied,
            emptied,
            *self._tabs(),
        )

    def _tabs(self) -> tuple[Any, ...]:
        if not self.kind:
            return (gr.skip(), gr.skip(), gr.skip())
        draft = self.kind == "review"
        return (
            gr.update(selected="answer" if draft else "respond"),
            gr.update(visible=draft),
            gr.update(visible=draft),
        )


def kept(value: str | None) -> Any:
    """Return the value, or that the part stays as it is."""
    return gr.skip() if value is None else value
