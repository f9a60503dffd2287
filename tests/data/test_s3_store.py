"""What is S3's own: what is refused and how it is told, what a browser may do with an object, and links."""

import asyncio
import base64
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from pixyproxy.core.exceptions import BytesMissing, StorageFull, Unavailable
from pixyproxy.data.s3.bucket import Opened, S3Bucket, all_of, md5_of
from pixyproxy.data.s3.errors import S3Error, errors_translated
from pixyproxy.data.s3.location import Patience, S3Location, S3Options
from pixyproxy.data.s3.store import S3Store
from tests.conftest import LISTED_AT_ONCE
from tests.contracts.stores import s3_store
from tests.storage.faulty_network import faulty_network
from tools.s3_server import S3Server

HASTY = Patience(connect_s=1, read_s=1, request_s=5, tries=2, pause_s=0.01)


@pytest.fixture
def prefix() -> str:
    return f"deep/{secrets.token_hex(8)}"


@pytest.fixture
async def store(s3: S3Server, prefix: str) -> AsyncIterator[S3Store]:
    store = s3_store(s3, prefix)
    yield store
    await store.close()


async def read(store: S3Store, key: str) -> bytes:
    return b"".join([chunk async for chunk in store.read(key)])


async def assert_unavailable(store: S3Store, code: str | None = None) -> None:
    """Whatever is asked of it; and nothing is taken for missing."""
    questions = [
        store.check(),
        store.put("ab/picture.png", b"x"),
        read(store, "ab/picture.png"),
        store.size_of("ab/picture.png"),
        store.check_whole("ab/picture.png", 1),
        store.delete("ab/picture.png"),
        listed(store),
    ]
    for question in questions:
        with pytest.raises(Unavailable) as refusal:
            await question
        assert refusal.value.retry_after_s == 5
        assert isinstance(refusal.value.__cause__, S3Error)
        assert code is None or refusal.value.__cause__.code in {code, None}
    await store.close()


async def listed(store: S3Store) -> list[str]:
    return [each.key async for each in store.list_()]


async def test_wrong_credentials_are_unavailable_and_the_log_learns_what_was_said(s3: S3Server) -> None:
    store = s3_store(s3, "", secret="not the secret")
    with pytest.raises(Unavailable) as refusal:
        await store.check()
    await assert_unavailable(store, "SignatureDoesNotMatch")
    assert refusal.value.origin == "S3Error status_code=403 code=SignatureDoesNotMatch"


async def test_a_bucket_that_is_not_there_is_unavailable_and_its_objects_are_not_missing(
    s3: S3Server,
) -> None:
    address = s3.address
    options = S3Options(address.endpoint, address.region, address.access_key_id, address.secret_access_key)
    await assert_unavailable(S3Store(S3Location("no-such-bucket"), options), "NoSuchBucket")


async def test_a_store_that_cannot_be_reached_is_unavailable(s3: S3Server) -> None:
    await assert_unavailable(s3_store(s3, "", endpoint="http://127.0.0.1:9", patience=HASTY))


async def test_what_a_store_says_when_it_is_full_is_storage_full_in_a_put_alone() -> None:
    for error in [
        S3Error("PUT", 507),
        S3Error("PUT", 413, "EntityTooLarge"),
        S3Error("PUT", 403, "QuotaExceeded"),
    ]:
        with pytest.raises(StorageFull), errors_translated(in_put=True):
            raise error
        with pytest.raises(Unavailable), errors_translated():
            raise error
    with pytest.raises(Unavailable), errors_translated(in_put=True):
        raise S3Error("PUT", 404, "NoSuchKey")


async def test_no_secret_is_in_what_is_told_of_a_failure(s3: S3Server) -> None:
    store = s3_store(s3, "", secret="open-sesame", endpoint="http://127.0.0.1:9", patience=HASTY)
    for question in (store.check(), store.size_of("a"), store.delete("a")):
        with pytest.raises(Unavailable) as refusal:
            await question
        cause = refusal.value.__cause__
        assert "open-sesame" not in f"{cause} {cause.__cause__ if cause else ''}"
        assert "Signature" not in f"{cause}"
    assert "open-sesame" not in repr(S3Options(secret_access_key="open-sesame", session_token="open-sesame"))
    await store.close()


async def test_one_prefix_does_not_see_what_is_in_another(s3: S3Server, store: S3Store, prefix: str) -> None:
    inner, neighbour = s3_store(s3, f"{prefix}/inner"), s3_store(s3, f"{prefix}-2")
    await asyncio.gather(store.put("a", b"1"), inner.put("a", b"22"), neighbour.put("a", b"333"))
    assert await listed(inner) == await listed(neighbour) == ["a"]
    assert await listed(store) == ["a", "inner/a"]
    assert [await read(each, "a") for each in (store, inner, neighbour)] == [b"1", b"22", b"333"]
    await inner.delete("a")
    assert await listed(store) == ["a"]
    assert await listed(neighbour) == ["a"]
    await inner.close()
    await neighbour.close()


async def test_the_md5_of_what_is_put_is_sent_and_a_wrong_one_is_refused(s3: S3Server, prefix: str) -> None:
    content = secrets.token_bytes(1000)
    async with faulty_network(s3.address.endpoint) as network:
        store = s3_store(s3, prefix, endpoint=network.endpoint)
        await store.put("ab/picture.png", content)
        await store.close()
    [request] = network.requests
    assert request.header("Content-MD5") == base64.b64encode(md5_of(content)).decode()
    options = S3Options(
        s3.address.endpoint, s3.address.region, s3.address.access_key_id, s3.address.secret_access_key
    )
    bucket = S3Bucket(S3Location(s3.address.bucket, prefix), options, Patience())
    with pytest.raises(S3Error) as refusal:
        await bucket.put("ab/another.png", content, md5_of(b"something else"))
    assert (refusal.value.status_code, refusal.value.code) == (400, "BadDigest")
    assert refusal.value.is_passing
    with pytest.raises(S3Error, match="NoSuchKey"):
        await bucket.size_of("ab/another.png")
    await bucket.close()


KINDS = [
    ("picture.png", "image/png", None),
    ("picture.webp", "image/webp", None),
    ("drawing.svg", "image/svg+xml", "attachment"),
    ("answer.quarantined", "application/octet-stream", None),
    ("nothing", "application/octet-stream", None),
    ("a.svg/b", "application/octet-stream", None),
]


@pytest.mark.parametrize(("key", "media_type", "disposition"), KINDS)
async def test_a_link_says_what_it_is_and_lets_no_drawing_run_scripts(
    store: S3Store, key: str, media_type: str, disposition: str | None
) -> None:
    await store.put(f"ab/{key}", b"<svg/>")
    async with httpx2.AsyncClient() as client:
        answer = await client.get(await store.link_to(f"ab/{key}", 60))
    assert answer.content == b"<svg/>"
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.headers.get("content-disposition") == disposition


async def test_a_link_ends_after_its_time_and_lasts_five_minutes_at_most(store: S3Store) -> None:
    await store.put("ab/picture.png", b"x")
    for asked, given in [(1, 1), (300, 300), (301, 300), (86_400, 300), (0, 1)]:
        link = httpx2.URL(await store.link_to("ab/picture.png", asked))
        assert link.params["X-Amz-Expires"] == str(given)
    link = httpx2.URL(await store.link_to("ab/picture.png", 1))
    await asyncio.sleep(2.1)
    async with httpx2.AsyncClient() as client:
        assert (await client.get(link)).status_code == 403
        other = str(link).replace("picture.png", "another.png")
        assert (await client.get(other)).status_code == 403
        assert (await client.put(await store.link_to("ab/picture.png", 60), content=b"y")).status_code == 403
    with pytest.raises(BytesMissing):
        await store.link_to("../picture.png", 60)


async def test_what_a_check_has_left_is_unfinished_and_no_object(
    s3: S3Server, store: S3Store, prefix: str
) -> None:
    outer = s3_store(s3, prefix.partition("/")[0])
    left = f"{prefix.partition('/')[2]}/.checks/0123456789abcdef"
    await outer.put(left, bytes(16))
    assert await listed(store) == []
    [probe] = [each async for each in store.unfinished()]
    assert (probe.key, probe.size_bytes) == (".checks/0123456789abcdef", 16)
    await store.delete(probe.key)
    assert [each async for each in store.unfinished()] == []
    await outer.close()


async def test_a_list_of_many_pages_is_whole_and_goes_on_where_it_is_told(
    s3: S3Server, store: S3Store, prefix: str
) -> None:
    """S3 lists a thousand at once; ours is told to list fewer."""
    keys = [f"2026/{n:04}" for n in range(2 * LISTED_AT_ONCE + 5)]
    await asyncio.gather(*(store.put(key, b"") for key in keys))
    assert await listed(store) == keys
    async with faulty_network(s3.address.endpoint) as network:
        other = s3_store(s3, prefix, endpoint=network.endpoint)
        assert [each.key async for each in other.list_(keys[-3])] == keys[-2:]
        pages = [request for request in network.requests if b"list-type=2" in request.head]
        assert len(pages) == 1, "none of the pages before"
        await other.close()


@pytest.mark.parametrize("size", [4, 6])
async def test_more_or_less_than_was_announced_is_an_error(size: int) -> None:
    """Whatever the client library makes of it."""

    async def sent() -> AsyncIterator[bytes]:
        yield b"ab"
        yield b"cdef"[: size - 2]

    with pytest.raises(S3Error, match="1 bytes too"):
        assert b"".join([piece async for piece in all_of("key", sent(), 5)])


async def test_a_look_costs_one_question_a_minute(s3: S3Server, prefix: str) -> None:
    async with faulty_network(s3.address.endpoint) as network:
        store = s3_store(s3, prefix, endpoint=network.endpoint)
        await store.put("ab/picture.png", b"x")
        for _ in range(3):
            await store.check_whole("ab/picture.png", 1)
        assert [request.method for request in network.requests] == ["PUT"]
        store._seen.forget("ab/picture.png")
        for _ in range(3):
            await store.check_whole("ab/picture.png", 1)
        assert [request.method for request in network.requests] == ["PUT", "HEAD"]
        await store.close()


async def test_an_object_with_another_kind_of_etag_can_be_read(
    s3: S3Server, store: S3Store, prefix: str
) -> None:
    """As those that were encrypted: the same bytes come twice, so they are believed."""
    content = secrets.token_bytes(400_000)
    await store.put("ab/picture.png", content)
    async with faulty_network(s3.address.endpoint) as network:
        network.always = lambda answer: answer.with_header("ETag", '"0123456789abcdef0123456789abcdef"')
        other = s3_store(s3, prefix, endpoint=network.endpoint)
        assert await read(other, "ab/picture.png") == content
        assert [request.method for request in network.requests] == ["GET", "GET"]
        await other.put("ab/another.png", content)
        network.requests.clear()
        assert await read(other, "ab/picture.png") == content
        assert [request.method for request in network.requests] == ["GET"]
        await other.close()


@pytest.mark.parametrize(
    ("url", "bucket", "prefix"),
    [
        ("s3://bucket", "bucket", ""),
        ("s3://bucket/", "bucket", ""),
        ("s3://my.bucket-1/pre/deep", "my.bucket-1", "pre/deep"),
        ("s3://bucket/pre/", "bucket", "pre"),
    ],
)
def test_a_url_names_a_bucket_and_perhaps_a_prefix(url: str, bucket: str, prefix: str) -> None:
    assert S3Location.parse(url) == S3Location(bucket, prefix)


@pytest.mark.parametrize(
    "url",
    [
        *["s3://", "s3:///prefix", "s3:bucket", "bucket", "s3://b", "s3://key:secret@bucket", "s3://bücket"],
        *["s3://bucket:80", "s3://bucket?x", "s3://bucket/a b", "s3://bucket/a?b", "s3://bucket/a#b"],
        *["s3://bucket/a//b", "s3://bucket/../b", "s3://bucket/./b", "s3://bucket/%2e%2e"],
        *["s3://bucket/a\n", "s3://-bucket", "https://bucket/x"],
    ],
)
def test_another_url_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ValueError, match=r"^must (name a bucket|have a prefix)"):
        S3Location.parse(url)


async def test_a_signed_link_is_signed_for_its_time_only(s3: S3Server, prefix: str) -> None:
    options = S3Options(s3.address.endpoint, s3.address.region, "somebody", "a secret", "a token")
    bucket = S3Bucket(S3Location(s3.address.bucket, prefix), options, HASTY)
    link = httpx2.URL(await bucket.sign("GET", "a", timedelta(seconds=7)))
    assert link.params["X-Amz-Security-Token"] == "a token"
    assert link.params["X-Amz-Credential"].startswith("somebody/")
    assert f"/{s3.address.region}/s3/" in link.params["X-Amz-Credential"]
    await bucket.close()


@pytest.mark.parametrize("name", ["a//b.png", "./ab.png", "../x.png", "a&#9;.png"])
async def test_a_name_that_cannot_be_listed_is_told_and_must_be_removed(
    s3: S3Server, prefix: str, name: str
) -> None:
    """Of somebody else's object, which no client that joins names can have made."""
    async with faulty_network(s3.address.endpoint) as network:
        network.always = lambda answer: replace(
            answer, body=answer.body.replace(b"ab/mine.png"[: len(name)], name.encode())
        )
        store = s3_store(s3, prefix, endpoint=network.endpoint)
        await store.put("ab/mine.png"[: len(name)], b"x")
        with pytest.raises(Unavailable) as refusal:
            await listed(store)
        await store.close()
    said = "An object of a name that cannot be listed lies in the bucket and must be removed: "
    assert refusal.value.detail.startswith(said)
    assert refusal.value.detail.isprintable()
    assert str(refusal.value.__cause__).startswith(said)


async def test_folder_markers_are_no_objects(s3: S3Server, store: S3Store, prefix: str) -> None:
    async with faulty_network(s3.address.endpoint) as network:
        network.always = lambda answer: replace(
            answer, body=answer.body.replace(b"/ab/marker<", b"/ab/folder/<")
        ).with_header("Content-Length", str(len(answer.body) + answer.body.count(b"/ab/marker<")))
        other = s3_store(s3, prefix, endpoint=network.endpoint)
        for key in ("ab/empty", "ab/marker", "ab/picture.png"):
            await store.put(key, b"" if key != "ab/picture.png" else b"x")
        assert await listed(other) == ["ab/empty", "ab/picture.png"]
        await other.close()


async def test_whoever_gave_no_credentials_is_told_so(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    address = s3.address
    async with faulty_network(address.endpoint) as network:
        network.always = lambda answer: replace(
            answer, head=answer.head.replace(b"412 Precondition Failed", b"403 Forbidden")
        )
        for key_id, is_hinted in ((None, True), ("somebody", False)):
            secret = key_id and "a secret"
            options = S3Options(network.endpoint, address.region, key_id, secret)
            store = S3Store(S3Location(address.bucket), options, HASTY)
            with pytest.raises(Unavailable) as refusal:
                await listed(store)
            assert "403" in str(refusal.value.__cause__)
            assert ("AWS_ACCESS_KEY_ID is not set" in str(refusal.value.__cause__)) == is_hinted
            await store.close()


async def test_whoever_reads_no_further_leaves_nothing_open(store: S3Store) -> None:
    await store.put("ab/picture.png", secrets.token_bytes(3_000_000))
    closed: list[bool] = []
    bucket = store._bucket
    get = bucket.get

    async def noted(key: str, start: int = 0, end: int | None = None) -> Opened:
        opened = await get(key, start, end)

        async def pieces() -> AsyncGenerator[bytes, None]:
            try:
                async for piece in opened.pieces:
                    yield piece
            finally:
                closed.append(True)

        return replace(opened, pieces=pieces())

    vars(bucket)["get"] = noted
    chunks = store.read("ab/picture.png")
    assert isinstance(chunks, AsyncGenerator)
    async with aclosing(chunks):
        await anext(chunks)
    assert closed == [True]
