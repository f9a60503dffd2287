from collections.abc import AsyncIterator, Iterator

import pytest
from openai import AsyncOpenAI

from . import RunningUpstream, running_upstream
from .driving import KEY


@pytest.fixture(scope="package")
def started() -> Iterator[RunningUpstream]:
    with running_upstream() as upstream:
        yield upstream


@pytest.fixture
def upstream(started: RunningUpstream) -> RunningUpstream:
    started.reset()
    return started


@pytest.fixture
async def client(upstream: RunningUpstream) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=upstream.base_url, api_key=KEY, max_retries=0, timeout=5) as client:
        yield client
