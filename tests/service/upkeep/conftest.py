from collections.abc import AsyncIterator

import pytest

from pixyproxy.app import open_services
from pixyproxy.service.services import Services
from pixyproxy.settings import Settings


@pytest.fixture
async def services(environment: dict[str, str], library_url: str) -> AsyncIterator[Services]:
    """A library and a store of which nobody takes anything up."""
    assert environment["PIXYPROXY_DATABASE_URL"] == library_url
    services = await open_services(Settings.from_environment({**environment, "PIXYPROXY_RESERVE_MB": "0"}))
    yield services
    await services.close()
