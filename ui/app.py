"""The pages in a FastAPI application: log-in, chat and review desk."""

from collections.abc import Awaitable, Callable
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from ui.chat import build_chat
from ui.client import Api
from ui.desk import build_desk
from ui.gate import CHAT_PATH, DESK_PATH, Gate
from ui.login import make_router
from ui.sessions import Sessions
from ui.theme import head, make_theme

MAX_UPLOAD_BYTES = 1
"""Nothing is uploaded through the pages; documents go to the API."""


def build(api_base_url: str) -> gr.Blocks:
    """Return the chat page alone, speaking to the API at this address."""
    return build_chat(Api.at(api_base_url))


def mount(app: FastAPI, api_base_url: str) -> None:
    """Add log-in, chat (``/chat/``) and review desk (``/desk/``) to an application; ``/`` leads to one's own page.

    To be called last. The pages reach the API at ``api_base_url``, which may be this very application.
    """
    api = Api.at(api_base_url)
    sessions = Sessions(api)
    app.include_router(make_router(api, sessions))
    options: dict[str, Any] = {
        "theme": make_theme(),
        "head": head(),
        "footer_links": [],
        "run_history": False,
        "show_error": False,
        "allowed_paths": [],
        "max_file_size": MAX_UPLOAD_BYTES,
        "ssr_mode": False,
        "mcp_server": False,
        "enable_monitoring": False,
        "pwa": False,
    }
    for path, blocks in ((DESK_PATH, build_desk(api, sessions)), (CHAT_PATH, build_chat(api))):
        app.add_api_route(path, _with_slash(path), include_in_schema=False)
        gr.mount_gradio_app(app, blocks, path, **options)
    app.add_middleware(Gate, sessions=sessions)


def _with_slash(path: str) -> Callable[[Request], Awaitable[RedirectResponse]]:
    async def redirect(request: Request) -> RedirectResponse:
        return RedirectResponse(str(request.url.replace(path=f"{path}/")), 307)

    return redirect
