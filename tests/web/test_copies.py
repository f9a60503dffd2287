"""GET and HEAD /image/{guid}/content of copies in other sizes and formats: what is said about them."""

import base64
import hashlib
import shutil
import struct
import zlib
from pathlib import Path

import pytest
import pyvips

from pixyproxy.core.models import Caller, Image, Visibility
from pixyproxy.service.pictures import examine
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.scenery import ON_SQLITE, PNG, shelve
from tests.web.problems import problem_of

pytestmark = ON_SQLITE

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
SECRET = b"a red fox in the garden of 17 Mill Lane"


@pytest.fixture
async def image(services: Services, as_alice: Caller) -> Image:
    return await shelve(services, owner=as_alice.owner, filename="cat.png")


def _copy_of(image: Image, query: str = "width=16") -> str:
    return f"/image/{image.guid}/content?{query}"


async def test_a_copy_comes_with_all_that_caches_and_browsers_need(alice: Client, image: Image) -> None:
    answer = await alice.get(_copy_of(image, "width=16&format=webp"))
    facts = examine(answer.content)
    assert (answer.status_code, facts.media_type, facts.width, facts.height) == (200, "image/webp", 16, 11)
    said = {name: answer.headers[name] for name in answer.headers if name != "x-request-id"}
    assert said == {
        "etag": f'"{hashlib.sha256(answer.content).hexdigest()}"',
        "repr-digest": f"sha-256=:{base64.b64encode(hashlib.sha256(answer.content).digest()).decode()}:",
        "accept-ranges": "bytes",
        "cache-control": "private, max-age=31536000, immutable",
        "content-disposition": 'inline; filename="cat.webp"',
        "content-type": "image/webp",
        "content-length": str(len(answer.content)),
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "same-origin",
        "vary": "Authorization, X-API-Key, Cookie",
        "x-content-type-options": "nosniff",
    }


@pytest.mark.parametrize("query", ["width=16", "format=webp", "format=png&quality=1", "width=4096"])
async def test_only_with_auto_it_depends_on_accept(alice: Client, image: Image, query: str) -> None:
    answers = [await alice.get(_copy_of(image, query), headers={"Accept": each}) for each in (CHROME, "*/*")]
    assert answers[0].content == answers[1].content
    assert {each.headers["vary"] for each in answers} == {"Authorization, X-API-Key, Cookie"}


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (CHROME, "avif"),
        ("image/webp,*/*", "webp"),
        ("image/png", "png"),
        ("image/jpeg", "jpeg"),
        ("image/avif;q=0.1, image/png", "png"),
        ("*/*", "jpeg"),
    ],
)
async def test_with_auto_it_is_what_accept_likes_best_and_caches_are_told(
    alice: Client, image: Image, accept: str, kind: str
) -> None:
    for method, expected in (("GET", 200), ("HEAD", 200), ("GET", 304)):
        known = {"If-None-Match": "*"} if expected == 304 else {}
        answer = await alice.request(
            method, _copy_of(image, "format=auto"), headers={"Accept": accept, **known}
        )
        assert answer.status_code == expected
        assert answer.headers["vary"] == "Authorization, X-API-Key, Cookie, Accept"
        if expected == 200:
            assert answer.headers["content-type"] == f"image/{kind}"


async def test_a_filename_has_the_extension_of_what_it_is(alice: Client, image: Image) -> None:
    for query, filename in {
        "format=webp": "cat.webp",
        "format=avif": "cat.avif",
        "format=jpeg": "cat.jpg",
        "format=png": "cat.png",
        "width=16": "cat.png",
    }.items():
        for saved, kind in (("", "inline"), ("&download=1", "attachment")):
            answer = await alice.head(_copy_of(image, query + saved))
            assert answer.headers["content-disposition"] == f'{kind}; filename="{filename}"'


async def test_who_has_the_bytes_of_the_copy_is_told_so_and_who_has_the_original_s_is_not(
    alice: Client, image: Image
) -> None:
    copy = await alice.get(_copy_of(image))
    for method in ("GET", "HEAD"):
        known = {"If-None-Match": copy.headers["etag"]}
        answer = await alice.request(method, _copy_of(image), headers=known)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == copy.headers["etag"]
    other = {"If-None-Match": f'"{hashlib.sha256(PNG).hexdigest()}"'}
    assert (await alice.get(_copy_of(image), headers=other)).status_code == 200


async def test_a_part_of_a_copy_can_be_had(alice: Client, image: Image) -> None:
    whole = await alice.get(_copy_of(image))
    part = await alice.get(_copy_of(image), headers={"Range": "bytes=5-9", "If-Range": whole.headers["etag"]})
    assert (part.status_code, part.content) == (206, whole.content[5:10])
    assert part.headers["content-range"] == f"bytes 5-9/{len(whole.content)}"
    assert part.headers["repr-digest"] == whole.headers["repr-digest"]
    beyond = await alice.get(_copy_of(image), headers={"Range": f"bytes={len(whole.content)}-"})
    assert beyond.status_code == 416


@pytest.mark.parametrize("query", ["width=16", "format=auto", "format=avif&quality=50"])
async def test_head_says_the_same_without_the_bytes(alice: Client, image: Image, query: str) -> None:
    head, got = await alice.head(_copy_of(image, query)), await alice.get(_copy_of(image, query))
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "x-request-id": ""} == {**got.headers, "x-request-id": ""}


async def test_a_copy_of_a_public_picture_may_be_kept_by_shared_caches(
    visitor: Client, services: Services
) -> None:
    image = await shelve(services, visibility=Visibility.PUBLIC)
    answer = await visitor.get(_copy_of(image))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_a_copy_of_a_private_picture_is_for_nobody_else(
    visitor: Client, bob: Client, alice: Client, image: Image
) -> None:
    assert (await alice.get(_copy_of(image))).status_code == 200
    for other in (visitor, bob):
        problem_of(await other.get(_copy_of(image)), 404, "image_not_found")


@pytest.mark.parametrize(
    "query",
    [
        *(
            f"{side}={value}"
            for side in ("width", "height")
            for value in ("0", "-1", "1000000000", "abc", "")
        ),
        "width=4097",
        "width=1.5",
        "fit=cover",
        "fit=cover&width=10",
        "fit=fill&width=10&height=10",
        "format=",
        "format=bmp",
        "format=WEBP",
        "format=image/webp",
        "quality=0",
        "quality=101",
        "quality=high",
        "quality=",
    ],
)
async def test_what_cannot_be_meant_is_refused(alice: Client, image: Image, query: str) -> None:
    problem = problem_of(await alice.get(_copy_of(image, query)), 422, "invalid_request")
    assert problem["errors"]


def _with_text(png: bytes) -> bytes:
    """As image generators write down what they were asked for."""
    body = b"tEXtparameters\0" + SECRET
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    after_header = 8 + 25
    return png[:after_header] + chunk + png[after_header:]


@pytest.mark.parametrize("query", ["width=4096", "format=png", "quality=100", "width=48&height=32"])
async def test_a_copy_says_nothing_of_how_the_picture_was_made_also_when_nothing_else_changes(
    alice: Client, visitor: Client, as_alice: Caller, services: Services, query: str
) -> None:
    content = _with_text(PNG)
    image = await shelve(services, content, owner=as_alice.owner)
    assert (await alice.get(f"/image/{image.guid}/content")).content == content
    options = {name: int(each) if each.isdigit() else each for name, each in _pairs(query)}
    link = await alice.post(f"/image/{image.guid}/link", json={"variant": options})
    for answer in (await alice.get(_copy_of(image, query)), await visitor.get(link.json()["url"])):
        assert answer.status_code == 200
        assert SECRET not in answer.content
        assert _pixels(answer.content) == _pixels(PNG)


def _pairs(query: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (each.partition("=") for each in query.split("&"))]


def _pixels(content: bytes) -> bytes:
    pixels: bytes = pyvips.Image.new_from_buffer(content, "").write_to_memory()
    return pixels


async def test_the_folder_of_copies_may_be_removed_at_any_time(
    alice: Client, image: Image, services: Services, tmp_path: Path
) -> None:
    for _ in range(3):
        answer = await alice.get(_copy_of(image))
        assert (answer.status_code, examine(answer.content).width) == (200, 16)
        assert list((tmp_path / "variants").glob("??/*/*.png"))
        shutil.rmtree(tmp_path / "variants")
        services.variants._remembered._trusted_s = 0  # what a second does
