"""A folder of pictures, or one picture, is taken into the library, whatever lies in it."""

import os
import struct
import time
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import ValidationError

from pixyproxy.core.exceptions import StorageFull
from pixyproxy.core.models import Image, Status, Visibility
from pixyproxy.core.requests import TAG_LENGTH
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.image_repository import ImageRepository, Kept
from pixyproxy.service.importing import finding, looking_at
from pixyproxy.service.importing import folder as importing
from pixyproxy.service.importing.folder import Imported, Labels, PicturesImport
from pixyproxy.service.services import Services
from pixyproxy.service.upkeep.belonging import _OURS
from tests.data.builders import ADMINISTRATOR, a_search
from tests.service.scenery import PNG, SVG, picture, throw_away

from .conftest import opened

LABELS = Labels(owner="alice000owner", author="Alice", tags=["Holiday"])
MOMENT = datetime(2020, 2, 29, 12, 0, 0, 123456, tzinfo=UTC)
NOT_WHOLE = "is damaged, cut short, or has more than 40 megapixels; it is left out."
MANY, SIZE = 300, 200_000


def tiny(number: int, text: bytes = b"", size: int = 0) -> bytes:
    """A picture of one pixel, unlike any other, with as many bytes as one likes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    told = chunk(b"tEXt", text) if text else b""
    numbered = chunk(b"nuMb", str(number).encode().ljust(size))
    pixel = chunk(b"IDAT", zlib.compress(b"\0\x80"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + told + numbered + pixel + chunk(b"IEND", b"")


def put(path: Path, content: bytes = PNG, at: datetime | float = MOMENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    seconds = at.timestamp() if isinstance(at, datetime) else at
    os.utime(path, ns=(round(seconds * 1e6) * 1000,) * 2)
    return path


async def taken_in(library: Services, path: Path, labels: Labels = LABELS) -> tuple[Imported, list[str]]:
    async def always_room() -> None:
        """Nothing is full."""

    import_ = PicturesImport(library.library, library.store, labels, always_room)
    notes = [each async for each in import_.notes(path)]
    return import_.imported, notes


async def images(library: Services) -> list[Image]:
    """The oldest first, as they came."""
    return await library.library.images.past(0, 20_000)


async def test_a_picture_becomes_an_image_with_all_that_is_known_of_it(
    either: Services, pictures: Path
) -> None:
    told = b"parameters\0a red fox\nNegative prompt: blurry\nSteps: 20, Seed: 7, Model: dreamy"
    put(pictures / "fox.png", tiny(1, told))
    put(pictures / "deeper" / "My_cat-2.jpg", picture("jpg"), MOMENT + timedelta(seconds=1))
    assert await taken_in(either, pictures) == (
        Imported(2, size_bytes=len(tiny(1, told) + picture("jpg"))),
        [],
    )
    fox, cat = await images(either)
    assert (fox.prompt, fox.model, fox.filename) == ("a red fox", "dreamy", "fox.png")
    assert fox.parameters["seed"] == 7
    assert fox.parameters["prompt_source"] not in {"filename", None}
    assert (cat.prompt, cat.model, cat.filename) == ("My cat 2", "unknown", "My_cat-2.jpg")
    assert cat.parameters == {"prompt_source": "filename"}
    for image in (fox, cat):
        assert (image.owner, image.author, image.tags) == ("alice000owner", "Alice", ("Holiday",))
        assert (image.generator, image.status, image.visibility) == (
            "import", Status.READY, Visibility.PRIVATE,
        )  # fmt: skip
        assert (image.looks, image.cost_usd) == (None, None)
    assert (fox.created_at, cat.created_at) == (MOMENT, MOMENT + timedelta(seconds=1))
    assert cat.content is not None
    assert (cat.content.media_type, cat.content.width, cat.content.height) == ("image/jpeg", 48, 32)
    assert _OURS.fullmatch(cat.content.storage_key)
    kept = [chunk async for chunk in either.store.read(cat.content.storage_key)]
    assert b"".join(kept) == picture("jpg")
    [found] = await either.library.images.list_(a_search(prompt="red fox"), ADMINISTRATOR, None)
    assert found.guid == fox.guid


async def test_they_come_by_the_time_of_their_files_then_by_name(library: Services, pictures: Path) -> None:
    for number, name in enumerate(["c.png", "b/a.png", "a.png", "z/z.png"]):
        put(pictures / name, tiny(number), MOMENT - timedelta(seconds=number // 2))
    await taken_in(library, pictures)
    assert [image.filename for image in await images(library)] == ["a.png", "z.png", "a.png", "c.png"]


@pytest.mark.parametrize(
    "at",
    [-5.0, 0.0, time.time() + 86_400 * 365, 2.0**35],
    ids=["before it", "when it began", "in a year", "in a thousand years"],
)
async def test_no_image_is_from_the_future_nor_from_before_time_began(
    library: Services, pictures: Path, at: float
) -> None:
    put(pictures / "a.png", at=at)
    before = datetime.now(UTC)
    await taken_in(library, pictures)
    [image] = await images(library)
    first = datetime(1970, 1, 1, tzinfo=UTC)
    assert image.created_at == first if at <= 0 else before <= image.created_at <= datetime.now(UTC)


async def test_one_picture_alone(library: Services, pictures: Path) -> None:
    put(pictures / "other.png", tiny(1))
    assert (await taken_in(library, put(pictures / "fox.png")))[0].pictures == 1
    assert [image.filename for image in await images(library)] == ["fox.png"]


async def test_run_again_nothing_is_added_and_twins_come_once(library: Services, pictures: Path) -> None:
    put(pictures / "a.png")
    put(pictures / "b.png", at=MOMENT + timedelta(days=1))
    put(pictures / "c.svg", SVG)
    first, _ = await taken_in(library, pictures)
    assert (first.pictures, first.were_there) == (2, 1)
    before = await images(library)
    again, _ = await taken_in(library, pictures)
    assert (again.pictures, again.were_there) == (0, 3)
    await throw_away(library, before[0])
    assert (await taken_in(library, pictures))[0].pictures == 0  # it can be restored
    other = LABELS.model_copy(update={"owner": "bob"})
    assert (await taken_in(library, pictures, other))[0].pictures == 2
    assert len({image.content.storage_key for image in await images(library) if image.content}) == 4


async def test_bytes_that_a_kill_left_without_a_row_are_found_by_the_next_run(
    library: Services, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(pictures / "a.png")

    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(importing, "_add", killed)
        with pytest.raises(KeyboardInterrupt):
            await taken_in(library, pictures)
    await taken_in(library, pictures)
    [image] = await images(library)
    assert image.content is not None
    assert [each.key async for each in library.store.list_()] == [image.content.storage_key]


async def test_bytes_that_are_about_to_go_with_their_image_are_not_shared(
    library: Services, pictures: Path
) -> None:
    put(pictures / "a.png")
    await taken_in(library, pictures)
    [image] = await images(library)
    erased = library.trash.deleted(image, permanently=True)
    await library.library.transact(lambda repositories: repositories.images.change(image, erased))
    await taken_in(library, pictures)
    assert await library.trash.remove(image.id)
    [kept] = await images(library)
    assert kept.content is not None
    assert b"".join([chunk async for chunk in library.store.read(kept.content.storage_key)]) == PNG


async def test_two_imports_at_once_meet_at_the_guid(
    library: Services, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if all but the last had come in after the second import had looked what is there."""
    for number in range(3):
        put(pictures / f"{number}.png", tiny(number))
    last = put(pictures.parent / "last.png", tiny(3))
    await taken_in(library, pictures)
    before = await images(library)
    last.rename(pictures / "last.png")

    async def nothing(*_: object) -> list[Kept]:
        return []

    monkeypatch.setattr(ImageRepository, "kept_with_contents", nothing)
    monkeypatch.setattr(ImageRepository, "kept_with_guids", nothing)
    imported, notes = await taken_in(library, pictures)
    assert (imported.pictures, imported.were_there, notes) == (1, 3, [])
    assert (await images(library))[:-1] == before
    keys = [each.key async for each in library.store.list_()]
    assert sorted(keys) == sorted(place_of(image) for image in await images(library))


@pytest.mark.parametrize("at", [MOMENT, 0.0, 2.0**35], ids=["then", "when it began", "in a thousand years"])
async def test_the_same_file_has_the_same_guid_in_every_library(
    library: Services, pictures: Path, tmp_path: Path, at: datetime | float
) -> None:
    put(pictures / "a.png", at=at)
    put(pictures / "b.png", tiny(1), at)
    await taken_in(library, pictures)
    guids = [image.guid for image in await images(library)]
    assert len({UUID(guid) for guid in guids if UUID(guid).version == 7}) == 2
    async with opened(tmp_path / "other", f"sqlite:///{tmp_path}/other.db") as other:
        await taken_in(other, pictures)
        assert [image.guid for image in await images(other)] == guids
    await taken_in(library, pictures, LABELS.model_copy(update={"owner": "bob"}))
    assert len({image.guid for image in await images(library)}) == 4


async def test_the_bytes_lie_where_no_other_image_can_have_its_own(library: Services, pictures: Path) -> None:
    put(pictures / "a.png")
    await taken_in(library, pictures)
    [image] = await images(library)
    assert place_of(image) == f"imported/2020/02/{image.guid}.png"


def place_of(image: Image) -> str:
    assert image.content is not None
    return image.content.storage_key


async def test_what_is_no_picture_is_counted_and_what_is_hidden_is_not_seen(
    library: Services, pictures: Path
) -> None:
    put(pictures / "notes.txt", b"mine")
    put(pictures / "empty", b"")
    put(pictures / "page.html", b"<html><svg></svg></html>")
    put(pictures / "film.mp4", bytes(200_000))
    put(pictures / ".hidden.png", tiny(1))
    put(pictures / ".thumbnails" / "a.png", tiny(2))
    put(pictures / "without-a-suffix", tiny(3))
    os.mkfifo(pictures / "pipe.png")
    imported, notes = await taken_in(library, pictures)
    assert (imported.pictures, imported.no_pictures, imported.left_out, notes) == (1, 5, 0, [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.png", PNG[:-1]),
        ("cut.jpg", picture("jpg")[:-2]),
        ("empty.png", b""),
        ("text.webp", b"no picture"),
        ("noise.gif", b"GIF89a" + bytes(range(256))),
        ("short.webp", b"RIFF\xff\xff\xff\xffWEBP"),
        ("cut.svg", SVG[:-6]),
        ("damaged-without-a-suffix", PNG[:-20] + bytes(20)),
        ("huge.svg", SVG.replace(b'width="7" height="5"', b'width="99999" height="99999"')),
    ],
)
async def test_a_broken_picture_is_named_and_keeps_no_other(
    library: Services, pictures: Path, name: str, content: bytes
) -> None:
    put(pictures / "deeper" / name, content)
    put(pictures / "fox.png")
    imported, notes = await taken_in(library, pictures)
    assert (imported.pictures, imported.left_out, imported.no_pictures) == (1, 1, 0)
    assert notes == [f"deeper/{name}: {NOT_WHOLE}"]


async def test_a_picture_that_is_too_large_is_named_and_not_read_whole(
    library: Services, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking_at, "MOST_BYTES", 2 * 1024**2)
    put(pictures / "fox.png")
    with put(pictures / "huge.png", PNG).open("ab") as file:
        file.truncate(2 * 1024**2 + 1)
    imported, notes = await taken_in(library, pictures)
    assert (imported.pictures, notes) == (1, ["huge.png: is larger than 2 MiB; it is left out."])


async def test_links_are_named_and_not_followed(library: Services, pictures: Path) -> None:
    outside = put(pictures.parent / "outside" / "secret.png", tiny(1))
    put(pictures / "fox.png")
    (pictures / "to-a-file.png").symlink_to(outside)
    (pictures / "to-a-folder").symlink_to(outside.parent)
    (pictures / "in-a-circle").symlink_to(pictures)
    (pictures / "to-nowhere.png").symlink_to("nowhere")
    imported, notes = await taken_in(library, pictures)
    assert (imported.pictures, imported.links, imported.left_out) == (1, 4, 0)
    assert notes == [
        f"{name}: is a symbolic link, which is not followed."
        for name in ("in-a-circle", "to-a-file.png", "to-a-folder", "to-nowhere.png")
    ]


async def test_a_link_that_takes_a_files_place_after_it_was_found_is_not_followed(
    library: Services, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = put(pictures.parent / "secret.png", tiny(1))
    victim = put(pictures / "deeper" / "fox.png")
    find = finding.find_files

    def find_and_replace(root: Path) -> finding.Finds:
        found = find(root)
        victim.unlink()
        victim.symlink_to(outside)
        return found

    monkeypatch.setattr(importing, "find_files", find_and_replace)
    imported, [note] = await taken_in(library, pictures)
    assert (imported.pictures, imported.left_out) == (0, 1)
    assert "is reached through a symbolic link, which is not followed" in note


async def test_a_file_that_goes_meanwhile_is_named(
    library: Services, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(pictures / "fox.png").unlink()
    find = finding.find_files

    def find_more(root: Path) -> finding.Finds:
        gone = put(pictures / "gone.png")
        found = find(root)
        gone.unlink()
        return found

    monkeypatch.setattr(importing, "find_files", find_more)
    assert (await taken_in(library, pictures))[1] == ["gone.png: is missing; it is left out."]


async def test_names_of_bytes_that_are_no_text(library: Services, pictures: Path) -> None:
    put(pictures / os.fsdecode(b"caf\xe9 \xff.png"))
    put(pictures / "赤い狐.webp", picture("webp"))
    assert (await taken_in(library, pictures))[0].pictures == 2
    assert sorted(image.filename for image in await images(library)) == [
        "caf\ufffd \ufffd.png",
        "赤い狐.webp",
    ]


async def test_labels_have_the_usual_limits() -> None:
    for wrong in (
        {"tags": ["x" * (TAG_LENGTH + 1)]},
        {"tags": [str(tag) for tag in range(33)]},
        {"author": ""},
    ):
        with pytest.raises(ValidationError):
            Labels.model_validate({"owner": "admin", "author": "admin", **wrong})


async def test_a_full_store_ends_it_and_what_is_in_stays(
    library: Services, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of those that were put side by side with the one for which there was no room."""
    for number in range(5):
        put(pictures / f"{number}.png", tiny(number), MOMENT + timedelta(seconds=number))
    places: list[str] = []
    real = FolderStore.put

    async def put_some(self: FolderStore, key: str, content: bytes) -> None:
        places.append(key)
        if len(places) == 3:
            raise StorageFull
        await real(self, key, content)

    with monkeypatch.context() as patched:
        patched.setattr(FolderStore, "put", put_some)
        with pytest.raises(StorageFull):
            await taken_in(library, pictures)
    assert [image.filename for image in await images(library)] == ["0.png", "1.png", "3.png", "4.png"]
    assert (await taken_in(library, pictures))[0].pictures == 1


async def test_many_files_in_one_folder_take_little_memory(library: Services, pictures: Path) -> None:
    """10,000 of one pixel take 27 s and 99 MB on two busy cores; 93 MB are the program's own."""
    for number in range(MANY):
        put(pictures / f"{number:05}.png", tiny(number, size=SIZE))
    tracemalloc.start()
    try:
        imported, notes = await taken_in(library, pictures)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (imported.pictures, notes) == (MANY, [])
    assert peak < MANY * SIZE / 3
    assert [image.filename for image in await images(library)] == [f"{n:05}.png" for n in range(MANY)]
