"""The service as it is with an OpenAI key, calling the stand-in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from pixyproxy.service.generators.generator import PictureRequest
from pixyproxy.service.generators.openai import OpenAIImages
from pixyproxy.service.services import Services
from tests.conftest import ADMIN_KEY, running_app
from tests.service.scenery import with_generator

OPENAI_KEY = "sk-test-of-pixyproxy-5678"
CAT = PictureRequest("a cat", "gpt-image-2")


@asynccontextmanager
async def app_calling(base_url: str, folder: Path, deadline_s: float | None = None) -> AsyncIterator[FastAPI]:
    """On SQLite; with a deadline of its own where a test lets the provider be silent."""
    environment = {
        "PIXYPROXY_DATA_DIR": str(folder),
        "PIXYPROXY_ADMIN_KEY": ADMIN_KEY,
        "OPENAI_API_KEY": OPENAI_KEY,
        "OPENAI_BASE_URL": base_url,
    }
    async with running_app(environment) as app:
        if deadline_s is not None:
            services: Services = app.state.services
            app.state.services = with_generator(services, OpenAIImages(OPENAI_KEY, base_url, deadline_s))
        yield app


@asynccontextmanager
async def generator_calling(base_url: str, deadline_s: float = 30) -> AsyncIterator[OpenAIImages]:
    generator = OpenAIImages(OPENAI_KEY, base_url, deadline_s)
    yield generator
    await generator.close()
