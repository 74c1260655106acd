"""The review desk's page: its parts, and which of them a call changes."""

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui import diff, words

FIRST_TAB = {"review": "answer", "handoff": "respond"}


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
        """Return the values of the parts in the order of the page's outputs."""
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
            gr.update(selected=FIRST_TAB[self.kind]) if self.kind else gr.skip(),
        )

    def news(self, stamp: str, queue_stamp: str, answer: str) -> str:
        """Return the updates as JSON, with the stamps and the typed answer of the screen they are meant for."""
        asked = {"stamp": stamp, "queue_stamp": queue_stamp, "answer": answer}
        return json.dumps({"asked": asked, "updates": self.updates()})


def kept(value: str | None) -> Any:
    """Return the value, or that the part stays as it is."""
    return gr.skip() if value is None else value
