from collections.abc import Iterator

import httpx2
import pytest

from tests.upstream import RunningUpstream

from .service import RunningService, running_service


@pytest.fixture(scope="package")
def shared_service(
    tmp_path_factory: pytest.TempPathFactory, shared_upstream: RunningUpstream
) -> Iterator[RunningService]:
    """One server for all that leave it as it was; `sketch` draws, OpenAI's models are the stand-in's."""
    environment = openai_at(shared_upstream) | {"PIXYPROXY_DEFAULT_MODEL": "sketch"}
    with running_service(tmp_path_factory.mktemp("service"), environment) as service:
        yield service


@pytest.fixture
def service(shared_service: RunningService, upstream: RunningUpstream) -> RunningService:
    _ = upstream  # with an empty ledger
    return shared_service


@pytest.fixture
def admin(service: RunningService) -> Iterator[httpx2.Client]:
    with service.client() as client:
        yield client


def openai_at(upstream: RunningUpstream) -> dict[str, str]:
    return {"OPENAI_API_KEY": "sk-test-of-the-live-server", "OPENAI_BASE_URL": upstream.base_url}
