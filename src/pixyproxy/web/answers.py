"""How answers are written: models as JSON, without asking FastAPI to validate our own rows again; links."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, TypeAdapter


def json_answer(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(model.model_dump_json(), status, headers, "application/json")


def json_array(adapter: TypeAdapter[Any], models: list[Any], headers: dict[str, str]) -> Response:
    return Response(adapter.dump_json(models), 200, headers, "application/json")


def next_page(request: Request, **begins: str) -> str:
    """A `Link` to the same list, from there on."""
    query = request.url.include_query_params(**begins).query
    return f'<{absolute(request, request.url.path)}?{query}>; rel="next"'


def absolute(request: Request, path: str) -> str:
    """The path as callers reach it."""
    base = request.app.state.public_url or str(request.base_url)
    return f"{base.rstrip('/')}{path}"
