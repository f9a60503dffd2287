"""Links that open one picture for a time: whoever has one sees it, and nobody can make another of it."""

import time
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import pytest

from pixyproxy.app import open_services
from pixyproxy.core.exceptions import Forbidden, ImageNotFound
from pixyproxy.core.models import Image
from pixyproxy.service.links import LASTS_S, Links
from pixyproxy.service.services import Services
from pixyproxy.settings import Settings
from tests.service.scenery import ALICE, PNG, shelve

GUID, OTHER = "01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11", "01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e12"
OURS = Links("a secret")


@pytest.fixture
async def replica(environment: dict[str, str]) -> AsyncIterator[Services]:
    """Another service over the same database."""
    services = await open_services(Settings.from_environment(environment))
    yield services
    await services.close()


def read_back(query: str) -> tuple[str, str]:
    fields = parse_qs(query, strict_parsing=True)
    assert set(fields) == {"expires", "signature"}
    return fields["expires"][0], fields["signature"][0]


def set_clock(monkeypatch: pytest.MonkeyPatch, at: float) -> None:
    monkeypatch.setattr("pixyproxy.service.links.time.time", lambda: at)


def test_a_link_lasts_an_hour_unless_another_time_is_asked_for() -> None:
    now = time.time()
    assert int(read_back(OURS.signed(GUID))[0]) == pytest.approx(now + LASTS_S, abs=5)
    assert int(read_back(OURS.signed(GUID, 60))[0]) == pytest.approx(now + 60, abs=5)
    assert LASTS_S == 3600


def test_it_is_valid_until_its_time_and_not_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, 1_000_000)
    expires, signature = read_back(OURS.signed(GUID, 60))
    for at in (1_000_000, 1_000_060):
        set_clock(monkeypatch, at)
        OURS.check(GUID, expires, signature)
    set_clock(monkeypatch, 1_000_060.001)
    with pytest.raises(Forbidden):
        OURS.check(GUID, expires, signature)


def test_none_of_it_may_be_altered() -> None:
    expires, signature = read_back(OURS.signed(GUID))
    OURS.check(GUID, expires, signature)
    altered = [
        (OTHER, expires, signature),
        (GUID.upper(), expires, signature),
        ("", expires, signature),
        (GUID, str(int(expires) + 1), signature),
        (GUID, str(int(expires) - 1), signature),
        (GUID, f"-{expires}", signature),
        (GUID, f"0{expires}", signature),
        (GUID, f"+{expires}", signature),
        (GUID, str(10**30), signature),
        (GUID, "no number", signature),
        (GUID, expires, ""),
        (GUID, expires, signature[:-1]),
        (GUID, expires, signature + "0"),
        (GUID, expires, signature.upper()),
        (GUID, expires, f" {signature}"),
        (GUID, expires, "é" * len(signature)),
        (GUID, expires, signature[:-1] + "\N{FULLWIDTH DIGIT ONE}"),
    ]
    for guid, until, text in altered:
        with pytest.raises(Forbidden):
            OURS.check(guid, until, text)


def test_what_another_secret_has_signed_is_refused() -> None:
    expires, signature = read_back(Links("another secret").signed(GUID))
    with pytest.raises(Forbidden):
        OURS.check(GUID, expires, signature)


async def opened(services: Services, image: Image, query: str) -> bytes:
    expires, signature = read_back(query)
    return await services.through_link(image.guid, expires, signature).content_of(image.guid)


async def test_it_opens_a_private_image_for_whoever_has_it_and_no_other(services: Services) -> None:
    image, other = await shelve(services), await shelve(services)
    query = services.links.signed(image.guid)
    assert await opened(services, image, query) == PNG
    with pytest.raises(Forbidden):
        await opened(services, other, query)
    with pytest.raises(ImageNotFound):
        await services.public().get(image.guid)


async def test_a_link_whose_time_is_over_opens_nothing(services: Services) -> None:
    image = await shelve(services)
    with pytest.raises(Forbidden):
        await opened(services, image, services.links.signed(image.guid, -1))


async def test_a_link_does_not_outlive_its_image(services: Services) -> None:
    image = await shelve(services)
    query = services.links.signed(image.guid)
    await services.private(ALICE).delete(image.guid)
    with pytest.raises(ImageNotFound):
        await opened(services, image, query)


async def test_a_link_of_one_service_is_good_for_all_over_its_database(
    services: Services, replica: Services
) -> None:
    image = await shelve(services)
    assert await opened(replica, image, services.links.signed(image.guid)) == PNG
    assert await opened(services, image, replica.links.signed(image.guid)) == PNG
