from collections.abc import Iterator

import httpx2
import pytest
from openai import OpenAI

from tests.live.conftest import openai_at
from tests.live.service import ADMIN_KEY, RunningService, running_service
from tests.upstream import RunningUpstream


@pytest.fixture(scope="package")
def sketch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The service as it is out of the box."""
    with running_service(tmp_path_factory.mktemp("sketch")) as service:
        yield service


@pytest.fixture(scope="package")
def shared_gateway(
    tmp_path_factory: pytest.TempPathFactory, shared_upstream: RunningUpstream
) -> Iterator[RunningService]:
    with running_service(tmp_path_factory.mktemp("gateway"), openai_at(shared_upstream)) as service:
        yield service


@pytest.fixture
def gateway(shared_gateway: RunningService, upstream: RunningUpstream) -> RunningService:
    """The service before a provider, which has an empty ledger."""
    _ = upstream
    return shared_gateway


@pytest.fixture
def _failing(gateway: RunningService, upstream: RunningUpstream) -> Iterator[None]:
    """A success lets the service forget failures: after five it would leave the provider in peace."""
    yield
    upstream.reset()
    with gateway.client() as client:
        client.post("/image", json={"prompt": "all is well"}).raise_for_status()


@pytest.fixture(scope="package")
def sketching(sketch: RunningService) -> Iterator[OpenAI]:
    with client_of(sketch) as client:
        yield client


@pytest.fixture(scope="package")
def shared_client(shared_gateway: RunningService) -> Iterator[OpenAI]:
    with client_of(shared_gateway) as client:
        yield client


@pytest.fixture
def client(shared_client: OpenAI, gateway: RunningService) -> OpenAI:
    _ = gateway
    return shared_client


@pytest.fixture
def stranger() -> Iterator[httpx2.Client]:
    """Somebody without a key."""
    with httpx2.Client(trust_env=False) as client:
        yield client


def client_of(service: RunningService) -> OpenAI:
    """Everything as the SDK has it, but for the address and the key."""
    return OpenAI(base_url=f"{service.url}/v1", api_key=ADMIN_KEY)
