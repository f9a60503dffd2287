"""Many images as one ZIP file."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse
from pydantic_core import to_json
from starlette.types import Message, Receive, Scope, Send

from pixyproxy.core.bulk_requests import ExportRequest, ExportSearch
from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.service.export import Export, Exported, Exporting
from pixyproxy.web.auth import OwnExports
from pixyproxy.web.connections import cut
from pixyproxy.web.published_api import problems
from pixyproxy.web.schemas import ImageDetail

router = APIRouter(tags=["images"])
log = logging.getLogger(__name__)

# For one piece. Who reads slowly takes none until the kernel has room again, after a MB or more.
PATIENCE_S = 300.0
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The pictures, and `manifest.jsonl` with an `ImageDetail` of each",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get(
    "/image/export",
    operation_id="export_images",
    summary="Images as a ZIP file",
    response_class=Response,
    responses={**_ZIP, **problems(401)},
)
async def export_images(search: Annotated[ExportSearch, Query()], exports: OwnExports) -> Response:
    """With the same filters as the list, all pages together."""
    return _Sent(await exports.prepare(search, _line), exports)


@router.post(
    "/image/export",
    operation_id="export_chosen_images",
    summary="Images as a ZIP file, chosen in a body",
    response_class=Response,
    responses={**_ZIP, **problems(401, 408, 413)},
)
async def export_chosen_images(chosen: ExportRequest, exports: OwnExports) -> Response:
    """By their guids, more than an address has room for, or by a filter."""
    return _Sent(await exports.prepare(chosen, _line), exports)


class _Sent(StreamingResponse):
    """However it ends, the walk through the library ends with it."""

    def __init__(self, export: Export, exports: Exporting) -> None:
        self._pieces = export.pieces()
        self._exports = exports
        self._has_begun = False
        headers = {
            "Content-Disposition": f'attachment; filename="pixyproxy-{datetime.now(UTC):%Y-%m-%d}.zip"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Accel-Buffering": "no",  # A proxy would fill its disk.
        }
        super().__init__(self._pieces, headers=headers, media_type="application/zip")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except (PixyProxyException, TimeoutError) as error:
            if not self._has_begun:
                raise
            log.warning("an export is cut off: %s", _reason(error))
            cut(scope)  # Raising would do it too, and fill the log.
        finally:
            await self._pieces.aclose()

    async def stream_response(self, send: Send) -> None:
        """The room is left before the last message: who has it all may ask for another at once."""
        async with self._exports.room():
            self._has_begun = True
            head = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            await send(head)
            async for piece in self._pieces:
                await _send_in_time(send, {"type": "http.response.body", "body": piece, "more_body": True})
        await _send_in_time(send, {"type": "http.response.body", "body": b"", "more_body": False})


async def _send_in_time(send: Send, message: Message) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await send(message)


def _reason(error: PixyProxyException | TimeoutError) -> str:
    if isinstance(error, TimeoutError):
        return f"for {PATIENCE_S:.0f} seconds its caller took nothing more"
    return f"{error.detail} ({error.origin})"


def _line(each: Exported) -> bytes:
    """What everybody would be told: who exports it may not be who reads it."""
    described = each.image and ImageDetail.of(each.image).model_dump(mode="json", exclude={"may_change"})
    known = described or {"guid": each.guid}
    return to_json({**known, "file": each.file, "file_error": each.error.code if each.error else None})
