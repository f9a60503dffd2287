"""How the tests here speak to the stand-in: through OpenAI's own client."""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
import pyvips
from openai import AsyncOpenAI
from openai.types import ImagesResponse

from . import Call, RunningUpstream
from .pictures import Form, Painter

KEY = "sk-test-of-the-stand-in-1234"
SMALL_PAINTER = Painter(5_000)


async def generate(client: AsyncOpenAI, prompt: str = "a cat", **more: Any) -> ImagesResponse:
    response: ImagesResponse = await client.images.generate(prompt=prompt, model="gpt-image-2", **more)
    return response


async def edit(client: AsyncOpenAI, image: Any, prompt: str = "a hat", **more: Any) -> ImagesResponse:
    response: ImagesResponse = await client.images.edit(
        image=image, prompt=prompt, model="gpt-image-2", **more
    )
    return response


def file_of(form: Form, name: str = "cat.png") -> tuple[str, bytes, str]:
    """A picture to start from, as the client takes it."""
    return name, SMALL_PAINTER.original(form).content, f"image/{form.format}"


async def generate_raw(client: AsyncOpenAI, prompt: str) -> httpx2.Response:
    """Past the client's reading of the answer."""
    response = await client.images.with_raw_response.generate(prompt=prompt)
    return response.http_response


def contents(response: ImagesResponse) -> list[bytes]:
    return [base64.b64decode(image.b64_json or "", validate=True) for image in response.data or []]


def hashes(pictures: list[bytes]) -> tuple[str, ...]:
    return tuple(hashlib.sha256(picture).hexdigest() for picture in pictures)


def only_call(upstream: RunningUpstream) -> Call:
    [call] = upstream.ledger()
    return call


async def eventually(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("It did not happen within five seconds.")


def answers(base_url: str) -> bool:
    try:
        httpx2.get(base_url, trust_env=False)
    except httpx2.TransportError:
        return False
    return True


def loader_of(content: bytes) -> str:
    loader: str = pyvips.Image.new_from_buffer(content, "").get("vips-loader")
    return loader
