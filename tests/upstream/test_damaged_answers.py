import httpx2
import openai
import pytest
import pyvips
from openai import AsyncOpenAI

from . import RunningUpstream
from .driving import contents, generate, generate_raw, hashes, loader_of, only_call


async def test_an_answer_may_be_without_a_picture(upstream: RunningUpstream, client: AsyncOpenAI) -> None:
    assert (await generate(client, "[scenario:empty-data]")).data == []
    [item] = (await generate(client, "[scenario:no-image]")).data or []
    assert (item.b64_json, item.url) == (None, None)
    assert [call.billed for call in upstream.ledger()] == [False, False]


async def test_a_url_leads_to_the_picture(upstream: RunningUpstream, client: AsyncOpenAI) -> None:
    response = await generate(client, "[scenario:url unique]", n=2)
    urls = [image.url or "" for image in response.data or []]
    async with httpx2.AsyncClient(trust_env=False) as browser:
        pictures = [(await browser.get(url)).content for url in urls]
    assert only_call(upstream).pictures == hashes(pictures)
    assert len(set(pictures)) == 2


@pytest.mark.parametrize(
    ("name", "media_type", "start"),
    [
        ("text", "text/plain", b"I am"),
        ("html", "text/html", b"<html>"),
        ("empty-body", "application/json", b""),
    ],
)
async def test_a_200_may_hold_no_json_at_all(
    client: AsyncOpenAI, name: str, media_type: str, start: bytes
) -> None:
    response = await generate_raw(client, f"[scenario:{name}]")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(media_type)
    assert response.content[: len(start) or 1] == start


async def test_a_bad_gateway_speaks_html(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.InternalServerError) as caught:
        await generate(client, "[scenario:bad-gateway]")
    assert (caught.value.status_code, caught.value.code) == (502, None)


async def test_json_may_end_too_early(upstream: RunningUpstream, client: AsyncOpenAI) -> None:
    response = await generate_raw(client, "[scenario:invalid-json]")
    with pytest.raises(ValueError, match="line 1"):
        response.json()
    assert only_call(upstream).billed


async def test_base64_may_be_none(client: AsyncOpenAI) -> None:
    with pytest.raises(ValueError, match="base64"):
        contents(await generate(client, "[scenario:invalid-base64]"))


async def test_base64_may_be_of_no_picture(client: AsyncOpenAI) -> None:
    assert contents(await generate(client, "[scenario:base64-of-text]")) == [
        b"I am sorry, I cannot draw that."
    ]


async def test_a_picture_may_be_cut_in_half(upstream: RunningUpstream, client: AsyncOpenAI) -> None:
    [whole] = contents(await generate(client))
    [half] = contents(await generate(client, "[scenario:truncated]"))
    assert half == whole[: len(whole) // 2]
    assert upstream.ledger()[1].pictures == hashes([half])


@pytest.mark.parametrize(
    ("name", "said", "loader"),
    [("jpeg-called-png", "png", "jpegload_buffer"), ("png-called-webp", "webp", "pngload_buffer")],
)
async def test_the_format_said_may_be_wrong(client: AsyncOpenAI, name: str, said: str, loader: str) -> None:
    response = await generate(client, f"[scenario:{name}]")
    assert response.output_format == said
    assert loader_of(contents(response)[0]) == loader


async def test_a_picture_may_be_of_210_megapixels(client: AsyncOpenAI) -> None:
    [content] = contents(await generate(client, "[scenario:huge]"))
    picture = pyvips.Image.new_from_buffer(content, "")
    assert picture.width * picture.height == 210_250_000
