"""The description of the API for people: Swagger UI with nothing fetched from elsewhere."""

from importlib import resources
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse

from api.deps import Insider

SCRIPT, STYLES = "swagger-ui-bundle.js", "swagger-ui.css"
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        # The page starts with an inline script, and Swagger UI paints with inline styles and pictures.
        "script-src 'self' 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
    )
)
router = APIRouter(prefix="/docs", include_in_schema=False, dependencies=[Insider])


@router.get("")
async def show() -> HTMLResponse:
    """Return the page; it reads ``/openapi.json``."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Holdfast API",
        swagger_js_url=f"/docs/{SCRIPT}",
        swagger_css_url=f"/docs/{STYLES}",
        swagger_favicon_url="/favicon.ico",
    )
    page.headers["Content-Security-Policy"] = CONTENT_POLICY
    return page


@router.get("/{name}")
async def get_part(name: Literal["swagger-ui-bundle.js", "swagger-ui.css"]) -> FileResponse:
    """Return the script or the styles of the page, as the package that keeps them for us has them."""
    # What a name's ending means is told differently by different machines.
    media_type = "text/javascript" if name == SCRIPT else "text/css"
    return FileResponse(Path(str(resources.files("fastapi_offline"))) / "static" / name, media_type=media_type)
