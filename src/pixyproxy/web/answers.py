"""How answers are written: models as JSON, without asking FastAPI to validate our own rows again; links."""

from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import Response
from pydantic import BaseModel, TypeAdapter
from pydantic_core import Url

WHO_ASKS = "Authorization, X-API-Key, Cookie"
"""What an answer depends on that is not the same for everybody."""
_BY_CALLER = {"Cache-Control": "private, no-store", "Vary": WHO_ASKS}
"""What a key has opened, no cache keeps that others use; what a cookie has opened, it might."""


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
    return urlsplit(_public_url(app)).path


def absolute(request: Request, path: str) -> str:
    """The path as callers reach it."""
    base = _public_url(request.app) or str(request.base_url).rstrip("/")
    return f"{base}{path}"


def _public_url(app: FastAPI) -> str:
    """As it can stand in a header, the host in Punycode and the path quoted; else nothing."""
    public_url = app.state.public_url
    return str(Url(public_url)).rstrip("/") if public_url else ""
