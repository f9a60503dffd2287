"""What /openapi.json says beyond what FastAPI finds by itself: the errors, and the second header of a key."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from pixyproxy.web.answers import prefix_of
from pixyproxy.web.auth import ALSO_WITHOUT, WITH_KEY
from pixyproxy.web.openai.errors import PREFIX as OPENAI_PREFIX
from pixyproxy.web.schemas import Problem

_PROBLEM = "application/problem+json"
_EXAMPLES: dict[int, tuple[str, str]] = {
    401: ("unauthenticated", "A valid API key is needed: Authorization: Bearer KEY, or X-API-Key: KEY."),
    403: ("forbidden", "This key may not do that."),
    404: ("image_not_found", "There is no such image."),
    408: ("invalid_request", "The body of the request did not arrive in time."),
    409: ("image_not_ready", "The image is still being made."),
    412: ("invalid_request", "The picture is not the one that is wanted."),
    413: ("payload_too_large", "The body of the request is too large."),
    416: ("invalid_request", "The picture has no such bytes."),
    422: ("invalid_request", "The request is not valid: prompt: must not be blank."),
    424: (
        "outcome_unknown",
        "The generator was called, but its answer was lost. It is not called again by itself.",
    ),
    429: ("rate_limited", "The generator takes no more requests for now."),
    500: ("internal", "Something went wrong on our side."),
    502: ("generator_failed", "The generator did not make a picture."),
    503: ("unavailable", "A part of the service cannot be reached just now; try again soon."),
    504: ("generator_timeout", "The generator could not be reached in time; nothing was sent to it."),
    507: ("storage_full", "There is no room to keep another image."),
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors an operation may answer with; those that any may are added."""
    return {status: _described(status) for status in sorted({*statuses, 422, 500, 503})}


def _described(status: int) -> dict[str, Any]:
    code, detail = _EXAMPLES[status]
    example = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": "/image",
        "code": code,
        "request_id": "web1-20261120T231210123456-140234",
    }
    return {
        "description": detail,
        "model": Problem,
        "content": {_PROBLEM: {"example": example}},
    }


def complete_published_api(app: FastAPI) -> None:
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        api = generate()
        if prefix := prefix_of(app):
            api["servers"] = [{"url": prefix}]
        schemes = api["components"]["securitySchemes"]
        schemes["api-key"] = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
        schemes.pop(ALSO_WITHOUT, None)
        for path, operations in api["paths"].items():
            for operation in operations.values():
                _name_both_headers(operation)
                _file_errors_as_problems(operation)
                if path.startswith(OPENAI_PREFIX):
                    operation["responses"].pop("422", None)  # There, what is not valid is a 400.
        return api

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way


def _name_both_headers(operation: dict[str, Any]) -> None:
    """The gate of authentication declares the first; each is enough, and some need neither."""
    match operation.get("security"):
        case [{"bearer": []}]:
            operation["security"] = [{WITH_KEY: []}, {"api-key": []}]
        case [{"bearer-or-nothing": []}]:
            operation["security"] = [{}, {WITH_KEY: []}, {"api-key": []}]


def _file_errors_as_problems(operation: dict[str, Any]) -> None:
    """FastAPI files the schema of every answer under plain JSON; that of an error is a problem."""
    for response in operation["responses"].values():
        content = response.get("content", {})
        if _PROBLEM in content:
            content[_PROBLEM] |= content.pop("application/json", {})
