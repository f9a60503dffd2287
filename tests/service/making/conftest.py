from collections.abc import AsyncIterator

import pytest

from pixyproxy.app import open_services
from pixyproxy.service.making import calls, recovery, settling, watching
from pixyproxy.service.services import Services
from pixyproxy.settings import Settings


@pytest.fixture
async def parts(environment: dict[str, str], library_url: str) -> AsyncIterator[Services]:
    """Library, store and spool, with no worker at work."""
    assert environment["PIXYPROXY_DATABASE_URL"] == library_url
    services = await open_services(Settings.from_environment(environment))
    yield services
    await services.close()


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds in service takes moments here."""
    monkeypatch.setattr(calls, "_PAUSES_S", (0.01, 0.02))
    monkeypatch.setattr(settling, "_FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(settling, "_LONGEST_PAUSE_S", 0.05)
    monkeypatch.setattr(watching, "_POLL_S", 0.02)
    monkeypatch.setattr(recovery, "_POLL_S", 0.05)
    monkeypatch.setattr(recovery, "_SWEEP_S", 0.1)
