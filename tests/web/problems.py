"""What every error of the service has in common, looked at in one place."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx2

_MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id"}


def problem_of(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The body, once it is known to be a whole and proper problem of that status and code."""
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) - {"errors", "guid"} == _MEMBERS
    assert (body["type"], body["title"]) == ("about:blank", HTTPStatus(status).phrase)
    assert body["instance"] == quote(answer.request.url.path)
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["detail"].endswith(".")
    return body


def fields_of(answer: httpx2.Response) -> list[str]:
    """Which fields of a request were wrong, by the 422 that says so."""
    problem = problem_of(answer, 422, "invalid_request")
    assert all(set(each) == {"field", "message"} and each["message"] for each in problem["errors"])
    return [each["field"] for each in problem["errors"]]
