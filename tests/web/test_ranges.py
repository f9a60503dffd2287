"""Parts of a picture: which bytes are sent for which `Range`."""

import hashlib
from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import format_datetime

import httpx2
import pytest

from pixyproxy.core.models import Caller, Image
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.scenery import ON_SQLITE, PNG, shelve
from tests.web.problems import problem_of

pytestmark = ON_SQLITE
SIZE = len(PNG)
LAST = SIZE - 1
ETAG = f'"{hashlib.sha256(PNG).hexdigest()}"'


@pytest.fixture
async def image(services: Services, as_alice: Caller) -> Image:
    return await shelve(services, owner=as_alice.owner)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("Bytes=0-0", 0, 0),
        ("bytes=0-99999999999999999999", 0, LAST),
        ("bytes=0-9", 0, 9),
        ("bytes=5-9", 5, 9),
        ("bytes=10-", 10, LAST),
        ("bytes=0-", 0, LAST),
        (f"bytes={LAST}-", LAST, LAST),
        (f"bytes={LAST}-{LAST}", LAST, LAST),
        (f"bytes={LAST - 4}-{LAST + 1000}", LAST - 4, LAST),
        ("bytes=-1", LAST, LAST),
        ("bytes=-10", SIZE - 10, LAST),
        (f"bytes=-{SIZE + 1000}", 0, LAST),
        ("bytes=0-999999999999999999", 0, LAST),
    ],
)
async def test_a_range_is_sent_alone(alice: Client, image: Image, asked: str, first: int, last: int) -> None:
    answer = await alice.get(f"/image/{image.guid}/content", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, PNG[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["content-length"] == str(last + 1 - first)
    assert (answer.headers["etag"], answer.headers["content-type"]) == (ETAG, "image/png")


@pytest.mark.parametrize(
    "asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 9}", "bytes=-0", "bytes=999999-", f"bytes={10**30}-"]
)
async def test_bytes_beyond_the_end_cannot_be_had(alice: Client, image: Image, asked: str) -> None:
    answer = await alice.get(f"/image/{image.guid}/content", headers={"Range": asked})
    problem_of(answer, 416, "invalid_request")
    assert answer.headers["content-range"] == f"bytes */{SIZE}"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=9-5",
        "bytes=-",
        "bytes=",
        "bytes",
        "bytes=a-b",
        "bytes=1.5-2",
        "items=0-1",
        "",
        f"bytes={'9' * 5000}-",
        "bytes=--5",
        "bytes=0x0-0x9",
        "bytes=0-1,9-5",
        "bytes=0-1,x",
        "bytes=,",
        "bytes=" + ",".join(f"{start}-{start}" for start in range(0, 34, 2)),
    ],
)
async def test_what_is_no_range_that_is_served_gets_the_whole(
    alice: Client, image: Image, asked: str
) -> None:
    answer = await alice.get(f"/image/{image.guid}/content", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, PNG)
    assert "content-range" not in answer.headers


async def test_a_range_is_sent_if_the_bytes_are_still_the_same(alice: Client, image: Image) -> None:
    last_modified = format_datetime(image.created_at, usegmt=True)
    for condition in (ETAG, last_modified):
        headers = {"Range": "bytes=0-3", "If-Range": condition}
        answer = await alice.get(f"/image/{image.guid}/content", headers=headers)
        assert (answer.status_code, answer.content) == (206, PNG[:4])


@pytest.mark.parametrize("condition", ['"other"', f"W/{ETAG}", "Thu, 01 Jan 1970 00:00:00 GMT", ""])
async def test_the_whole_is_sent_if_they_may_not_be(alice: Client, image: Image, condition: str) -> None:
    headers = {"Range": "bytes=0-3", "If-Range": condition}
    answer = await alice.get(f"/image/{image.guid}/content", headers=headers)
    assert (answer.status_code, answer.content) == (200, PNG)


async def test_the_parts_of_a_large_picture_make_the_whole(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    content = PNG + bytes(range(256)) * 4096
    image = await shelve(services, content, owner=as_alice.owner)
    parts = b""
    for first in range(0, len(content), 300_000):
        asked = {"Range": f"bytes={first}-{first + 299_999}"}
        parts += (await alice.get(f"/image/{image.guid}/content", headers=asked)).content
    assert parts == content == (await alice.get(f"/image/{image.guid}/content")).content


def parts_of(answer: httpx2.Response) -> list[tuple[str, str, bytes]]:
    """Content-Range, Content-Type and bytes of each, as the standard library reads them."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + answer.content, policy=policy.HTTP)
    return [
        (part["Content-Range"], part.get_content_type(), _exactly(answer.content, part["Content-Range"]))
        for part in message.iter_parts()
    ]


def _exactly(body: bytes, content_range: str) -> bytes:
    """What follows the head of this part: line ends in a picture are not line ends of a letter."""
    first, last = map(int, content_range.removeprefix("bytes ").partition("/")[0].split("-"))
    start = body.index(f"Content-Range: {content_range}\r\n\r\n".encode()) + len(content_range) + 19
    return body[start : start + last + 1 - first]


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("bytes=0-1,4-5", [(0, 1), (4, 5)]),
        ("bytes=0-1, 4-5 ,,8-", [(0, 1), (4, 5), (8, LAST)]),
        ("bytes=-2,0-1", [(LAST - 1, LAST), (0, 1)]),
        ("bytes=0-5,3-9,20-29", [(0, 9), (20, 29)]),
        (f"bytes=0-1,5-6,{SIZE}-", [(0, 1), (5, 6)]),
    ],
)
async def test_several_ranges_are_sent_each_under_a_head_of_its_own(
    alice: Client, image: Image, asked: str, sent: list[tuple[int, int]]
) -> None:
    answer = await alice.get(f"/image/{image.guid}/content", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert answer.headers["content-length"] == str(len(answer.content))
    assert "content-range" not in answer.headers
    assert parts_of(answer) == [
        (f"bytes {first}-{last}/{SIZE}", "image/png", PNG[first : last + 1]) for first, last in sent
    ]
    assert answer.content.endswith(b"--\r\n")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-4,5-9", 0, 9), ("bytes=0-,0-,0-,0-", 0, LAST), (f"bytes=3-4,{SIZE}-", 3, 4)],
)
async def test_ranges_that_touch_are_one(
    alice: Client, image: Image, asked: str, first: int, last: int
) -> None:
    answer = await alice.get(f"/image/{image.guid}/content", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, PNG[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"


async def test_several_ranges_beyond_the_end_cannot_be_had(alice: Client, image: Image) -> None:
    asked = {"Range": f"bytes={SIZE}-,{SIZE + 5}-{SIZE + 9}"}
    answer = await alice.get(f"/image/{image.guid}/content", headers=asked)
    problem_of(answer, 416, "invalid_request")


async def test_what_was_said_of_its_time_may_be_said_back(alice: Client, image: Image) -> None:
    told = (await alice.head(f"/image/{image.guid}/content")).headers["last-modified"]
    oldest_form = image.created_at.strftime("%a %b %d %H:%M:%S %Y")
    for moment in (told, oldest_form):
        for name, status in (("If-Modified-Since", 304), ("If-Unmodified-Since", 200)):
            answer = await alice.get(f"/image/{image.guid}/content", headers={name: moment})
            assert answer.status_code == status, (name, moment)


async def test_a_list_may_come_in_several_lines(alice: Client, image: Image) -> None:
    address = f"/image/{image.guid}/content"
    known = await alice.get(address, headers=[("If-None-Match", '"other"'), ("If-None-Match", ETAG)])
    wanted = await alice.get(address, headers=[("If-Match", '"other"'), ("If-Match", ETAG)])
    assert (known.status_code, wanted.status_code) == (304, 200)


MATCHES = ["*", ETAG, f'"other", {ETAG}']


@pytest.mark.parametrize("wanted", MATCHES)
async def test_who_wants_this_picture_alone_gets_it(alice: Client, image: Image, wanted: str) -> None:
    answer = await alice.get(f"/image/{image.guid}/content", headers={"If-Match": wanted})
    assert (answer.status_code, answer.content) == (200, PNG)


@pytest.mark.parametrize(
    "wanted",
    [
        {"If-Match": '"other"'},
        {"If-Match": f"W/{ETAG}"},
        {"If-Match": '"other"', "If-None-Match": ETAG},
        {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ],
)
async def test_who_wants_another_alone_does_not(alice: Client, image: Image, wanted: dict[str, str]) -> None:
    for method in ("GET", "HEAD"):
        answer = await alice.request(method, f"/image/{image.guid}/content", headers=wanted)
        assert (answer.status_code, answer.headers["etag"]) == (412, ETAG)


async def test_the_times_of_conditions_are_compared_not_their_letters(alice: Client, image: Image) -> None:
    later = format_datetime(image.created_at + timedelta(days=1), usegmt=True)
    earlier = format_datetime(image.created_at - timedelta(days=1), usegmt=True)
    for headers, status in (
        ({"If-Modified-Since": later}, 304),
        ({"If-Modified-Since": earlier}, 200),
        ({"If-Modified-Since": "soon"}, 200),
        ({"If-Modified-Since": "Thu, 01 Jan 99999 00:00:00 GMT"}, 200),
        ({"If-Unmodified-Since": later}, 200),
        ({"If-Unmodified-Since": earlier}, 412),
        ({"If-Unmodified-Since": "soon"}, 200),
    ):
        answer = await alice.get(f"/image/{image.guid}/content", headers=headers)
        assert answer.status_code == status, headers
