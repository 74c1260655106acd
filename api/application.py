"""The door put together: routers, middleware, problems, and a lifespan that opens what stands behind them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from fastapi import FastAPI

from api.addresses import PlainAddress
from api.deps import Services
from api.description import describe
from api.headers import Envelope
from api.limits import BodyLimit
from api.problems import install_problem_handlers
from api.routes import (
    access,
    audit,
    auth,
    conversations,
    costs,
    docs,
    documents,
    expiries,
    gaps,
    health,
    ingestions,
    people,
    replies,
    reviews,
    revisions,
    saved_searches,
    search,
    sources,
)
from api.sessions import SessionRenewal

VERSION = "1"
DESCRIPTION = "A customer-support agent that never drops a customer. Errors are RFC 9457 problem details."
ROUTES = (
    conversations,
    reviews,
    documents,
    revisions,
    expiries,
    ingestions,
    access,
    sources,
    search,
    saved_searches,
    gaps,
    costs,
    replies,
    auth,
    people,
    audit,
    health,
    docs,
)
"""In the order of the description."""
OpenServices = Callable[[], AbstractAsyncContextManager[Services]]


def create_app(
    open_services: OpenServices, pages: Callable[[FastAPI], None] | None = None, *, public_url: str = ""
) -> FastAPI:
    """Return the application; its lifespan opens the services and closes them, ``pages`` adds the UI to it.

    ``public_url`` is where browsers find it; with ``https://`` a proxy in front is taken to end their encryption.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_services() as services:
            app.state.services = services
            yield

    app = FastAPI(
        title="Holdfast",
        version=VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for module in ROUTES:
        app.include_router(module.router)
    if pages:
        pages(app)
    install_problem_handlers(app)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]  # the documented way to extend the schema
    # The last one added is the outermost.
    app.add_middleware(SessionRenewal)
    app.add_middleware(BodyLimit)
    app.add_middleware(PlainAddress)
    app.add_middleware(Envelope, encrypted=public_url.startswith("https://"))
    return app
