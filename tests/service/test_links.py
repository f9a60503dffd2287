"""Links that open one picture for a time: whoever has one sees it, and nobody can make another of it."""

import time
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

import pytest

from pixyproxy.app import open_services
from pixyproxy.core.exceptions import Forbidden, ImageNotFound
from pixyproxy.core.models import Image
from pixyproxy.core.picture_requests import LONGEST_LINK_S
from pixyproxy.service.links import LASTS_S, Links, SignedLink
from pixyproxy.service.services import Services
from pixyproxy.settings import Settings
from tests.service.scenery import ALICE, PNG, shelve

GUID, OTHER = "01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11", "01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e12"
SMALL = [("width", "256"), ("format", "webp")]


@pytest.fixture
async def replica(environment: dict[str, str]) -> AsyncIterator[Services]:
    """Another service over the same database."""
    services = await open_services(Settings.from_environment(environment))
    yield services
    await services.close()


@pytest.fixture
def ours(services: Services) -> Links:
    return services.links


def read_back(query: str) -> SignedLink:
    link = SignedLink.in_query(parse_qsl(query, strict_parsing=True))
    assert link is not None
    return link


def set_clock(monkeypatch: pytest.MonkeyPatch, at: float) -> None:
    monkeypatch.setattr("pixyproxy.service.links.time.time", lambda: at)


def let_the_known_be_old(monkeypatch: pytest.MonkeyPatch, *every: Links) -> None:
    for links in every:
        monkeypatch.setattr(links, "_read_at", float("-inf"))


async def assert_refused(links: Links, guid: str, link: SignedLink) -> None:
    with pytest.raises(Forbidden):
        await links.check(guid, link)


async def test_a_link_lasts_an_hour_unless_another_time_is_asked_for(ours: Links) -> None:
    now = time.time()
    assert int(read_back((await ours.signed(GUID)).query).expires) == pytest.approx(now + LASTS_S, abs=5)
    assert int(read_back((await ours.signed(GUID, 60)).query).expires) == pytest.approx(now + 60, abs=5)
    assert LASTS_S == 3600


async def test_it_is_valid_until_its_time_and_not_longer(
    ours: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, 1_000_000)
    link = read_back((await ours.signed(GUID, 60)).query)
    for at, left in ((1_000_000, 60), (1_000_059.5, 1), (1_000_060, 0)):
        set_clock(monkeypatch, at)
        await ours.check(GUID, link)
        assert link.left_s == left
    set_clock(monkeypatch, 1_000_060.001)
    await assert_refused(ours, GUID, link)


@pytest.mark.parametrize("wanted", [[], SMALL])
async def test_none_of_it_may_be_altered(ours: Links, wanted: list[tuple[str, str]]) -> None:
    said = parse_qsl((await ours.signed(GUID, wanted=wanted)).query)
    link = read_back((await ours.signed(GUID, wanted=wanted)).query)
    await ours.check(GUID, link)
    for guid in (OTHER, GUID.upper(), ""):
        await assert_refused(ours, guid, link)
    expires, signature = dict(said)["expires"], dict(said)["signature"]
    altered = [
        {"expires": str(int(expires) + 1)},
        {"expires": str(int(expires) - 1)},
        {"expires": f"-{expires}"},
        {"expires": f"0{expires}"},
        {"expires": f"+{expires}"},
        {"expires": str(10**30)},
        {"expires": "no number"},
        {"expires": ""},
        {"signature": ""},
        {"signature": signature[:-1]},
        {"signature": signature + "0"},
        {"signature": signature.upper()},
        {"signature": f" {signature}"},
        {"signature": "é" * len(signature)},
        {"signature": signature[:-1] + "\N{FULLWIDTH DIGIT ONE}"},
        {"kid": "1"},
        {"kid": ""},
        {"kid": "links/0"},
        {"kid": "9" * 5000},
        {"width": "257"},
        {"width": "0256"},
        {"height": "256"},
        {"format": "png"},
        {"quality": "1"},
        {"fit": "cover"},
        {"download": "true"},
    ]
    for change in altered:
        changed = SignedLink.in_query({**dict(said), **change}.items())
        assert changed is not None
        await assert_refused(ours, GUID, changed)


async def test_what_is_wanted_may_be_neither_left_out_nor_said_twice_nor_turned_round(ours: Links) -> None:
    said = parse_qsl((await ours.signed(GUID, wanted=SMALL)).query)
    for others in (said[1:], said[:1] + said[2:], [*said, said[0]], [("width", "64"), *said], said[::-1]):
        await assert_refused(ours, GUID, SignedLink.in_query(others) or pytest.fail("no link"))


async def test_what_others_add_to_an_address_does_no_harm(ours: Links) -> None:
    said = [*parse_qsl((await ours.signed(GUID, wanted=SMALL)).query), ("utm_source", "a letter")]
    await ours.check(GUID, SignedLink.in_query(said) or pytest.fail("no link"))


async def test_what_is_wanted_cannot_slip_into_another_part_of_the_link(ours: Links) -> None:
    """Each part stands where it cannot be taken for the next."""
    link = read_back((await ours.signed(GUID, wanted=[("width", "1")])).query)
    for between in (" ", "&", "%26"):
        slipped = SignedLink(f"{link.expires}{between}width=1", link.signature, link.kid, "")
        await assert_refused(ours, GUID, slipped)


@pytest.mark.parametrize("query", ["", "width=256", "kid=0", "download=1"])
def test_without_time_and_signature_it_is_no_link(query: str) -> None:
    assert SignedLink.in_query(parse_qsl(query)) is None


async def opened(services: Services, image: Image, query: str) -> bytes:
    images = await services.through_link(image.guid, read_back(query))
    return await images.content_of(image.guid)


async def test_it_opens_a_private_image_for_whoever_has_it_and_no_other(services: Services) -> None:
    image, other = await shelve(services), await shelve(services)
    query = (await services.links.signed(image.guid)).query
    assert await opened(services, image, query) == PNG
    with pytest.raises(Forbidden):
        await opened(services, other, query)
    with pytest.raises(ImageNotFound):
        await services.public().get(image.guid)


async def test_a_link_whose_time_is_over_opens_nothing(services: Services) -> None:
    image = await shelve(services)
    with pytest.raises(Forbidden):
        await opened(services, image, (await services.links.signed(image.guid, -1)).query)


async def test_a_link_does_not_outlive_its_image(services: Services) -> None:
    image = await shelve(services)
    query = (await services.links.signed(image.guid)).query
    await services.private(ALICE).delete(image.guid)
    with pytest.raises(ImageNotFound):
        await opened(services, image, query)


async def test_a_link_of_one_service_is_good_for_all_over_its_database(
    services: Services, replica: Services
) -> None:
    image = await shelve(services)
    assert await opened(replica, image, (await services.links.signed(image.guid)).query) == PNG
    assert await opened(services, image, (await replica.links.signed(image.guid)).query) == PNG


async def test_a_new_secret_signs_from_then_on_and_the_links_before_it_stay_good(
    services: Services, replica: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = await shelve(services)
    queries = [(await services.links.signed(image.guid)).query]
    for _ in range(3):
        await services.links.rotate(keep_earlier=True)
        queries.append((await services.links.signed(image.guid)).query)
    assert len({read_back(query).kid for query in queries}) == 4
    let_the_known_be_old(monkeypatch, replica.links)
    for query in queries:
        assert await opened(services, image, query) == await opened(replica, image, query) == PNG
    assert read_back((await replica.links.signed(image.guid)).query).kid == read_back(queries[-1]).kid


async def test_a_replica_that_has_not_heard_of_the_secret_asks_for_it(
    services: Services, replica: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not wait until it would ask anyway."""
    image = await shelve(services)
    await opened(replica, image, (await services.links.signed(image.guid)).query)
    await services.links.rotate(keep_earlier=True)
    query = (await services.links.signed(image.guid)).query
    monkeypatch.setattr(replica.links, "_read_at", replica.links._read_at - 1)
    assert await opened(replica, image, query) == PNG


async def test_revoking_ends_all_links_there_are_and_none_that_come(
    services: Services, replica: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = await shelve(services)
    before = [(await services.links.signed(image.guid)).query]
    await services.links.rotate(keep_earlier=True)
    before.append((await services.links.signed(image.guid)).query)
    await services.links.rotate(keep_earlier=False)
    let_the_known_be_old(monkeypatch, replica.links)
    for query in before:
        for each in (services, replica):
            with pytest.raises(Forbidden):
                await opened(each, image, query)
    assert await opened(replica, image, (await services.links.signed(image.guid)).query) == PNG


async def test_a_secret_goes_when_the_last_link_it_may_have_signed_is_over(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    links, secrets, now = services.links, services.library.secrets, int(time.time())
    await links.signed(GUID, LONGEST_LINK_S)
    for later, is_kept in ((0, True), (LONGEST_LINK_S - 60, True), (LONGEST_LINK_S + 61, False)):
        set_clock(monkeypatch, now + later)
        await links.rotate(keep_earlier=True)
        assert ("links" in await secrets.all_of("links")) is is_kept


async def test_the_database_is_asked_once_for_many_links(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    read = services.links._read

    async def counted() -> dict[str, str]:
        nonlocal asked
        asked += 1
        return await read()

    monkeypatch.setattr(services.links, "_read", counted)
    link = read_back((await services.links.signed(GUID)).query)
    for kid in range(200):
        await services.links.check(GUID, link)
        await assert_refused(services.links, GUID, SignedLink(link.expires, link.signature, f"{kid}9", ""))
    assert asked <= 2
