from collections.abc import Awaitable, Callable

import pytest

from pixyproxy.core.models import Caller
from pixyproxy.service.services import Services
from tests.conftest import Client


@pytest.fixture
async def alice(key_holder: Callable[[str], Awaitable[Client]]) -> Client:
    return await key_holder("Alice")


@pytest.fixture
async def bob(key_holder: Callable[[str], Awaitable[Client]]) -> Client:
    return await key_holder("Bob")


@pytest.fixture
async def as_alice(alice: Client, services: Services) -> Caller:
    """Whom the service takes Alice's key for: the owner of what is shelved for her."""
    return await services.keys.recognise(alice.headers["authorization"].removeprefix("Bearer "))
