"""How answers are written: models as JSON, without asking FastAPI to validate our own rows again; links."""

from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import Response
from pydantic import BaseModel, TypeAdapter

WHO_ASKS = "Authorization, X-API-Key, Cookie"
"""What an answer depends on, for caches between us and a caller; what a cookie opens they would keep else."""
_BY_CALLER = {"Vary": WHO_ASKS}


def json_answer(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(model.model_dump_json(), status, _BY_CALLER | (headers or {}), "application/json")


def json_array(adapter: TypeAdapter[Any], models: list[Any], headers: dict[str, str]) -> Response:
    return Response(adapter.dump_json(models), 200, _BY_CALLER | headers, "application/json")


def next_page(request: Request, **begins: str) -> str:
    """A `Link` to the same list, from there on."""
    query = request.url.include_query_params(**begins).query
    return f'<{absolute(request, request.url.path)}?{query}>; rel="next"'


def prefix_of(app: FastAPI) -> str:
    """The path that callers put before ours, where a proxy takes it off; else nothing."""
    path = urlsplit(app.state.public_url or "").path
    return quote(path.rstrip("/"), safe="/%:@!$&'()*+,;=")


def absolute(request: Request, path: str) -> str:
    """The path as callers reach it."""
    base = request.app.state.public_url or str(request.base_url)
    return f"{base.rstrip('/')}{path}"
