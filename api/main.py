"""The API's composition root: reads settings, opens what stands behind the door, serves."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from temporalio.client import Plugin
from temporalio.runtime import Runtime

from activities import telemetry
from activities.settings import Settings
from api.adapters import open_services
from api.application import create_app
from api.deps import Services
from api.protocol import ProblemProtocol
from api.tokens import Tokens

UNTRACED = "health/.*,metrics"
GRACE_SECONDS = 5


def run(settings: Settings) -> None:
    """Serve the API and the pages until SIGTERM or SIGINT; requests in flight get some seconds to end."""
    seen = telemetry.set_up("holdfast-api", log_level=settings.log_level)
    Runtime.set_default(telemetry.temporal_runtime(), error_if_already_set=False)
    app = create_app(
        partial(_settled, settings, list(seen.temporal_plugins())),
        pages=partial(_mount_pages, settings),
        public_url=settings.public_url,
    )
    if seen.provider:
        FastAPIInstrumentor.instrument_app(
            app, tracer_provider=seen.provider, excluded_urls=UNTRACED, exclude_spans=["receive", "send"]
        )
    uvicorn.run(app, **serving(settings))
    seen.shut_down()


def serving(settings: Settings) -> dict[str, Any]:
    """Return how uvicorn serves the API."""
    return {
        "host": settings.host,
        "port": settings.port,
        "http": ProblemProtocol,
        # Forwarding headers are anybody's to write: whoever calls is who the connection says, but for named proxies.
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies,
        "server_header": False,
        "access_log": False,
        "log_config": None,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }


@asynccontextmanager
async def _settled(settings: Settings, plugins: list[Plugin]) -> AsyncIterator[Services]:
    async with open_services(settings, plugins) as services:
        gc.freeze()  # what is loaded by now stays: the collector need not look at it again and again
        yield services


def _mount_pages(settings: Settings, app: FastAPI) -> None:
    # Gradio takes seconds to import, and the API alone does without it.
    from ui.app import mount

    mount(app, settings.api_url or settings.own_url, lambda address: _tokens(app).vouch(address))


def _tokens(app: FastAPI) -> Tokens:
    services: Services = app.state.services
    return services.tokens


__all__ = ["create_app", "run"]
