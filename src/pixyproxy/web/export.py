"""Many images as one ZIP file."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic_core import to_json
from starlette.types import Message, Receive, Scope, Send

from pixyproxy.core.bulk_requests import ExportRequest, ExportSearch
from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.core.requests import ImageFilters, ImageSearch
from pixyproxy.service.export import Export, Exported, Exports
from pixyproxy.service.reading import ImageReading
from pixyproxy.service.validation import revalidated
from pixyproxy.web.auth import VisibleImages, services_of
from pixyproxy.web.published_api import problems
from pixyproxy.web.schemas import ImageDetail

router = APIRouter(tags=["images"])
log = logging.getLogger(__name__)

_PATIENCE_S = 60.0
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
async def export_images(
    request: Request, search: Annotated[ExportSearch, Query()], images: VisibleImages
) -> Response:
    """With the same filters as the list, all pages together."""
    return await _answer(request, images, _search_of(revalidated(search)))


@router.post(
    "/image/export",
    operation_id="export_chosen_images",
    summary="Images as a ZIP file, chosen in a body",
    response_class=Response,
    responses={**_ZIP, **problems(401, 408, 413)},
)
async def export_chosen_images(request: Request, chosen: ExportRequest, images: VisibleImages) -> Response:
    """By their guids, more than an address has room for, or by a filter."""
    chosen = revalidated(chosen)
    if chosen.filter is not None:
        return await _answer(request, images, _search_of(chosen.filter))
    return await _answer(request, images, [str(guid) for guid in chosen.guids or ()])


def _search_of(filters: ImageFilters) -> ImageSearch:
    return ImageSearch(**filters.model_dump(exclude_unset=True))


async def _answer(request: Request, images: ImageReading, wanted: ImageSearch | Sequence[str]) -> Response:
    exports = services_of(request).exports
    exports.check_room()
    export = Export(images, wanted, _line)
    await export.check()
    return _Sent(export, exports)


class _Sent(StreamingResponse):
    """However it ends, the walk through the library ends with it."""

    def __init__(self, export: Export, exports: Exports) -> None:
        self._pieces = export.pieces()
        self._exports = exports
        headers = {
            "Content-Disposition": f'attachment; filename="pixyproxy-{datetime.now(UTC):%Y-%m-%d}.zip"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Accel-Buffering": "no",  # A proxy would fill its disk.
        }
        super().__init__(self._pieces, headers=headers, media_type="application/zip")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(_PATIENCE_S):
                await send(message)

        with self._exports.room():
            try:
                await super().__call__(scope, receive, send_in_time)
            except (PixyProxyException, TimeoutError) as error:
                log.warning(
                    "an export is cut off: %s", getattr(error, "origin", "its caller does not read on")
                )
                raise
            finally:
                await self._pieces.aclose()


def _line(each: Exported) -> bytes:
    known = ImageDetail.of(each.image).model_dump(mode="json") if each.image else {"guid": each.guid}
    return to_json({**known, "file": each.file, "file_error": each.error.code if each.error else None})
