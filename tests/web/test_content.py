"""GET and HEAD /image/{guid}/content: the bytes, and what is said about them."""

import base64
import hashlib
from email.utils import format_datetime
from urllib.parse import unquote

import pytest

from pixyproxy.core.models import Caller, Image, Status, Visibility
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.scenery import ON_SQLITE, PNG, SVG, shelve
from tests.web.problems import problem_of

pytestmark = ON_SQLITE


@pytest.fixture
async def image(services: Services, as_alice: Caller) -> Image:
    return await shelve(services, owner=as_alice.owner)


def _content_of(image: Image) -> str:
    return f"/image/{image.guid}/content"


async def test_the_bytes_come_as_they_were_made_with_all_that_caches_and_browsers_need(
    alice: Client, image: Image
) -> None:
    answer = await alice.get(_content_of(image))
    assert (answer.status_code, answer.content) == (200, PNG)
    said = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    assert said == {
        "etag": f'"{hashlib.sha256(PNG).hexdigest()}"',
        "last-modified": format_datetime(image.created_at, usegmt=True),
        "repr-digest": f"sha-256=:{base64.b64encode(hashlib.sha256(PNG).digest()).decode()}:",
        "accept-ranges": "bytes",
        "cache-control": "private, max-age=31536000, immutable",
        "content-disposition": f'inline; filename="{image.filename}"',
        "content-type": "image/png",
        "content-length": str(len(PNG)),
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "same-origin",
        "vary": "Authorization, X-API-Key, Cookie",
        "x-content-type-options": "nosniff",
    }


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-4"}])
async def test_head_says_the_same_without_the_bytes(
    alice: Client, image: Image, headers: dict[str, str]
) -> None:
    got, head = await alice.get(_content_of(image)), await alice.head(_content_of(image), headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "x-request-id": ""} == {**got.headers, "x-request-id": ""}


async def test_a_public_picture_may_be_kept_by_shared_caches_and_shown_by_other_pages(
    visitor: Client, services: Services
) -> None:
    image = await shelve(services, visibility=Visibility.PUBLIC)
    answer = await visitor.get(_content_of(image))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    "known",
    ['"{0}"', 'W/"{0}"', '"other", "{0}"', '"other",W/"{0}"', "*", ' "{0}" ', '"a", "b" ,"{0}" , "c"'],
)
async def test_who_has_the_bytes_is_told_so(alice: Client, image: Image, known: str) -> None:
    headers = {"If-None-Match": known.format(hashlib.sha256(PNG).hexdigest()), "Range": "bytes=0-1"}
    for method in ("GET", "HEAD"):
        answer = await alice.request(method, _content_of(image), headers=headers)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == f'"{hashlib.sha256(PNG).hexdigest()}"'
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert "content-length" not in answer.headers
        assert "content-type" not in answer.headers


@pytest.mark.parametrize("known", ['"other"', "{0}", "", '"{0}x"', 'w/"{0}"'])
async def test_who_has_other_bytes_gets_these(alice: Client, image: Image, known: str) -> None:
    headers = {"If-None-Match": known.format(hashlib.sha256(PNG).hexdigest())}
    answer = await alice.get(_content_of(image), headers=headers)
    assert (answer.status_code, answer.content) == (200, PNG)


@pytest.mark.parametrize(
    ("filename", "plain"),
    [
        ("cat.png", "cat.png"),
        ("my cat, the 2nd; really.png", "my cat, the 2nd; really.png"),
        ('a "cat".png', "a _cat_.png"),
        ("naïve 猫 🐈.png", "na_ve _ _.png"),
        ("100%41.png", "100_41.png"),
        ("cat.png'; x=y", "cat.png'; x=y"),
    ],
)
async def test_a_filename_arrives_whatever_it_is_made_of(
    alice: Client, as_alice: Caller, services: Services, filename: str, plain: str
) -> None:
    image = await shelve(services, owner=as_alice.owner, filename=filename)
    for query, kind in (("", "inline"), ("?download=1", "attachment"), ("?download=0", "inline")):
        answer = await alice.get(_content_of(image) + query)
        said = answer.headers["content-disposition"]
        assert said.isascii()
        assert said.startswith(f'{kind}; filename="{plain}"')
        exact = said.partition("; filename*=UTF-8''")[2]
        assert (unquote(exact) or plain) == filename


async def test_a_drawing_is_never_shown_in_our_name(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    """It may carry scripts."""
    image = await shelve(services, SVG, owner=as_alice.owner, filename="cat.svg", media_type="image/svg+xml")
    answer = await alice.get(_content_of(image))
    assert (answer.content, answer.headers["content-type"]) == (SVG, "image/svg+xml")
    assert answer.headers["content-disposition"] == 'attachment; filename="cat.svg"'
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.QUEUED, "image_not_ready"),
        (Status.GENERATING, "image_not_ready"),
        (Status.FAILED, "image_failed"),
        (Status.CANCELED, "image_failed"),
        (Status.UNKNOWN, "image_failed"),
    ],
)
async def test_without_content_it_is_said_whether_there_will_be_any(
    alice: Client, as_alice: Caller, services: Services, status: Status, code: str
) -> None:
    image = await shelve(services, None, owner=as_alice.owner, status=status)
    answer = await alice.get(_content_of(image))
    assert problem_of(answer, 409, code)["guid"] == image.guid
    assert ("retry-after" in answer.headers) == (code == "image_not_ready")
    assert "immutable" not in answer.headers.get("cache-control", "")


async def test_a_wrong_download_is_refused(alice: Client, image: Image) -> None:
    problem_of(await alice.get(f"{_content_of(image)}?download=perhaps"), 422, "invalid_request")


async def test_bytes_that_are_missing_are_a_defect_that_tells_nothing(
    alice: Client, image: Image, services: Services
) -> None:
    assert image.content is not None
    await services.store.delete(image.content.storage_key)
    answer = await alice.get(_content_of(image))
    problem_of(answer, 500, "internal")
    assert image.content.storage_key not in answer.text
    assert (await alice.head(_content_of(image))).status_code == 500
    problem_of(await alice.get(_content_of(image), headers={"Range": "bytes=0-1"}), 500, "internal")
