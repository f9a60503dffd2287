"""GET /image and GET /image/count as a search box asks them; what is found is told in full by tests/data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import httpx2
import pytest

from pixyproxy.core.models import Caller, Content, Image, Status, Visibility
from pixyproxy.core.names import readable_name, with_extension
from pixyproxy.service.reading import MOST_COUNTED, ImageReading
from pixyproxy.service.services import Services
from tests.conftest import Client
from tests.service.scenery import BOB, ON_SQLITE, shelve, throw_away

Parameters = Mapping[str, Any]
ALL = 1000
GUID = "01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11"
WIDE = 4096, 1024, 9_000_000


SHELF: dict[str, dict[str, Any]] = {
    "fox": {"prompt": "A red FOX on a chair", "tags": ("Sea", "evening light"), "author": "Ada"},
    "cafe": {"prompt": "Café, well-known", "filename": "Café on the corner.png", "tags": ("sea",)},
    "crane": {"prompt": "起重机在海边", "revised_prompt": "a crane by the sea", "model": "easel-2"},
    "thai": {"prompt": "แมวสีแดงนั่งบนเก้าอี้", "cost_usd": Decimal("0.19")},
    "emoji": {"prompt": "fox🦊🦊", "cost_usd": Decimal(0), "filename": "emoji.png"},
    "wide": {"prompt": "a panorama"},
    "public": {"prompt": "a red cat", "visibility": Visibility.PUBLIC, "owner": BOB.owner},
    "private": {"prompt": "a red cat of another", "owner": BOB.owner},
    "trash": {"prompt": "a red fox", "deleted_at": datetime(2026, 11, 20, tzinfo=UTC)},
    "trash of another": {
        "prompt": "a red fox",
        "owner": BOB.owner,
        "visibility": Visibility.PUBLIC,
        "deleted_at": datetime(2026, 11, 20, tzinfo=UTC),
    },
}


@dataclass
class Shelf:
    client: Client
    services: Services
    names: dict[str, str]

    async def finds(self, parameters: Parameters, client: Client | None = None) -> list[str]:
        """The oldest first; and they are counted as many."""
        asking = client or self.client
        answer = await asking.get("/image", params={"order": "asc", **parameters})
        assert answer.status_code == 200, answer.text
        found = [self.names[each["guid"]] for each in answer.json()]
        counted = await asking.get("/image/count", params=dict(parameters))
        assert counted.json() == {"count": len(found), "is_exact": True}
        return found


@pytest.fixture
async def shelf(alice: Client, as_alice: Caller, services: Services) -> Shelf:
    images = {}
    for name, known in SHELF.items():
        image = await shelve(services, None, **{"owner": as_alice.owner, "status": Status.READY, **known})
        images[image.guid] = name
        if name == "wide":
            await _put_content(services, image, Content("2026/11/21/none.png", "image/png", *WIDE, "0f" * 32))
    return Shelf(alice, services, images)


async def _put_content(services: Services, image: Image, content: Content) -> None:
    after = replace(image, content=content)
    await services.library.transact(lambda repositories: repositories.images.change(image, after))


FOUND: list[tuple[Parameters, str]] = [
    ({}, "fox cafe crane thai emoji wide public"),
    ({"prompt": "fox red"}, "fox"),
    ({"prompt": "RED"}, "fox public"),
    ({"prompt": '"red fox"'}, "fox"),
    ({"prompt": '"fox red"'}, ""),
    ({"prompt": "pano*"}, "wide"),
    ({"prompt": "CAFE"}, "cafe"),
    ({"prompt": "cafe\u0301"}, "cafe"),
    ({"prompt": "known-well"}, ""),
    ({"prompt": "海边"}, "crane"),
    ({"prompt": "สีแดง"}, "thai"),
    ({"prompt": "🦊"}, "emoji"),
    ({"prompt": "fox 🦊"}, "emoji"),
    ({"prompt": "by the sea"}, "crane"),
    ({"prompt": "  "}, "fox cafe crane thai emoji wide public"),
    ({"filename": "CAFÉ ON THE CORNER.png"}, "cafe"),
    ({"filename": "café*"}, "cafe"),
    ({"filename": "corner cafe"}, "cafe"),
    ({"tag": ["SEA"]}, "fox cafe"),
    ({"tag": ["sea", "Evening  Light"]}, "fox"),
    ({"author": "Ada"}, "fox"),
    ({"model": "easel-2"}, "crane"),
    ({"visibility": "public"}, "public"),
    ({"min_width": 4096, "max_height": 1024}, "wide"),
    ({"min_size_bytes": 9_000_001}, ""),
    ({"max_cost_usd": "0"}, "emoji"),
    ({"min_cost_usd": "0.1", "max_cost_usd": "0.19"}, "thai"),
    ({"min_width": 2, "max_width": 1}, ""),
    ({"deleted": "true"}, "trash"),
    ({"deleted": "1", "prompt": "fox"}, "trash"),
    ({"deleted": "false", "prompt": "fox"}, "fox emoji"),
    ({"prompt": "red", "tag": "sea", "author": "Ada", "visibility": "private"}, "fox"),
]


async def test_a_search_finds_and_counts_the_same_before_amid_and_after_packing(shelf: Shelf) -> None:
    for most in (0, 4, ALL):
        if most:
            await shelf.services.library.pack(most)
        for parameters, names in FOUND:
            assert await shelf.finds(parameters) == names.split(), parameters


async def test_a_long_prompt_of_a_script_without_spaces_finds_its_image_and_so_does_its_filename(
    alice: Client, as_alice: Caller, services: Services
) -> None:
    """Each of its characters is a word, and they are more than the words that may be asked for."""
    prompt = "一只红色的狐狸坐在木头椅子上看着窗外飘落的雪花想起故乡的山和水以及远方的朋友"
    name = with_extension(readable_name(prompt, GUID), prompt, GUID, "image/png")
    known = {"owner": as_alice.owner, "status": Status.READY}
    image = await shelve(services, None, prompt=prompt, filename=name, **known)
    await shelve(services, None, prompt=prompt[::-1], filename=name[::-1], **known)
    for most in (0, ALL):
        if most:
            await services.library.pack(most)
        for asked in (
            {"prompt": prompt},
            {"prompt": f'"{prompt}"'},
            {"filename": name},
            {"filename": f"{name}*"},
        ):
            answer = await alice.get("/image", params=asked)
            assert [each["guid"] for each in answer.json()] == [image.guid], asked


async def test_each_caller_finds_and_counts_what_they_may_see(
    shelf: Shelf, bob: Client, admin: Client, visitor: Client
) -> None:
    for most in (0, ALL):
        if most:
            await shelf.services.library.pack(most)
        red, deleted = {"prompt": "red"}, {"prompt": "red", "deleted": "true"}
        assert await shelf.finds(red, visitor) == ["public"]
        assert await shelf.finds(red, bob) == ["public"]
        assert await shelf.finds(red, admin) == ["fox", "public", "private"]
        assert await shelf.finds(deleted, visitor) == []
        assert await shelf.finds(deleted, bob) == []
        assert await shelf.finds(deleted, admin) == ["trash", "trash of another"]


async def test_what_is_changed_or_deleted_is_found_as_it_is_now(shelf: Shelf) -> None:
    await shelf.services.library.pack(ALL)
    guids = {name: guid for guid, name in shelf.names.items()}
    changes = {"tags": ["land"], "filename": "renamed.png", "author": "Eve"}
    assert (await shelf.client.patch(f"/image/{guids['fox']}", json=changes)).status_code == 200
    assert (await shelf.client.delete(f"/image/{guids['cafe']}")).status_code == 204
    for most in (0, ALL):
        if most:
            await shelf.services.library.pack(most)
        assert await shelf.finds({"tag": "sea"}) == []
        assert await shelf.finds({"tag": "land", "author": "Eve", "filename": "renamed*"}) == ["fox"]
        assert await shelf.finds({"prompt": "cafe"}) == []


@ON_SQLITE
async def test_beyond_its_bound_a_count_says_that_there_are_more(
    alice: Client, as_alice: Caller, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_COUNTED == 10_000
    monkeypatch.setattr(ImageReading.count, "__defaults__", (3,))
    for expected in ((1, True), (2, True), (3, True), (3, False), (3, False)):
        await shelve(services, None, owner=as_alice.owner, status=Status.READY)
        for query in ({}, {"prompt": '"a cat"'}):
            answer = (await alice.get("/image/count", params=query)).json()
            assert (answer["count"], answer["is_exact"]) == expected


def _cursor(answer: httpx2.Response) -> str:
    cursor: str = httpx2.URL(answer.links["next"]["url"]).params["cursor"]
    return cursor


@pytest.mark.parametrize("order", ["desc", "asc"])
async def test_pages_go_on_where_they_ended_while_images_come_and_go_and_are_packed(
    alice: Client, as_alice: Caller, services: Services, order: str
) -> None:
    async def make(number: int) -> Image:
        return await shelve(services, None, owner=as_alice.owner, status=Status.READY, prompt=f"fox {number}")

    images = [await make(number) for number in range(12)]
    await services.library.pack(7)
    there = images if order == "asc" else images[::-1]
    params: dict[str, Any] = {"prompt": "fox", "order": order, "limit": 3}
    seen: list[str] = []
    for page in count():
        answer = await alice.get("/image", params=params)
        found = [each["guid"] for each in answer.json()]
        assert found == [image.guid for image in there[:3]]
        seen += found
        if len(there) > 2:
            await throw_away(services, there[2])  # the one behind which the next page begins
        await services.library.pack(page * 3 + 1)
        there = there[3:]
        if page < 2:
            await throw_away(services, there.pop(1))  # one still to come
            new = await make(100 + page)
            there += [new] if order == "asc" else []
        if "next" not in answer.links:
            break
        params["cursor"] = _cursor(answer)
    assert len(seen) == len(set(seen)) > 9
    assert there == []
