"""The keys of the service; administrators only."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import TypeAdapter

from pixyproxy.core.requests import NewKey
from pixyproxy.web.answers import json_answer, json_array
from pixyproxy.web.auth import AllKeys
from pixyproxy.web.published_api import problems
from pixyproxy.web.schemas import KeyDetail, NewKeyDetail

router = APIRouter(tags=["keys"])
_KEYS = TypeAdapter(list[KeyDetail])


@router.post(
    "/key",
    operation_id="create_key",
    summary="Make a key",
    status_code=201,
    response_model=NewKeyDetail,
    responses=problems(401, 403, 408, 413),
)
async def create_key(new: NewKey, keys: AllKeys) -> Response:
    """The key's text is in this answer and nowhere else."""
    return json_answer(NewKeyDetail.of_fresh(await keys.create(new)), 201)


@router.get(
    "/key",
    operation_id="list_keys",
    summary="All keys",
    response_model=list[KeyDetail],
    responses=problems(401, 403),
)
async def list_keys(keys: AllKeys) -> Response:
    return json_array(_KEYS, [KeyDetail.of(key) for key in await keys.list_()], {})


@router.delete(
    "/key/{key_id}",
    operation_id="revoke_key",
    summary="Revoke a key",
    status_code=204,
    responses=problems(401, 403, 404),
)
async def revoke_key(key_id: Annotated[str, Path(max_length=32)], keys: AllKeys) -> Response:
    """In force with the next request, on every replica."""
    await keys.revoke(key_id)
    return Response(status_code=204)
