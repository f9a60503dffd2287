"""The interactive page of the API, with everything it needs coming from here."""

from importlib import resources
from typing import Literal

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import Response

router = APIRouter(include_in_schema=False)

_MEDIA_TYPES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}


@router.get("/docs")
async def show_docs() -> Response:
    """All it refers to is relative, so that it works under any path."""
    return get_swagger_ui_html(
        openapi_url="openapi.json",
        title="PixyProxy",
        swagger_js_url="docs/swagger-ui-bundle.js",
        swagger_css_url="docs/swagger-ui.css",
        swagger_favicon_url="data:,",
        swagger_ui_parameters={"tryItOutEnabled": True, "persistAuthorization": True},
    )


@router.get("/docs/{asset}")
async def get_docs_asset(asset: Literal["swagger-ui-bundle.js", "swagger-ui.css"]) -> Response:
    content = resources.files("fastapi_swagger").joinpath("resources", asset).read_bytes()
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(content, headers=headers, media_type=_MEDIA_TYPES[asset])
