"""The bar at the top of the pages."""

from html import escape

import gradio as gr

from ui import cost_words, knowledge_words, words
from ui.client import Api, ApiError
from ui.contract import DESK_ROLES, LEAD_ROLES, Person
from ui.sessions import token_of


def top(title: str) -> gr.HTML:
    """Return the place of the bar, before it is known who is logged in."""
    script = "holdfast.attachTop(element, (done) => watch('value', done))"
    return gr.HTML(bar(title), elem_id="hf-top", js_on_load=script, apply_default_css=False)


def bar(title: str, person: Person | None = None) -> str:
    """Return the top bar: what this is, where else one may go, who is logged in, the way out."""
    leads = person is not None and person.role in LEAD_ROLES
    pages = {
        "/desk/": words.DESK_TITLE,
        "/knowledge/": knowledge_words.KNOWLEDGE_TITLE,
        "/search/": knowledge_words.SEARCH_TITLE,
        **({"/costs/": cost_words.COSTS_TITLE} if leads else {}),
        "/chat/": words.CHAT_TITLE,
    }
    links = "".join(
        f'<a href="{path}"{" aria-current=page" if name == title else ""}>{name}</a>' for path, name in pages.items()
    )
    staff = person is not None and person.role in DESK_ROLES
    place = f"<nav>{links}</nav>" if staff else f'<span class="hf-title">{title}</span>'
    out = f'<form method="post" action="/logout"><button type="submit">{words.LOG_OUT}</button></form>'
    who = (
        f'<div class="hf-who"><b>{escape(person.name)}</b><small>{escape(role(person))}</small></div>' if person else ""
    )
    return (
        f'<header class="hf-bar" data-user="{escape(person.id if person else "")}">'
        f'<span class="hf-mark" aria-hidden="true"></span><strong>{words.PRODUCT}</strong>'
        f"<h1>{title}</h1>{place}{who}{out if person else ''}</header>"
    )


def role(person: Person) -> str:
    """Return what a person is here, for the bar: nothing for customers."""
    if person.role not in DESK_ROLES:
        return ""
    return words.spoken(person.role) + (f", {person.department}" if person.department else "")


class Bar:
    """Fills the bar in when a page loads."""

    def __init__(self, api: Api, title: str) -> None:
        self._api = api
        self._title = title

    async def show(self, request: gr.Request) -> str:
        """Return the bar for who is logged in."""
        try:
            return bar(self._title, await self._api.caller(token_of(request)).me())
        except ApiError:
            return bar(self._title)
