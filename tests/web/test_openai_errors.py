"""Errors under /v1: the envelope, the classes the SDKs raise, and whether those may ask again."""

import asyncio
from collections.abc import AsyncIterator

import openai
import pytest
from fastapi import FastAPI

from pixyproxy.core import exceptions as our
from pixyproxy.core.exceptions import FieldError, PixyProxyException
from pixyproxy.core.models import Status
from pixyproxy.service.generators.generator import GeneratedPicture, PictureRequest
from pixyproxy.service.making import calls, settling
from pixyproxy.service.services import Services
from tests.conftest import ADMIN_KEY, Client, client_of
from tests.service.making.workshop import Stubborn, at_work_in, in_turn, until
from tests.service.scenery import ON_SQLITE, PNG, Easel, Work, failing, painting, picture, rows
from tests.web.openai_face import CAT, GENERATIONS, error_of

pytestmark = ON_SQLITE
INVALID, SERVER = "invalid_request_error", "server_error"
REFUSED = our.PromptRefused(moderation={"moderation_stage": "output", "categories": ["violence"]})


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_PAUSES_S", (0.01, 0.02))


def _of_an_image(error: PixyProxyException) -> PixyProxyException:
    error.guid = "the-guid"
    return error


Row = tuple[PixyProxyException, int, str, str, str | None, bool, type[openai.APIStatusError]]
WRONG = our.InvalidRequest(errors=[FieldError("size", "too large"), FieldError("tags.1", "is blank")])
# The error; status, type, code and param; whether a client may ask again by itself; what the SDK raises.
ROWS: list[Row] = [
    (WRONG, 400, INVALID, "invalid_request", "size", True, openai.BadRequestError),
    (our.InvalidRequest(), 400, INVALID, "invalid_request", None, True, openai.BadRequestError),
    (our.RequestTimedOut(), 408, INVALID, "invalid_request", None, True, openai.APIStatusError),
    (our.PayloadTooLarge(), 413, INVALID, "payload_too_large", None, True, openai.APIStatusError),
    (our.ModelNotFound(), 404, INVALID, "model_not_found", "model", True, openai.NotFoundError),
    (
        REFUSED,
        400,
        "image_generation_user_error",
        "moderation_blocked",
        None,
        True,
        openai.BadRequestError,
    ),
    (
        our.IdempotencyMismatch(),
        400,
        "idempotency_error",
        "idempotency_mismatch",
        "Idempotency-Key",
        True,
        openai.BadRequestError,
    ),
    (our.ImageNotFound(), 404, INVALID, "image_not_found", None, True, openai.NotFoundError),
    (our.ImageNotReady(), 409, SERVER, "image_not_ready", None, False, openai.ConflictError),
    (our.ImageFailed(), 409, SERVER, "image_failed", None, False, openai.ConflictError),
    (our.GeneratorFailed(), 502, SERVER, "generator_failed", None, False, openai.InternalServerError),
    (our.GeneratorRefused(), 502, SERVER, "generator_failed", None, True, openai.InternalServerError),
    (our.UnreadablePicture(), 502, SERVER, "generator_failed", None, False, openai.InternalServerError),
    (our.GeneratorTimeout(), 504, SERVER, "generator_timeout", None, True, openai.InternalServerError),
    (
        our.RateLimited(retry_after_s=7),
        429,
        "requests",
        "rate_limit_exceeded",
        None,
        True,
        openai.RateLimitError,
    ),
    (
        _of_an_image(our.RateLimited()),
        429,
        "requests",
        "rate_limit_exceeded",
        None,
        True,
        openai.RateLimitError,
    ),
    (our.OutcomeUnknown(), 424, SERVER, "outcome_unknown", None, False, openai.APIStatusError),
    (our.StorageFull(), 507, SERVER, "storage_full", None, True, openai.InternalServerError),
    (our.Unauthenticated(), 401, INVALID, "invalid_api_key", None, True, openai.AuthenticationError),
    (our.Forbidden(), 403, "permission_error", "forbidden", None, True, openai.PermissionDeniedError),
    (our.Unavailable(), 503, SERVER, "unavailable", None, True, openai.InternalServerError),
    (_of_an_image(our.Unavailable()), 503, SERVER, "unavailable", None, False, openai.InternalServerError),
    (our.CommitLost(), 503, SERVER, "unavailable", None, False, openai.InternalServerError),
    (our.GeneratorRests(), 503, SERVER, "unavailable", None, True, openai.InternalServerError),
    (our.InternalError(), 500, SERVER, "internal", None, False, openai.InternalServerError),
    (our.BytesMissing(), 500, SERVER, "internal", None, False, openai.InternalServerError),
]


async def test_every_error_has_its_status_type_code_and_param(app: FastAPI, visitor: Client) -> None:
    for number, (error, status, kind, code, param, may_retry, raised) in enumerate(ROWS):
        _raise_at(app, f"/v1/boom{number}", error)
        answer = await visitor.post(f"/v1/boom{number}")
        told = error_of(answer, status)
        assert (told["type"], told["code"], told["param"]) == (kind, code, param)
        assert answer.headers.get("x-should-retry") == (None if may_retry else "false"), error
        assert answer.headers.get("retry-after") == (
            str(error.retry_after_s) if error.retry_after_s else None
        )
        assert told.get("guid") == error.guid
        sdk = openai.OpenAI(api_key="x", base_url="http://x/v1")
        assert type(sdk._make_status_error_from_response(answer)) is raised


def _raise_at(app: FastAPI, path: str, error: Exception) -> None:
    async def boom() -> None:
        raise error

    app.add_api_route(path, boom, methods=["POST"])


async def test_what_a_refusal_says_of_itself_is_passed_on(app: FastAPI, alice: Client) -> None:
    async with at_work_in(app, failing(REFUSED)):
        error = error_of(await alice.post(GENERATIONS, json=CAT), 400)
    assert error["code"] == "moderation_blocked"
    assert error["moderation_details"] == {"moderation_stage": "output", "categories": ["violence"]}
    assert error["guid"]


async def test_a_model_that_nobody_has_is_answered_with_where_they_are_listed(alice: Client) -> None:
    told = "No configured generator has this model; GET /v1/models lists them."
    assert error_of(await alice.post(GENERATIONS, json={**CAT, "model": "x"}), 404)["message"] == told
    assert error_of(await alice.get("/v1/models/x"), 404)["message"] == told


async def test_all_that_is_wrong_is_in_the_message(alice: Client) -> None:
    error = error_of(await alice.post(GENERATIONS, json={"prompt": "", "size": "x", "n": 0}), 400)
    assert all(name in error["message"] for name in ("prompt", "n"))


@pytest.mark.parametrize("path", ["/v1/", "/v1/nope", "/v1/images", "/v1/images/generations/x"])
async def test_an_address_where_nothing_is_says_so(visitor: Client, path: str) -> None:
    assert error_of(await visitor.post(path), 404)["type"] == INVALID


async def test_another_method_is_told_which_there_is(visitor: Client) -> None:
    answer = await visitor.get(GENERATIONS)
    assert error_of(answer, 405)["type"] == INVALID
    assert answer.headers["allow"] == "POST"


async def test_a_defect_tells_nothing_of_itself(app: FastAPI, visitor: Client) -> None:
    _raise_at(app, "/v1/boom", RuntimeError("secret /path SELECT"))
    answer = await visitor.post("/v1/boom")
    assert error_of(answer, 500)["message"] == "Something went wrong on our side."
    assert answer.headers["x-should-retry"] == "false"


@pytest.fixture
async def sdk(app: FastAPI) -> AsyncIterator[openai.AsyncOpenAI]:
    """As it comes: it tries three times."""
    async with client_of(app, None) as transport:
        yield openai.AsyncOpenAI(
            api_key=ADMIN_KEY, base_url="http://pixyproxy.test/v1", http_client=transport
        )


async def test_the_sdk_does_not_pay_twice_by_itself(app: FastAPI, sdk: openai.AsyncOpenAI) -> None:
    for error in (our.GeneratorFailed(), our.OutcomeUnknown(), RuntimeError("a defect")):
        easel = failing(error)
        async with at_work_in(app, easel):
            with pytest.raises(openai.APIStatusError):
                await sdk.images.generate(prompt="a cat")
        assert len(easel.asked) == 1, error


async def test_of_several_those_that_arrived_are_answered_in_their_order(app: FastAPI, alice: Client) -> None:
    other = picture("png", 50, 50)
    easel = Easel(in_turn(PNG, our.GeneratorFailed(), other))
    async with at_work_in(app, easel) as services:
        answer = await alice.post(GENERATIONS, json={**CAT, "n": 3})
        kept = await rows(services, "image")
    guids = [each["guid"] for each in answer.json()["data"]]
    assert answer.status_code == 200
    assert len(guids) == 2
    assert answer.headers["x-pixyproxy-guid"].split(", ") == guids
    in_order = [row["guid"] for row in sorted(kept, key=lambda row: row["id"]) if row["status"] == "ready"]
    assert guids == in_order
    assert len(kept) == 3


async def test_when_none_arrives_the_reason_is_one_that_forbids_to_pay_again(
    app: FastAPI, alice: Client
) -> None:
    async def work(request: PictureRequest) -> GeneratedPicture:
        raise our.GeneratorFailed if request.number else our.RateLimited(retry_after_s=1)

    async with at_work_in(app, Easel(work)):
        answer = await alice.post(GENERATIONS, json={**CAT, "n": 2})
    assert error_of(answer, 502)["code"] == "generator_failed"
    assert answer.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("count", [1, 2])
async def test_what_is_safe_but_cannot_be_stored_is_named_and_not_bought_again(
    app: FastAPI, alice: Client, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "_PAUSES_S", (0.05,), raising=False)
    own: Services = app.state.services
    folder = own.store.local_path("")
    assert folder is not None
    store = Stubborn(folder)
    easel = Easel(_spoiling(store, count))
    async with at_work_in(app, easel, store=store) as services:
        answer = await alice.post(GENERATIONS, json={**CAT, "n": count})
        error = error_of(answer, 409)
        guids = {row["guid"] for row in await rows(services, "image")}
        assert len(guids) == count
        assert all(guid in error["message"] for guid in guids)
        assert (error["code"], answer.headers["x-should-retry"]) == ("image_not_ready", "false")
        store.why_not = None
        for guid in guids:
            await until(services, guid, Status.READY)
    assert len(easel.asked) == count


def _spoiling(store: Stubborn, count: int) -> Work:
    easel, let_in = painting(), asyncio.Barrier(count)

    async def work(request: PictureRequest) -> GeneratedPicture:
        await let_in.wait()  # a store that is full would let no more in
        store.why_not = our.StorageFull()
        return await easel.generate(request)

    return work
