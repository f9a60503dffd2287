"""Many images with one request: change them, delete them, restore them."""

from typing import Self

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from pixyproxy.core.bulk_requests import BulkRequest
from pixyproxy.service.bulk import Done, Outcome, Result
from pixyproxy.web.answers import json_answer
from pixyproxy.web.auth import ManyImages
from pixyproxy.web.published_api import problems

router = APIRouter(tags=["images"])


class BulkResult(BaseModel):
    """What became of one image."""

    guid: str
    outcome: Outcome
    code: str | None = Field(description="Of the error, where it failed", examples=["image_not_found"])
    detail: str | None

    @classmethod
    def of(cls, result: Result) -> Self:
        error = result.error
        return cls(
            guid=result.guid,
            outcome=result.outcome,
            code=error.code if error else None,
            detail=error.detail if error else None,
        )


class BulkDetail(BaseModel):
    """What became of each; with a cursor there is more to do."""

    results: list[BulkResult]
    next_cursor: str | None = Field(description="Send the same again with it, until there is none")

    @classmethod
    def of(cls, done: Done) -> Self:
        return cls(results=[BulkResult.of(each) for each in done.results], next_cursor=done.next_cursor)


@router.post(
    "/image/bulk",
    operation_id="change_images",
    summary="Change, delete or restore many images",
    response_model=BulkDetail,
    responses=problems(401, 408, 413),
)
async def change_images(request: BulkRequest, images: ManyImages) -> Response:
    """Each image has a result of its own; what is wrong with one does not keep the others."""
    return json_answer(BulkDetail.of(await images.carry_out(request)))
