"""Every error is a problem, and tells nothing that a caller should not read."""

import sqlite3

import pytest
from fastapi import FastAPI

from pixyproxy.core import exceptions as our
from pixyproxy.core.exceptions import PixyProxyException
from tests.conftest import Client
from tests.service.scenery import ON_SQLITE
from tests.web.error_tree import STATUS_OF_CODE, STATUS_OF_KIND, TREE
from tests.web.problems import problem_of

pytestmark = ON_SQLITE


def _raise_at_boom(app: FastAPI, error: Exception) -> None:
    async def boom() -> None:
        raise error

    app.add_api_route("/boom", boom)


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
async def test_every_exception_of_ours_has_the_status_of_its_code(
    app: FastAPI, visitor: Client, kind: type[PixyProxyException]
) -> None:
    _raise_at_boom(app, kind())
    status = STATUS_OF_KIND.get(kind, STATUS_OF_CODE[kind.code])
    problem = problem_of(await visitor.get("/boom"), status, kind.code)
    assert problem["detail"] == kind.default_detail
    assert set(problem) == {"type", "title", "status", "detail", "instance", "code", "request_id"}


async def test_more_is_told_where_there_is_more(app: FastAPI, visitor: Client) -> None:
    _raise_at_boom(app, our.RateLimited("Slowly.", guid="the-guid", retry_after_s=7))
    answer = await visitor.get("/boom")
    problem = problem_of(answer, 429, "rate_limited")
    assert (problem["detail"], problem["guid"]) == ("Slowly.", "the-guid")
    assert answer.headers["retry-after"] == "7"


async def test_the_fields_that_are_wrong_are_named(app: FastAPI, visitor: Client) -> None:
    _raise_at_boom(app, our.InvalidRequest("It is wrong.", errors=[our.FieldError("size", "too large")]))
    problem = problem_of(await visitor.get("/boom"), 422, "invalid_request")
    assert problem["errors"] == [{"field": "size", "message": "too large"}]


@pytest.mark.parametrize(
    "defect",
    [
        RuntimeError("secret /path SELECT"),
        KeyError("secret /path SELECT"),
        sqlite3.OperationalError("secret /path SELECT"),
        OSError(2, "secret SELECT", "/path"),
        ExceptionGroup("secret /path SELECT", [ValueError("secret")]),
        RecursionError("secret /path SELECT"),
    ],
)
async def test_a_defect_tells_nothing_of_itself(app: FastAPI, visitor: Client, defect: Exception) -> None:
    _raise_at_boom(app, defect)
    answer = await visitor.get("/boom")
    problem = problem_of(answer, 500, "internal")
    assert problem["detail"] == "Something went wrong on our side."
    for foreign in ("secret", "/path", "SELECT", type(defect).__name__, "Traceback"):
        assert foreign not in answer.text


async def test_the_cause_of_an_exception_of_ours_is_not_told(app: FastAPI, visitor: Client) -> None:
    error = our.Unavailable(retry_after_s=5)
    error.__cause__ = sqlite3.OperationalError("secret /path SELECT")
    _raise_at_boom(app, error)
    answer = await visitor.get("/boom")
    problem_of(answer, 503, "unavailable")
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/nope", "/v2", "/image/a/b/c", "/healthz", "/docs/a/b", "/a%20b/%C3%A9"])
async def test_an_address_where_nothing_is_says_so(visitor: Client, path: str) -> None:
    problem_of(await visitor.get(path), 404, "invalid_request")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/image", {"GET", "POST"}),
        ("PUT", "/image", {"GET", "POST"}),
        ("POST", "/image/some-guid", {"GET", "PATCH", "DELETE"}),
        ("POST", "/image/some-guid/content", {"GET", "HEAD"}),
        ("PUT", "/key", {"GET", "POST"}),
        ("GET", "/key/some-id", {"DELETE"}),
        ("POST", "/health/live", {"GET"}),
        ("BREW", "/health/ready", {"GET"}),
        ("DELETE", "/openapi.json", {"GET", "HEAD"}),
        ("DELETE", "/docs", {"GET"}),
    ],
)
async def test_a_method_that_an_address_does_not_answer_is_told_which_it_does(
    visitor: Client, method: str, path: str, allowed: set[str]
) -> None:
    answer = await visitor.request(method, path)
    problem_of(answer, 405, "invalid_request")
    assert set(answer.headers["allow"].split(", ")) == allowed


async def test_a_database_that_is_gone_is_unavailable_and_not_named(admin: Client, app: FastAPI) -> None:
    await app.state.services.library.close()
    answer = await admin.get("/key")
    assert answer.status_code in (500, 503)
    for foreign in ("sqlite", "database", "cannot schedule", "SELECT", "/tmp"):  # noqa: S108 - a text
        assert foreign not in answer.text
