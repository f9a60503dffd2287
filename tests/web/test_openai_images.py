"""/v1/images: what OpenAI's clients send, and what they get."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openai
import pytest
import pyvips
from fastapi import FastAPI

from pixyproxy.core.models import Task
from pixyproxy.service.services import Services
from pixyproxy.web.openai.base64_text import base64_length, base64_of
from tests.conftest import ADMIN_KEY, Client, client_of, running_app
from tests.service.making.workshop import at_work_in, in_turn
from tests.service.scenery import ON_SQLITE, PNG, Easel, painting, picture, rows, shelve, with_generator
from tests.web.openai_face import A_PICTURE, CAT, EDITS, GENERATIONS, VARIATIONS, error_of


@pytest.fixture
async def easel(app: FastAPI) -> AsyncIterator[Easel]:
    easel = painting()
    async with at_work_in(app, easel):
        yield easel


def _pictures(answer: Any) -> list[bytes]:
    return [b64decode(each["b64_json"], validate=True) for each in answer.json()["data"]]


async def test_the_answer_is_the_picture_and_it_is_kept_like_any_other(
    alice: Client, easel: Easel, visitor: Client
) -> None:
    answer = await alice.post(GENERATIONS, json={**CAT, "size": "64x64", "quality": "high"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert int(answer.headers["content-length"]) == len(answer.content)
    body = answer.json()
    [item] = body["data"]
    assert set(item) == {"b64_json", "guid"}
    assert _pictures(answer) == [PNG]
    assert body["created"] > 1_700_000_000
    told = {name: body[name] for name in ("output_format", "size", "quality")}
    assert told == {"output_format": "png", "size": "48x32", "quality": "high"}, (
        "what it is, not what was asked"
    )
    assert answer.headers["x-pixyproxy-guid"] == item["guid"]
    kept = (await alice.get("/image", params={"prompt": "cat"})).json()
    assert [each["guid"] for each in kept] == [item["guid"]]
    assert (await alice.get(f"/image/{item['guid']}/content")).content == PNG
    assert (await visitor.get(f"/image/{item['guid']}")).status_code == 404
    assert len(easel.asked) == 1


@ON_SQLITE
async def test_base64_in_parts_is_the_base64_of_the_whole(services: Services) -> None:
    """Of whatever length: the store reads it in parts of its own size."""
    administrator = await services.keys.recognise(ADMIN_KEY)
    for size_bytes in (1, 2, 3, 262_144, 262_145, 262_146, 1_500_000):
        content = bytes(number % 251 for number in range(size_bytes))
        image = await shelve(services, content)
        shown = await services.private(administrator).picture(image.guid)
        text = b"".join([part async for part in base64_of(shown)])
        assert b64decode(text, validate=True) == content
        assert len(text) == base64_length(shown)


async def test_several_are_images_of_their_own_and_of_one_batch(alice: Client, app: FastAPI) -> None:
    contents = [picture("png", 40 + number, 32) for number in range(3)]
    easel = Easel(in_turn(*contents))
    async with at_work_in(app, easel):
        answer = await alice.post(GENERATIONS, json={**CAT, "n": 3, "tags": ["batch"]})
        guids = [each["guid"] for each in answer.json()["data"]]
        assert sorted(_pictures(answer)) == sorted(contents)
        assert answer.headers["x-pixyproxy-guid"] == ", ".join(guids)
        kept = (await alice.get("/image", params={"tag": "batch", "order": "asc"})).json()
    assert [each["guid"] for each in kept] == guids
    assert {each["batch"] for each in kept} == {guids[0]}
    assert len(easel.asked) == 3


@ON_SQLITE
async def test_what_the_generator_says_of_it_is_told(alice: Client, app: FastAPI) -> None:
    parameters = {
        "background": "opaque",
        "quality": "auto",
        "usage": {"total_tokens": 7, "details": {"a": 1}},
    }
    async with at_work_in(app, painting(parameters=parameters, revised_prompt='a "red" cat')):
        one = (await alice.post(GENERATIONS, json=CAT)).json()
        two = (await alice.post(GENERATIONS, json={**CAT, "n": 2})).json()
    assert one["data"][0]["revised_prompt"] == 'a "red" cat'
    assert one["background"] == "opaque"
    assert "quality" not in one, "auto says nothing of what it is"
    assert one["usage"] == {"total_tokens": 7, "details": {"a": 1}}
    assert two["usage"] == {"total_tokens": 14, "details": {"a": 2}}


@ON_SQLITE
async def test_every_parameter_reaches_the_generator_or_the_library(alice: Client, easel: Easel) -> None:
    options = {
        "output_compression": 80,
        "moderation": "low",
        "complexity": "high",
        "style": "vivid",
        "frame_count": 3,
        "frame_duration_ms": 100,
        "svg": {"model": "x", "reasoning": {"effort": "low"}},
        "safety_identifier": "somebody",
        "user": "someone",
    }
    asked = {"size": "64x64", "quality": "low", "background": "opaque", "output_format": "png", "seed": 7}
    kept = {"tags": ["a"], "author": "Ada", "filename": "cat.png", "visibility": "public"}
    given = {**CAT, **options, **asked, **kept, "model": "easel-2", "n": 1, "response_format": "b64_json"}
    answer = await alice.post(GENERATIONS, json={**given, "stream": False})
    [request] = easel.asked
    assert request.options == options
    assert {name: str(getattr(request, name)) for name in asked} == {n: str(v) for n, v in asked.items()}
    assert (request.model, request.partial_images) == ("easel-2", None)
    image = (await alice.get(f"/image/{answer.json()['data'][0]['guid']}")).json()
    assert {name: image[name] for name in kept} == kept


@ON_SQLITE
async def test_null_is_the_same_as_nothing(alice: Client, easel: Easel) -> None:
    nothing = dict.fromkeys(("model", "n", "size", "quality", "stream", "partial_images", "user", "tags"))
    assert (await alice.post(GENERATIONS, json={**CAT, **nothing})).status_code == 200
    assert easel.asked[0].size is None
    error_of(await alice.post(GENERATIONS, json={**CAT, "nonsense": None}), 400)


@ON_SQLITE
@pytest.mark.parametrize("quality", ["standard", "hd", "low"])
async def test_what_a_quality_of_old_means_is_left_to_the_generator(
    alice: Client, easel: Easel, quality: str
) -> None:
    await alice.post(GENERATIONS, json={**CAT, "quality": quality})
    assert easel.asked[0].quality == quality


@ON_SQLITE
@pytest.mark.parametrize(
    ("path", "given", "is_link"),
    [
        (GENERATIONS, {}, False),
        (GENERATIONS, {"response_format": "url"}, True),
        (GENERATIONS, {"model": "dall-e-3"}, True),
        (GENERATIONS, {"model": "dall-e-3", "response_format": "b64_json"}, False),
        (GENERATIONS, {"model": "gpt-image-2"}, False),
        (VARIATIONS, {}, True),
        (VARIATIONS, {"response_format": "b64_json"}, False),
    ],
)
async def test_a_link_where_it_is_asked_for_or_was_the_habit(
    app: FastAPI, alice: Client, path: str, given: dict[str, str], is_link: bool
) -> None:
    async with at_work_in(app, painting(), aliases={"*": ["easel-1"]}):
        sent: Any = {"data": given, "files": {"image": PNG}} if path == VARIATIONS else {"json": CAT | given}
        [item] = (await alice.post(path, **sent)).json()["data"]
    assert set(item) == {"guid", "url" if is_link else "b64_json"}


async def _linked(alice: Client, **given: str) -> str:
    answer = await alice.post(GENERATIONS, json={**CAT, "response_format": "url", **given})
    url: str = answer.json()["data"][0]["url"]
    return url


@pytest.mark.usefixtures("easel")
async def test_a_link_works_without_a_key_and_nobody_between_us_keeps_what_it_shows(
    alice: Client, visitor: Client
) -> None:
    for visibility in ("private", "public"):
        url = await _linked(alice, visibility=visibility)
        assert url.startswith("http://pixyproxy.test/image/")
        shown = await visitor.get(url)
        assert (shown.status_code, shown.content) == (200, PNG)
        assert shown.headers["cache-control"].startswith("private, ")
        assert shown.headers["cross-origin-resource-policy"] == "cross-origin"
        assert (await visitor.head(url)).headers["content-length"] == str(len(PNG))
        assert (await visitor.get(url, headers={"Range": "bytes=0-3"})).content == PNG[:4]


@ON_SQLITE
@pytest.mark.usefixtures("easel")
async def test_a_link_that_was_altered_or_is_over_or_is_anothers_opens_nothing(
    alice: Client, visitor: Client, services: Services
) -> None:
    url, other = await _linked(alice), await _linked(alice)
    path, query = urlsplit(url).path, parse_qs(urlsplit(url).query)
    guid, expires, signature = path.split("/")[2], query["expires"][0], query["signature"][0]
    kid, other_signature = query["kid"][0], f"{signature[:-1]}{'1' if signature[-1] == '0' else '0'}"
    over = (await services.links.signed(guid, -1)).query
    altered = [
        f"{path}?{over}",
        f"{path}?expires={int(expires) + 1}&kid={kid}&signature={signature}",
        f"{path}?expires={expires}&kid={kid}&signature={other_signature}",
        f"{path}?expires={expires}&kid={kid}&signature=",
        f"{path}?expires={expires}&signature={signature}",
        f"{urlsplit(other).path}?{urlsplit(url).query}",
        f"{path.replace(guid, guid.upper())}?{urlsplit(url).query}",
        f"{path}?expires=0{expires}&kid={kid}&signature={signature}",
        f"{path}?expires=x&signature=y",
    ]
    opened = {each: (await visitor.get(each)).status_code for each in altered}
    assert set(opened.values()) == {403}, opened
    for half in (f"{path}?expires={expires}", f"{path}?signature={signature}"):
        assert (await visitor.get(half)).status_code == 422
    assert (await visitor.get(path)).status_code == 404
    await alice.delete(f"/image/{guid}")
    assert (await visitor.get(url)).status_code == 404, "what is deleted, no link brings back"


@ON_SQLITE
async def test_a_link_leads_to_where_callers_reach_the_service(environment: dict[str, str]) -> None:
    environment["PIXYPROXY_PUBLIC_URL"] = "https://pictures.example/pixy/"
    async with running_app(environment) as app, client_of(app, ADMIN_KEY) as admin:
        app.state.services = with_generator(app.state.services, painting())
        assert (await _linked(admin)).startswith("https://pictures.example/pixy/image/")


async def test_an_idempotency_key_stands_for_the_same_images(alice: Client, easel: Easel) -> None:
    key = {"Idempotency-Key": "a"}
    body = {**CAT, "n": 2}
    first = await alice.post(GENERATIONS, json=body, headers=key)
    again = await alice.post(GENERATIONS, json=body, headers=key)
    links = await alice.post(GENERATIONS, json={**body, "response_format": "url"}, headers=key)
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == links.headers["idempotent-replayed"] == "true"
    assert links.headers["x-pixyproxy-guid"] == first.headers["x-pixyproxy-guid"]
    for other in ({**CAT, "n": 1}, {**body, "prompt": "a dog"}):
        error = error_of(await alice.post(GENERATIONS, json=other, headers=key), 400)
        assert (error["type"], error["code"]) == ("idempotency_error", "idempotency_mismatch")
    assert len(easel.asked) == 2


@ON_SQLITE
async def test_an_idempotency_key_knows_the_pictures_that_were_sent(alice: Client, easel: Easel) -> None:
    async def edited(content: bytes) -> int:
        answer = await alice.post(EDITS, data=CAT, files={"image": content}, headers={"Idempotency-Key": "a"})
        return answer.status_code

    assert [await edited(PNG), await edited(PNG), await edited(picture("png", 50, 50))] == [200, 200, 400]
    assert len(easel.asked) == 1


@ON_SQLITE
@pytest.mark.parametrize("field", ["image", "image[]"])
async def test_an_edit_takes_the_pictures_and_the_mask_of_a_form(
    alice: Client, easel: Easel, field: str
) -> None:
    """As the SDKs send them: without a true name or type, numbers and truth values as text."""
    webp = picture("webp", 64, 64)
    see_through = _with_alpha()
    files: list[tuple[str, Any]] = [
        (field, ("upload", PNG, "application/octet-stream")),
        (field, ("blob", webp, "image/png")),
        ("mask", ("upload", see_through)),
    ]
    data = {
        **CAT,
        "n": "2",
        "stream": "false",
        "output_compression": "80",
        "svg[model]": "x",
        "svg[reasoning][effort]": "low",
        "tags[]": ["a", "b"],
    }
    answer = await alice.post(EDITS, data=data, files=files)
    assert answer.status_code == 200, answer.text
    assert len(_pictures(answer)) == 2
    for request in easel.asked:
        assert request.task is Task.EDIT
        assert [each.content for each in request.inputs] == [PNG, webp]
        assert request.mask is not None
        assert request.mask.content == see_through
        assert request.options == {
            "output_compression": 80,
            "svg": {"model": "x", "reasoning": {"effort": "low"}},
        }
    image = (await alice.get(f"/image/{answer.json()['data'][0]['guid']}")).json()
    assert image["tags"] == ["a", "b"]


def _with_alpha() -> bytes:
    content: bytes = pyvips.Image.black(48, 32, bands=4).copy(interpretation="srgb").write_to_buffer(".png")
    return content


async def test_an_edit_takes_guids_and_data_urls_in_json_and_knows_its_parents(
    alice: Client, easel: Easel
) -> None:
    [parent] = (await alice.post(GENERATIONS, json=CAT)).json()["data"]
    body = {"prompt": "with a hat", "images": [{"file_id": parent["guid"]}, {**A_PICTURE}]}
    [child] = (await alice.post(EDITS, json=body)).json()["data"]
    assert [each.content for each in easel.asked[1].inputs] == [PNG, PNG]
    lineage = (await alice.get(f"/image/{child['guid']}/lineage")).json()
    assert lineage["image"]["parents"] == [parent["guid"]]
    assert [each["guid"] for each in lineage["ancestors"]] == [parent["guid"]]
    assert lineage["descendants"] == []
    below = (await alice.get(f"/image/{parent['guid']}/lineage")).json()["descendants"]
    assert [each["guid"] for each in below] == [child["guid"]]


@ON_SQLITE
async def test_a_large_picture_in_json_is_taken(alice: Client, easel: Easel) -> None:
    large = picture("png", 1200, 1200)
    assert len(large) > 1024 * 1024
    answer = await alice.post(EDITS, data=CAT, files={"image": large})
    assert answer.status_code == 200
    named = {"image_url": f"data:image/png;base64,{b64encode(large).decode()}"}
    assert (await alice.post(EDITS, json={**CAT, "images": [named]})).status_code == 200
    assert [request.inputs[0].content == large for request in easel.asked] == [True, True]


@ON_SQLITE
async def test_a_variation_needs_nothing_but_a_picture(alice: Client, easel: Easel) -> None:
    answer = await alice.post(VARIATIONS, files={"image": PNG}, data={"n": "2", "size": "64x64"})
    assert len(answer.json()["data"]) == 2
    assert {request.task for request in easel.asked} == {Task.VARY}
    assert easel.asked[0].inputs[0].content == PNG


@ON_SQLITE
async def test_the_images_of_another_cannot_be_edited(
    alice: Client, bob: Client, easel: Easel, services: Services
) -> None:
    [hers] = (await alice.post(GENERATIONS, json=CAT)).json()["data"]
    error = error_of(await bob.post(EDITS, json={**CAT, "images": [{"file_id": hers["guid"]}]}), 400)
    assert error["param"] == "images"
    assert len(easel.asked) == len(await rows(services, "image")) == 1


@ON_SQLITE
async def test_the_official_sdk_works_with_another_address_and_key(app: FastAPI, easel: Easel) -> None:
    async with client_of(app, None) as transport:
        sdk = openai.AsyncOpenAI(
            api_key=ADMIN_KEY, base_url="http://pixyproxy.test/v1", http_client=transport
        )
        made = await sdk.images.generate(prompt="a cat", n=2, model="easel-1", extra_body={"tags": ["sdk"]})
        edited = await sdk.images.edit(
            image=[PNG, ("cat.png", PNG)], prompt="a hat", n=1, output_compression=3
        )
        assert made.data
        assert edited.data
        assert [b64decode(each.b64_json or "") for each in [*made.data, *edited.data]] == [PNG] * 3
        events = [each async for each in await sdk.images.edit(image=PNG, prompt="a hat", stream=True)]
        assert [each.type for each in events] == ["image_edit.completed"]
        with pytest.raises(openai.BadRequestError) as refused:
            await sdk.images.generate(prompt="a cat", n=11)
        assert (refused.value.param, refused.value.type) == ("n", "invalid_request_error")
        assert refused.value.request_id
        with pytest.raises(openai.NotFoundError):
            await sdk.images.generate(prompt="a cat", model="dall-e-9")
        with pytest.raises(openai.AuthenticationError):
            await sdk.with_options(api_key="wrong").images.generate(prompt="a cat")
        assert [each.id async for each in sdk.models.list()] == ["easel-1", "easel-2"]
    assert len(easel.asked) == 4
