"""GET /image/{guid}/answer: what was paid for and is no picture is kept as it came, for its owner."""

from fastapi import FastAPI

from pixyproxy.core.exceptions import OutcomeUnknown
from pixyproxy.core.models import Visibility
from pixyproxy.service.generators.generator import PictureRequest, Receiver
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.generators.openai_services import generator_calling
from tests.service.making.workshop import at_work_in, files_of
from tests.service.scenery import PNG, Easel, painting
from tests.upstream import RunningUpstream
from tests.web.problems import problem_of

CAT = {"prompt": "a cat"}
WORDS = b"<script>alert('I cannot draw.')</script>"


async def _unread(app: FastAPI, client: Client, content: bytes = WORDS, **known: object) -> str:
    """The address of an image that is no picture."""
    async with at_work_in(app, painting(content)):
        answer = await client.post("/image", json={**CAT, **known})
    return f"/image/{problem_of(answer, 502, 'generator_failed')['guid']}"


async def test_its_owner_and_administrators_get_the_bytes_as_they_came(
    app: FastAPI, alice: Client, admin: Client
) -> None:
    address = await _unread(app, alice)
    for client in (alice, admin):
        answer = await client.get(f"{address}/answer")
        assert (answer.status_code, answer.content) == (200, WORDS)


async def test_nothing_is_shown_of_it(app: FastAPI, alice: Client) -> None:
    answer = await alice.get(f"{await _unread(app, alice)}/answer")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_nobody_else_gets_it(app: FastAPI, alice: Client, bob: Client, visitor: Client) -> None:
    address = await _unread(app, alice)
    problem_of(await visitor.get(f"{address}/answer"), 401, "unauthenticated")
    problem_of(await bob.get(f"{address}/answer"), 404, "image_not_found")
    await alice.patch(address, json={"visibility": Visibility.PUBLIC})
    problem_of(await bob.get(f"{address}/answer"), 403, "forbidden")
    problem_of(await visitor.get(f"{address}/answer"), 401, "unauthenticated")


async def test_a_large_one_comes_whole(app: FastAPI, alice: Client) -> None:
    words = WORDS * 20_000
    assert (await alice.get(f"{await _unread(app, alice, words)}/answer")).content == words


async def test_of_an_answer_that_was_cut_what_came_is_there(app: FastAPI, alice: Client) -> None:
    class Breaking(Easel):
        async def call(self, _: PictureRequest, receiver: Receiver) -> None:
            await receiver.write(b"half a pict")
            raise OutcomeUnknown

    async with at_work_in(app, Breaking(painting().generate)):
        failed = await alice.post("/image", json=CAT)
    guid = problem_of(failed, 424, "outcome_unknown")["guid"]
    assert (await alice.get(f"/image/{guid}/answer")).content == b"half a pict"
    assert (await alice.get(f"/image/{guid}")).json()["status"] == "unknown"


async def test_an_image_that_is_ready_has_none(app: FastAPI, alice: Client) -> None:
    async with at_work_in(app, painting(PNG)):
        made = await alice.post("/image", json=CAT)
    problem_of(await alice.get(f"{made.headers['location']}/answer"), 404, "image_not_found")


async def test_an_answer_without_a_byte_is_none(
    app: FastAPI, alice: Client, upstream: RunningUpstream
) -> None:
    upstream.answer_with("empty-body")
    async with generator_calling(upstream.base_url) as openai, at_work_in(app, openai):
        failed = await alice.post("/image", json=CAT)
    guid = problem_of(failed, 502, "generator_failed")["guid"]
    problem_of(await alice.get(f"/image/{guid}/answer"), 404, "image_not_found")


async def test_what_does_not_exist_has_none(alice: Client) -> None:
    problem_of(await alice.get("/image/no-such-image/answer"), 404, "image_not_found")


async def test_it_goes_when_its_image_is_deleted_for_good(
    app: FastAPI, alice: Client, services: Services
) -> None:
    address = await _unread(app, alice)
    assert files_of(services) != []
    assert (await alice.delete(address)).status_code == 204
    problem_of(await alice.get(f"{address}/answer"), 404, "image_not_found")
    assert files_of(services) != []
    assert (await alice.delete(f"{address}?permanently=true")).status_code == 204
    assert files_of(services) == []


async def test_the_image_itself_has_no_content(app: FastAPI, alice: Client) -> None:
    address = await _unread(app, alice)
    problem_of(await alice.get(f"{address}/content"), 409, "image_failed")
    image = (await alice.get(address)).json()
    assert (image["status"], image["error"]["code"], image["media_type"]) == (
        "failed",
        "generator_failed",
        None,
    )
