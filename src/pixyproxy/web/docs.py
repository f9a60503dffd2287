"""The interactive page of the API, with everything it needs coming from here, and nothing else let in."""

import base64
import hashlib
import re
from importlib import resources
from typing import Literal

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import Response

router = APIRouter(include_in_schema=False)

_MEDIA_TYPES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_RULES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}


@router.get("/docs")
async def show_docs() -> Response:
    """All it refers to is relative, so that it works under any path.

    A key that is typed in is forgotten with the page: what a browser stores, any script from here can read.
    """
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title="PixyProxy",
        swagger_js_url="docs/swagger-ui-bundle.js",
        swagger_css_url="docs/swagger-ui.css",
        swagger_favicon_url="data:,",
        swagger_ui_parameters={"tryItOutEnabled": True, "persistAuthorization": False},
    )
    page.headers.update(
        {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": _rules_of(bytes(page.body)),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }
    )
    return page


@router.get("/docs/{asset}")
async def get_docs_asset(asset: Literal["swagger-ui-bundle.js", "swagger-ui.css"]) -> Response:
    content = resources.files("fastapi_swagger").joinpath("resources", asset).read_bytes()
    headers = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return Response(content, headers=headers, media_type=_MEDIA_TYPES[asset])


def _rules_of(page: bytes) -> str:
    """With the script that FastAPI writes into the page, as it is in this one, and no other."""
    hashes = [base64.b64encode(hashlib.sha256(each).digest()).decode() for each in _SCRIPT.findall(page)]
    scripts = " ".join([_RULES["script-src"], *(f"'sha256-{each}'" for each in hashes)])
    return "; ".join(f"{name} {value}" for name, value in (_RULES | {"script-src": scripts}).items())
