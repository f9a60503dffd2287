"""What was acknowledged is there, whatever happens on the way; what is not right is never taken for it.

A thousand puts: `make storage`.
"""

import secrets
from collections.abc import AsyncIterator
from typing import TypeVar

import pytest

from pixyproxy.core.exceptions import BytesMissing, PixyProxyException, StorageFull, Unavailable
from pixyproxy.data.s3.bucket import PART_BYTES
from pixyproxy.data.s3.location import Patience
from pixyproxy.data.s3.store import S3Store
from tests.contracts.stores import s3_store
from tests.storage.failing import at_once, failing
from tests.storage.faulty_network import Fault, FaultyNetwork, faulty_network, first, now_and_then
from tools.s3_server import S3Server

HASTY = Patience(connect_s=1, read_s=0.6, request_s=20, tries=3, pause_s=0.01)
CONTENT = secrets.token_bytes(300_000)
PUTS = 100
T = TypeVar("T")


@pytest.fixture
async def network(s3: S3Server) -> AsyncIterator[FaultyNetwork]:
    async with faulty_network(s3.address.endpoint) as network:
        yield network


@pytest.fixture
def prefix() -> str:
    return secrets.token_hex(8)


@pytest.fixture
async def store(s3: S3Server, network: FaultyNetwork, prefix: str) -> AsyncIterator[S3Store]:
    """On the other side of the failing network."""
    store = s3_store(s3, prefix, endpoint=network.endpoint, patience=HASTY)
    yield store
    await store.close()


@pytest.fixture
async def beside(s3: S3Server, prefix: str) -> AsyncIterator[S3Store]:
    """The same objects, seen without the network."""
    beside = s3_store(s3, prefix)
    yield beside
    await beside.close()


async def read(store: S3Store, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.read(key, start, end)])


async def found(store: S3Store, key: str) -> bytes | None:
    try:
        return await read(store, key)
    except BytesMissing:
        return None


PASSING = [
    *[Fault.ERROR, Fault.SLOW_DOWN, Fault.CUT_BEFORE, Fault.CUT_IN_REQUEST, Fault.CUT_AFTER],
    *[Fault.CUT_IN_ANSWER, Fault.STALL, Fault.FLIP_STORED],
]


@pytest.mark.parametrize("fault", PASSING)
async def test_a_put_is_tried_again_until_it_is_done(
    store: S3Store, beside: S3Store, network: FaultyNetwork, fault: Fault
) -> None:
    network.choose = first(2, fault, "PUT")
    await store.put("ab/picture.png", CONTENT)
    assert network.happened == {fault: 2}
    assert await read(beside, "ab/picture.png") == CONTENT


@pytest.mark.parametrize("fault", PASSING)
async def test_a_put_that_fails_every_time_is_unavailable_and_leaves_nothing_wrong(
    store: S3Store, beside: S3Store, network: FaultyNetwork, fault: Fault
) -> None:
    network.choose = first(100, fault, "PUT")
    with pytest.raises(Unavailable) as refusal:
        await store.put("ab/picture.png", CONTENT)
    assert refusal.value.retry_after_s == 5
    assert refusal.value.__cause__
    assert network.happened == {fault: HASTY.tries}
    assert await found(beside, "ab/picture.png") in {None, CONTENT}


async def test_a_store_that_is_full_is_not_asked_again(store: S3Store, network: FaultyNetwork) -> None:
    network.choose = first(100, Fault.FULL, "PUT")
    with pytest.raises(StorageFull) as refusal:
        await store.put("ab/picture.png", CONTENT)
    assert refusal.value.retry_after_s
    assert network.happened == {Fault.FULL: 1}


async def test_another_etag_is_believed_when_the_bytes_are_those_that_were_sent(
    store: S3Store, network: FaultyNetwork
) -> None:
    network.choose = first(1, Fault.LIE, "PUT")
    await store.put("ab/picture.png", CONTENT)
    assert [request.method for request in network.requests] == ["PUT", "GET"]
    assert await read(store, "ab/picture.png") == CONTENT


async def test_other_bytes_than_were_sent_are_removed_before_the_next_try(
    store: S3Store, beside: S3Store, network: FaultyNetwork
) -> None:
    network.choose = first(1, Fault.FLIP_STORED, "PUT")
    await store.put("ab/picture.png", CONTENT)
    assert [request.method for request in network.requests] == ["PUT", "GET", "DELETE", "PUT"]
    assert await read(beside, "ab/picture.png") == CONTENT


IN_READING = [Fault.CUT_IN_ANSWER, Fault.ENDED_IN_ANSWER, Fault.CUT_AFTER, Fault.STALL, Fault.FLIP_READ]


@pytest.mark.parametrize("fault", IN_READING)
async def test_what_is_read_is_all_of_it_or_an_error(
    store: S3Store, beside: S3Store, network: FaultyNetwork, fault: Fault
) -> None:
    await beside.put("ab/picture.png", CONTENT)
    network.choose = first(100, fault, "GET")
    with pytest.raises(Unavailable):
        await read(store, "ab/picture.png")
    if fault is not Fault.FLIP_READ:  # of a part there is no ETag
        with pytest.raises(Unavailable):
            await read(store, "ab/picture.png", 1000, 200_000)
    network.choose = first(1, fault, "GET")
    try:
        assert await read(store, "ab/picture.png") == CONTENT
    except Unavailable:
        assert fault is Fault.FLIP_READ


async def big() -> AsyncIterator[bytes]:
    for n in range(2 * PART_BYTES // len(CONTENT) + 2):
        yield bytes([n]) + CONTENT


async def test_what_is_put_in_parts_is_right_or_not_there(
    store: S3Store, beside: S3Store, network: FaultyNetwork
) -> None:
    expected = b"".join([piece async for piece in big()])
    network.choose = first(1, Fault.CUT_AFTER, "PUT")
    await store.put("ab/export.zip", big())
    assert await read(beside, "ab/export.zip") == expected
    assert not [request for request in network.requests if request.method == "GET"], "its ETag is believed"
    network.choose = first(100, Fault.CUT_IN_REQUEST, "PUT")
    with pytest.raises(Unavailable):
        await store.put("ab/another.zip", big())
    assert await beside.size_of("ab/another.zip") is None


async def test_at_ten_percent_of_faults_nothing_that_was_acknowledged_is_lost(
    store: S3Store, beside: S3Store, network: FaultyNetwork
) -> None:
    came = await failing(store, beside, network, PUTS)
    assert sum(came.faults.values()) > PUTS // 20
    assert (came.lost, came.strange, came.read_wrong) == ([], [], [])
    assert came.refused <= came.reads // 3


async def test_what_was_not_acknowledged_is_not_there_or_is_right(
    store: S3Store, beside: S3Store, network: FaultyNetwork
) -> None:
    network.choose = lambda request: chosen(request) if request.method == "PUT" else None
    chosen = now_and_then(0.75, seed=11)
    contents = {f"2026/{n:04}.png": secrets.token_bytes(2000) for n in range(40)}
    refused = await at_once(lambda key: put_once(store, key, contents[key]), contents)
    assert any(refused)
    for key, content in contents.items():
        assert await found(beside, key) in {None, content}


async def put_once(store: S3Store, key: str, content: bytes) -> bool:
    try:
        await store.put(key, content)
    except PixyProxyException:
        return True
    return False
