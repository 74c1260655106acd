"""The pages in a FastAPI application: log-in, chat, review desk, knowledge, search and costs."""

from collections.abc import Awaitable, Callable
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from ui.chat import build_chat
from ui.client import Api
from ui.costs import build_costs
from ui.desk import build_desk
from ui.error_pages import ErrorPages
from ui.files import only_uploaded
from ui.gate import CHAT_PATH, COSTS_PATH, DESK_PATH, KNOWLEDGE_PATH, SEARCH_PATH, Gate
from ui.knowledge import MAX_UPLOAD_BYTES, build_knowledge
from ui.login import Vouch, make_router
from ui.search import build_search
from ui.sessions import Sessions
from ui.theme import head, make_theme

NO_UPLOADS_BYTES = 1
"""Only the knowledge page takes files."""
LOOK_SECONDS = 0.02
"""How often a page's queue looks for work. Gradio does so a thousand times a second, which is a twelfth of a core."""


def build(api_base_url: str) -> gr.Blocks:
    """Return the chat page alone, speaking to the API at this address."""
    return build_chat(Api.at(api_base_url))


def mount(app: FastAPI, api_base_url: str, vouch: Vouch | None = None) -> None:
    """Add log-in, chat, review desk, knowledge, search and costs to an application; ``/`` leads to one's own page.

    To be called last. The pages reach the API at ``api_base_url``, which may be this very application.
    Everybody logs in from here, so ``vouch`` signs for where their browsers are.
    """
    api = Api.at(api_base_url)
    sessions = Sessions(api)
    app.include_router(make_router(api, sessions, vouch))
    options: dict[str, Any] = {
        "theme": make_theme(),
        "head": head(),
        "footer_links": [],
        "run_history": False,
        "show_error": False,
        "allowed_paths": [],
        "max_file_size": NO_UPLOADS_BYTES,
        "ssr_mode": False,
        "mcp_server": False,
        "enable_monitoring": False,
        "pwa": False,
    }
    pages = {
        DESK_PATH: build_desk(api, sessions),
        KNOWLEDGE_PATH: build_knowledge(api),
        SEARCH_PATH: build_search(api),
        COSTS_PATH: build_costs(api),
        CHAT_PATH: build_chat(api),
    }
    for path, blocks in pages.items():
        sizes = {"max_file_size": MAX_UPLOAD_BYTES} if path == KNOWLEDGE_PATH else {}
        app.add_api_route(path, _with_slash(path), include_in_schema=False)
        gr.mount_gradio_app(app, blocks, path, **options | sizes)
        only_uploaded(blocks)
        blocks._queue.sleep_when_free = blocks._queue.progress_update_sleep_when_free = LOOK_SECONDS
    app.add_middleware(Gate, sessions=sessions)
    app.add_middleware(ErrorPages)


def _with_slash(path: str) -> Callable[[Request], Awaitable[RedirectResponse]]:
    async def redirect(request: Request) -> RedirectResponse:
        return RedirectResponse(str(request.url.replace(path=f"{path}/")), 307)

    return redirect
