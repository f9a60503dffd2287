"""The page at `/` that makes, finds and shows images, and the rules a browser keeps while it runs."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from pixyproxy.service.variants.accept import weights_in
from pixyproxy.web.gallery_files import SentFile, gallery_files
from pixyproxy.web.ranges import is_known

router = APIRouter(include_in_schema=False)

_RULES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
_PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _RULES.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_FOR_NOW = {"Cache-Control": "no-cache"}


@router.get("/")
@router.head("/")
async def show_gallery(request: Request) -> Response:
    if request.app.state.gallery == "off":
        return RedirectResponse("docs")
    return _answer(request, gallery_files().page, _PAGE_HEADERS)


@router.get("/static/{version}/{path:path}")
@router.head("/static/{version}/{path:path}")
async def get_gallery_file(request: Request, version: str, path: str) -> Response:
    """A page of another release is given what there is now, for this once."""
    files = gallery_files()
    if request.app.state.gallery == "off" or path not in files.assets:
        raise HTTPException(404)
    return _answer(request, files.assets[path], _FOR_EVER if version == files.version else _FOR_NOW)


def _answer(request: Request, file: SentFile, headers: dict[str, str]) -> Response:
    """The tag is a weak one: packed or not, it says the same in other bytes."""
    headers = headers | {
        "ETag": f"W/{file.etag}",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if is_known(request.headers, file.etag, None):
        return Response(status_code=304, headers=headers)
    content = file.content
    if weights_in(", ".join(request.headers.getlist("accept-encoding"))).get("gzip"):
        content = file.packed
        headers["Content-Encoding"] = "gzip"
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(content))
        content = b""
    return Response(content, headers=headers, media_type=file.media_type)
