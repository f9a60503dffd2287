"""Sends a picture's bytes: whole, some ranges of them, or word that the caller has them already."""

import base64
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from pixyproxy.core.models import Visibility
from pixyproxy.service.reading import Picture
from pixyproxy.web.answers import WHO_ASKS
from pixyproxy.web.ranges import Part, continues, is_another, is_known, wanted_parts

_MOST_LINK_AGE_S = 3600
_LEFT_TO_FOLLOW_S = 30
_OF_EVERY_BYTE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
_ASKED = "if-match if-unmodified-since if-none-match if-modified-since range if-range".split()


@dataclass(frozen=True, slots=True)
class Manner:
    """How a picture is to be sent."""

    as_attachment: bool = False
    link_left_s: int | None = None
    """For how long the link is good by which it was asked for; None where it was no link."""
    vary: Sequence[str] = ()
    """Headers of the request, beside those of who asks, on which it depends which bytes these are."""
    redirect_s: int = 0
    """For how long the store itself may give the bytes; 0: it is not to."""


async def answer_picture(request: Request, picture: Picture, manner: Manner) -> Response:
    said = {name: ", ".join(request.headers.getlist(name)) for name in _ASKED if name in request.headers}
    headers = _headers(picture, manner)
    etag, modified = headers["ETag"], None if picture.is_copy else picture.image.created_at
    if is_another(said, etag, modified):
        raise HTTPException(412, headers={"ETag": etag})
    if is_known(said, etag, modified):
        return Response(status_code=304, headers=headers)
    if (elsewhere := await _elsewhere(request, picture, manner)) is not None:
        return elsewhere
    if request.method == "HEAD" or picture.local_path is not None:
        await picture.check_whole()  # Of a stream the first bytes will tell.
    headers |= {"Content-Type": picture.content.media_type, "Repr-Digest": _digest(picture)}
    size = picture.content.size_bytes
    if request.method == "HEAD":
        return Response(status_code=200, headers={**headers, "Content-Length": str(size)})
    parts = None
    if (asked := said.get("range")) and continues(said, etag, headers.get("Last-Modified")):
        parts = wanted_parts(asked, size)
    if parts is None:
        return await _whole(request, picture, headers)
    if not parts:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{size}"})
    return await (
        _one_part(picture, parts[0], headers) if len(parts) == 1 else _parts(picture, parts, headers)
    )


async def _elsewhere(request: Request, picture: Picture, manner: Manner) -> Response | None:
    """To the store, where it sends the bytes in our place and its own headers are enough for them."""
    lasts_s = manner.redirect_s if manner.link_left_s is None else min(manner.redirect_s, manner.link_left_s)
    if request.method != "GET" or lasts_s < 1 or picture.is_in_trash or _is_attached(picture, manner):
        return None
    url = await picture.link_to(lasts_s)
    if url is None:
        return None
    headers = {
        "Location": url,
        "Cache-Control": f"private, max-age={max(lasts_s - _LEFT_TO_FOLLOW_S, 0)}",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Referrer-Policy": "no-referrer",
        "Vary": ", ".join([WHO_ASKS, *manner.vary]),
        **_OF_EVERY_BYTE,
    }
    return Response(status_code=307, headers=headers)


async def answer_unread(chunks: AsyncIterator[bytes]) -> Response:
    """Nobody knows what it is, so nothing is shown of it."""
    headers = {
        "Content-Disposition": 'attachment; filename="answer"',
        "Cache-Control": "private, no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
        **_OF_EVERY_BYTE,
    }
    return await _streamed(chunks, 200, {**headers, "Content-Type": "application/octet-stream"})


async def _whole(request: Request, picture: Picture, headers: dict[str, str]) -> Response:
    size = picture.content.size_bytes
    headers["Content-Length"] = str(size)
    path = picture.local_path
    if path is not None and "http.response.pathsend" in request.scope.get("extensions", ()):
        return _SentByServer(path, headers)
    return await _streamed(picture.read(0, size), 200, headers)


async def _one_part(picture: Picture, part: Part, headers: dict[str, str]) -> Response:
    headers["Content-Range"] = part.of(picture.content.size_bytes)
    headers["Content-Length"] = str(part.end - part.start)
    return await _streamed(picture.read(part.start, part.end), 206, headers)


async def _parts(picture: Picture, parts: Sequence[Part], headers: dict[str, str]) -> Response:
    """Each under a head of its own (RFC 9110, 14.6)."""
    boundary, size = token_hex(16), picture.content.size_bytes
    heads = [
        f"\r\n--{boundary}\r\nContent-Type: {picture.content.media_type}\r\n"
        f"Content-Range: {part.of(size)}\r\n\r\n"
        for part in parts
    ]
    end = f"\r\n--{boundary}--\r\n".encode()
    length = sum(map(len, heads)) + sum(part.end - part.start for part in parts) + len(end)
    headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
    headers["Content-Length"] = str(length)

    async def body() -> AsyncIterator[bytes]:
        for head, part in zip(heads, parts, strict=True):
            before = head.encode()
            async for chunk in picture.read(part.start, part.end):
                yield before + chunk
                before = b""
        yield end

    return await _streamed(body(), 206, headers)


async def _streamed(chunks: AsyncIterator[bytes], status: int, headers: Mapping[str, str]) -> Response:
    first = await anext(chunks)  # Where the bytes are missing, this is the last moment to say so.
    return StreamingResponse(_continued(first, chunks), status, headers)


async def _continued(first: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in chunks:
        yield chunk


class _SentByServer(Response):
    """The server sends the file itself, without the event loop and without asking for its size again."""

    def __init__(self, path: Path, headers: dict[str, str]) -> None:
        self.raw_headers = [
            (name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()
        ]
        self.status_code, self.background = 200, None
        self._path = str(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - a server passes all three
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.pathsend", "path": self._path})


def _headers(picture: Picture, manner: Manner) -> dict[str, str]:
    public = picture.image.visibility is Visibility.PUBLIC and not picture.is_in_trash
    kept = "no-store" if picture.is_in_trash else "max-age=31536000, immutable"
    headers = {
        "ETag": f'"{picture.content.sha256}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": f"{'public' if public else 'private'}, {kept}",
        "Content-Disposition": _disposition(picture, manner),
        "Cross-Origin-Resource-Policy": "cross-origin" if public else "same-origin",
        **_OF_EVERY_BYTE,
    }
    # What is public is the same for everybody: who signs in or out need not fetch it again. What is not
    # may stay in a browser's cache, and must not be shown from there to whoever is signed in next.
    if depends_on := [*([] if public else [WHO_ASKS]), *manner.vary]:
        headers["Vary"] = ", ".join(depends_on)
    if not picture.is_copy:  # Of these there may be several of one time at one address.
        headers["Last-Modified"] = _as_http_writes(picture.image.created_at)
    return headers if manner.link_left_s is None else headers | _by_link(manner.link_left_s)


def _by_link(left_s: int) -> dict[str, str]:
    """Whoever has it may show the picture on their own page, until it is over; nobody between us keeps it."""
    return {
        "Cache-Control": f"private, max-age={min(left_s, _MOST_LINK_AGE_S)}",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Referrer-Policy": "no-referrer",
    }


def _digest(picture: Picture) -> str:
    """Of the whole, also where a part of it is sent (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(picture.content.sha256)).decode()}:"


@lru_cache(4096)
def _as_http_writes(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _disposition(picture: Picture, manner: Manner) -> str:
    """RFC 6266: the true name for those who read it, an ASCII one for the others."""
    kind, filename = "attachment" if _is_attached(picture, manner) else "inline", picture.filename
    plain = re.sub(r'[^ -~]|["\\%]', "_", filename)
    exact = "" if plain == filename else f"; filename*=UTF-8''{quote(filename, safe='')}"
    return f'{kind}; filename="{plain}"{exact}'


def _is_attached(picture: Picture, manner: Manner) -> bool:
    """A drawing may carry scripts: it is never shown in our name."""
    return manner.as_attachment or picture.content.media_type == "image/svg+xml"
