"""The tags of the images a caller may see: list them, complete them, rename and merge them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, TypeAdapter

from pixyproxy.core.requests import TagRename, TagSearch
from pixyproxy.web.answers import json_answer, json_array, next_page
from pixyproxy.web.auth import OwnTags, VisibleTags
from pixyproxy.web.published_api import problems

router = APIRouter(tags=["tags"])


class TagDetail(BaseModel):
    """A tag, and how many images have it."""

    tag: str = Field(examples=["evening"])
    count: int


class RenamedDetail(BaseModel):
    """What has been done; with a cursor there is more to do."""

    changed: int
    next_cursor: str | None = Field(description="Send the same again with it, until there is none")


_details: TypeAdapter[list[TagDetail]] = TypeAdapter(list[TagDetail])
_LISTED: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "Link": {
                "description": 'By name only: the next page, as `<…>; rel="next"`; absent on the last one',
                "schema": {"type": "string"},
            }
        }
    }
}


@router.get(
    "/tags",
    operation_id="list_tags",
    summary="The tags there are, with counts",
    response_model=list[TagDetail],
    responses={**_LISTED, **problems(401)},
)
async def list_tags(request: Request, search: Annotated[TagSearch, Query()], tags: VisibleTags) -> Response:
    """Of the images that are ready and that the caller may see."""
    page = await tags.list_(search)
    headers = {}
    if page.has_more and search.order == "name":
        headers["Link"] = next_page(request, after=page.tags[-1].tag)
    return json_array(_details, [TagDetail(tag=each.tag, count=each.images) for each in page.tags], headers)


@router.post(
    "/tags/rename",
    operation_id="rename_tag",
    summary="Rename a tag, or merge it into another",
    response_model=RenamedDetail,
    responses=problems(401, 408, 413),
)
async def rename_tag(rename: TagRename, tags: OwnTags) -> Response:
    """On the caller's own images; on everybody's for an administrator. Some hundred in one request."""
    renamed = await tags.rename(rename)
    return json_answer(RenamedDetail(changed=renamed.images, next_cursor=renamed.next_cursor))
