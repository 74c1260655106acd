"""How this door describes itself in OpenAPI."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.schemas import Problem


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI description, made once: the routes, and the problem that each of them may answer with."""
    if not app.openapi_schema:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schema["components"]["schemas"][Problem.__name__] = Problem.model_json_schema()
        app.openapi_schema = schema
    return app.openapi_schema
