"""The API's composition root: reads settings, opens what stands behind the door, serves."""

from functools import partial

import uvicorn
from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

from activities import telemetry
from activities.settings import Settings
from api.adapters import open_services
from api.application import create_app
from api.protocol import ProblemProtocol

UNTRACED = "health/.*,metrics"
GRACE_SECONDS = 5


def run(settings: Settings) -> None:
    """Serve the API and the pages until SIGTERM or SIGINT; requests in flight get some seconds to end."""
    seen = telemetry.set_up("holdfast-api", log_level=settings.log_level)
    app = create_app(
        partial(open_services, settings, list(seen.temporal_plugins())),
        pages=partial(_mount_pages, settings),
        public_url=settings.public_url,
    )
    if seen.provider:
        FastAPIInstrumentor.instrument_app(
            app, tracer_provider=seen.provider, excluded_urls=UNTRACED, exclude_spans=["receive", "send"]
        )
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        http=ProblemProtocol,
        # Forwarding headers are anybody's to write: whoever calls is who the connection says.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    seen.shut_down()


def _mount_pages(settings: Settings, app: FastAPI) -> None:
    # Gradio takes seconds to import, and the API alone does without it.
    from ui.app import mount

    mount(app, settings.api_url or settings.own_url)


__all__ = ["create_app", "run"]
