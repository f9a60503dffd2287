"""Copies as a service gives them: made once, kept, made anew where they are lost, or served unkept."""

import asyncio
import errno
import gc
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import pyvips

from pixyproxy.core.exceptions import BytesMissing, ImageFailed, Unavailable
from pixyproxy.core.models import Content
from pixyproxy.core.names import new_guid
from pixyproxy.core.picture_requests import VariantOptions
from pixyproxy.data.durable_files import Space
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service.pictures import examine
from pixyproxy.service.reading import Picture
from pixyproxy.service.variants.variants import Variants
from tests.service.variants.gallery import encoded, hung, painting, written
from tests.service.variants.renderers import DIES_OVER_IT, WatchedWorkshop, until

BOUND = 10_000_000
SECRET = b"a red fox in the garden of 17 Mill Lane"
SMALL = VariantOptions(width=64, format="webp")

OTHER_PROCESS = """
import asyncio, sys
from pathlib import Path
from pixyproxy.core.picture_requests import VariantOptions
from pixyproxy.service.variants.variants import Variants
from tests.service.variants.gallery import encoded, hung
from tests.service.variants.renderers import WatchedWorkshop

async def main() -> None:
    workshop = WatchedWorkshop()
    variants = Variants(Path(sys.argv[1]), 10**9, workshop=workshop)
    picture = await hung(Path(sys.argv[2]), encoded("png"), sys.argv[3])
    print("ready", flush=True)
    sys.stdin.readline()
    made = await asyncio.gather(*(variants.of(picture, VariantOptions(width=64), "") for _ in range(10)))
    await variants.close()
    print(workshop.asked, {each.content.sha256 for each in made}, flush=True)

asyncio.run(main())
"""


class Studio:
    def __init__(self, folder: Path, workshop: WatchedWorkshop, most_bytes: int) -> None:
        self.cache = folder / "variants"
        self.workshop = workshop
        self.variants = Variants(self.cache, most_bytes, workshop=workshop)
        self._folder = folder / "images"

    async def picture(self, content: bytes | None = None, guid: str | None = None) -> Picture:
        return await hung(self._folder, content or encoded("png"), guid)

    async def of(self, picture: Picture, accept: str = "", **known: Any) -> Picture:
        return await self.variants.of(picture, VariantOptions.model_validate(known), accept)

    def let_a_second_pass(self) -> None:
        """What was seen before it has to be looked at again."""
        self.variants._remembered._now = lambda: time.monotonic() + 1.1

    def files(self) -> list[Path]:
        return sorted(each for each in self.cache.glob("??/*/*") if each.is_file())


@asynccontextmanager
async def open_studio(
    folder: Path, most_bytes: int = BOUND, workshop: WatchedWorkshop | None = None
) -> AsyncIterator[Studio]:
    studio = Studio(folder, workshop or WatchedWorkshop(), most_bytes)
    try:
        yield studio
    finally:
        await studio.variants.close()


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    async with open_studio(tmp_path) as studio:
        yield studio


async def bytes_of(picture: Picture) -> bytes:
    content = b"".join([each async for each in picture.read(0, picture.content.size_bytes)])
    facts = examine(content)
    assert (facts.media_type, facts.width, facts.height, facts.sha256, len(content)) == (
        picture.content.media_type,
        picture.content.width,
        picture.content.height,
        picture.content.sha256,
        picture.content.size_bytes,
    )
    return content


async def test_a_copy_is_what_it_says_it_is(studio: Studio) -> None:
    picture = await studio.picture()
    copy = await studio.of(picture, width=64, format="webp")
    await copy.check_whole()
    content = await bytes_of(copy)
    assert (copy.content.media_type, copy.content.width, copy.content.height) == ("image/webp", 64, 43)
    assert copy.local_path == studio.files()[0]
    assert copy.local_path.read_bytes() == content
    assert copy.image is picture.image
    assert await copy.link_to(60) is None


async def test_the_picture_itself_is_given_where_nothing_is_asked_for(studio: Studio) -> None:
    picture = await studio.picture()
    assert await studio.of(picture) is picture
    assert await studio.of(picture, fit="contain") is picture
    assert not studio.workshop.asked
    assert not studio.cache.exists()


def with_secrets(kind: str) -> bytes:
    told = painting().copy()
    told.set_type(pyvips.GValue.blob_type, "xmp-data", SECRET)
    told.set_type(pyvips.GValue.gstr_type, "exif-ifd0-ImageDescription", SECRET.decode())
    if kind == "png":
        told.set_type(pyvips.GValue.gstr_type, "png-comment-0-parameters", SECRET.decode())
    return written(told, kind)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("known", [{"width": 4096}, {"width": 128, "height": 80}, {"own": True}])
async def test_a_copy_says_nothing_also_where_nothing_else_changes(
    studio: Studio, kind: str, known: dict[str, Any]
) -> None:
    content = with_secrets(kind)
    assert SECRET in content
    copy = await studio.of(await studio.picture(content), **({"format": kind} if "own" in known else known))
    assert SECRET not in await bytes_of(copy)
    assert (copy.content.media_type, copy.content.width, copy.content.height) == (f"image/{kind}", 120, 80)


@pytest.mark.parametrize("kind", ["gif", "svg"])
async def test_what_is_no_kind_for_copies_becomes_a_png_in_any_size(studio: Studio, kind: str) -> None:
    copy = await studio.of(await studio.picture(encoded(kind)), width=4096)
    await bytes_of(copy)
    assert (copy.content.media_type, copy.content.width, copy.content.height) == ("image/png", 120, 80)


async def test_what_is_unusual_is_made_usual_in_its_own_size(studio: Studio) -> None:
    deep = painting().cast("ushort", shift=True).copy(interpretation="rgb16")
    inks = painting().copy(interpretation="srgb").icc_export(output_profile="cmyk")
    still = pyvips.Image.new_from_buffer(encoded("gif"), "")
    moving = still.join(still, "vertical").copy()
    moving.set_type(pyvips.GValue.gint_type, "page-height", 80)
    for content, kind in [
        (written(deep, "png"), "png"),
        (written(inks, "jpeg"), "jpeg"),
        (written(moving, "webp"), "webp"),
    ]:
        copy = await studio.of(await studio.picture(content), quality=90)
        seen = pyvips.Image.new_from_buffer(await bytes_of(copy), "")
        assert copy.content.media_type == f"image/{kind}"
        assert (seen.interpretation, seen.format, seen.width, seen.height) == ("srgb", "uchar", 120, 80)
        assert not seen.get_typeof("n-pages") or seen.get("n-pages") == 1


async def test_a_side_that_is_too_long_is_made_shorter_whatever_is_asked_for(studio: Studio) -> None:
    copy = await studio.of(await studio.picture(encoded("png", 4200, 4)), format="png")
    await bytes_of(copy)
    assert (copy.content.width, copy.content.height) == (4096, 4)


@pytest.mark.parametrize("at_hand", [False, True])
async def test_a_copy_of_what_is_at_hand_is_not_at_hand_itself(studio: Studio, *, at_hand: bool) -> None:
    picture = await studio.picture()
    picture = replace(picture, at_hand=encoded("png")) if at_hand else picture
    assert len(await bytes_of(await studio.of(picture, width=64))) < picture.content.size_bytes


async def test_what_was_made_is_not_made_again(studio: Studio) -> None:
    picture = await studio.picture()
    copies = [await studio.of(picture, width=width, format="webp") for width in (64, 64, 60, 49)]
    copies.append(await studio.of(picture, width=64, height=100, format="auto", accept="image/webp"))
    assert len({each.content for each in copies}) == 1
    assert studio.workshop.asked == 1
    await studio.of(picture, width=80, format="webp")
    assert studio.workshop.asked == 2


async def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    async with open_studio(tmp_path) as studio:
        picture = await studio.picture()
        first = await studio.of(picture, width=64)
    async with open_studio(tmp_path) as studio:
        assert (await studio.of(picture, width=64)).content == first.content
        assert not studio.workshop.asked


async def test_a_hundred_who_ask_at_once_are_answered_by_one_rendering(studio: Studio) -> None:
    picture = await studio.picture()
    copies = await asyncio.gather(*(studio.of(picture, width=64) for _ in range(100)))
    assert len({each.content for each in copies}) == 1
    assert studio.workshop.asked == 1


async def test_who_leaves_does_not_end_it_for_others(studio: Studio) -> None:
    picture = await studio.picture()
    first, second = (asyncio.create_task(studio.of(picture, width=64)) for _ in range(2))
    await until(lambda: studio.workshop.asked == 1)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    await bytes_of(await second)
    assert studio.workshop.asked == 1


async def test_what_nobody_waits_for_any_more_is_kept_all_the_same(studio: Studio) -> None:
    asking = asyncio.create_task(studio.of(await studio.picture(), width=64))
    await until(lambda: studio.workshop.asked == 1)
    asking.cancel()
    await until(lambda: bool(studio.files()))


async def test_two_processes_of_one_machine_make_it_once(tmp_path: Path) -> None:
    """Two objects that know nothing of each other, as in two processes."""
    async with open_studio(tmp_path) as one, open_studio(tmp_path) as other:
        picture = await one.picture()
        made = await asyncio.gather(
            *(studio.of(picture, width=width) for width in (32, 64, 80) for studio in (one, other))
        )
        assert one.workshop.asked + other.workshop.asked == 3
        assert len({each.content for each in made}) == 3


def test_two_processes_really(tmp_path: Path) -> None:
    folders = [str(tmp_path / "variants"), str(tmp_path / "images")]
    arguments = [sys.executable, "-c", OTHER_PROCESS, *folders, new_guid()]
    others = [
        subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for each in others:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    told = [each.communicate("go\n", timeout=30)[0].split(maxsplit=1) for each in others]
    assert sorted(asked for asked, _ in told) == ["0", "1"]
    assert told[0][1] == told[1][1]


async def test_a_lock_that_cannot_be_had_is_done_without(tmp_path: Path) -> None:
    async with open_studio(tmp_path) as studio:
        studio.cache.mkdir()
        studio.cache.joinpath("locks").write_text("no folder")
        await bytes_of(await studio.of(await studio.picture(), width=64))


def lost_with_all_others(path: Path) -> None:
    shutil.rmtree(path.parents[2])


@pytest.mark.parametrize(
    "loss",
    [
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: os.truncate(path, 40),
        lost_with_all_others,
    ],
)
async def test_a_copy_that_is_lost_is_made_anew(studio: Studio, loss: Callable[[Path], object]) -> None:
    picture = await studio.picture()
    copy = await studio.of(picture, width=64)
    assert copy.local_path is not None
    loss(copy.local_path)
    studio.let_a_second_pass()
    again = await studio.of(picture, width=64)
    assert again.content == copy.content
    await again.check_whole()
    await bytes_of(again)
    assert studio.workshop.asked == 2


async def test_what_is_asked_for_again_and_again_needs_no_look_at_the_disk(studio: Studio) -> None:
    picture = await studio.picture()
    first = await studio.of(picture, width=64)
    of_the_system: list[object] = []

    def note_call(_frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and getattr(called, "__module__", None) in {"posix", "io", "fcntl", "_thread"}:
            of_the_system.append(called)

    sys.setprofile(note_call)
    try:
        for _ in range(10):
            again = await studio.of(picture, width=64)
            await again.check_whole()
    finally:
        sys.setprofile(None)
    assert again == first
    assert not of_the_system


async def test_a_second_later_one_look_is_enough_for_all_who_ask(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = await studio.picture()
    first = await studio.of(picture, width=64)
    os.utime(studio.files()[0], (0, 0))
    studio.let_a_second_pass()
    looks = 0
    find = studio.variants._cache.find

    def counted(*arguments: Any) -> Content | None:
        nonlocal looks
        looks += 1
        return find(*arguments)

    monkeypatch.setattr(studio.variants._cache, "find", counted)
    for _ in range(3):
        copies = await asyncio.gather(*(studio.of(picture, width=64) for _ in range(20)))
        assert {each.content for each in copies} == {first.content}
    assert looks == 1
    assert studio.files()[0].stat().st_mtime == pytest.approx(time.time(), abs=60)
    assert studio.workshop.asked == 1


async def test_on_a_disk_that_takes_no_writes_what_is_kept_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_studio(tmp_path) as studio:
        picture = await studio.picture()
        await studio.of(picture, width=64)

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(os, "utime", refuse)
    async with open_studio(tmp_path) as studio:
        copy = await studio.of(picture, width=64)
        assert copy.local_path
        studio.let_a_second_pass()
        assert await studio.of(picture, width=64) == copy
        assert not studio.workshop.asked


async def test_a_file_that_was_damaged_while_nobody_looked_is_made_anew(tmp_path: Path) -> None:
    async with open_studio(tmp_path) as studio:
        picture = await studio.picture()
        path = (await studio.of(picture, width=64)).local_path
    assert path is not None
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    async with open_studio(tmp_path) as studio:
        await bytes_of(await studio.of(picture, width=64))
        assert studio.workshop.asked == 1


async def test_a_picture_on_its_side_fits_into_a_box_that_would_take_it_lying(
    studio: Studio,
) -> None:
    lying = painting().copy()
    lying.set_type(pyvips.GValue.gint_type, "orientation", 6)
    copy = await studio.of(await studio.picture(written(lying, "jpeg")), width=128, height=100)
    await bytes_of(copy)
    assert (copy.content.width, copy.content.height) == (67, 100)


@pytest.mark.parametrize("orientation", [1, 6])
async def test_a_picture_that_lies_on_its_side_fits_into_the_box_upright(
    studio: Studio, orientation: int
) -> None:
    lying = painting().copy()
    lying.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    picture = await studio.picture(written(lying, "jpeg"))
    narrow, low = await studio.of(picture, width=48), await studio.of(picture, height=32)
    sizes = [(each.content.width, each.content.height) for each in (narrow, low)]
    assert sizes == ([(48, 32), (48, 32)] if orientation == 1 else [(48, 72), (21, 32)])
    await bytes_of(narrow)
    await bytes_of(low)
    assert await studio.of(picture, width=48) == narrow
    async with open_studio(studio.cache.parent) as later:
        assert (await later.of(picture, width=48)).content == narrow.content
        assert (await later.of(picture, height=32)).content == low.content
        assert not later.workshop.asked


async def test_where_nothing_may_be_kept_it_is_served_from_memory(tmp_path: Path) -> None:
    async with open_studio(tmp_path, most_bytes=0) as studio:
        picture = await studio.picture()
        copies = await asyncio.gather(*(studio.of(picture, width=64) for _ in range(5)))
        await bytes_of(copies[0])
        assert copies[0].local_path is None
        assert studio.workshop.asked == 1
        await studio.variants.forget(picture.image.guid)
        await studio.variants.sweep()
        assert not studio.cache.exists()


async def test_on_a_full_disk_it_is_served_from_memory(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    studio.variants._cache._space = lambda _path: Space(10**12, 10**9)
    picture = await studio.picture()
    for _ in range(3):
        copy = await studio.of(picture, width=64)
        await copy.check_whole()
        await bytes_of(copy)
        assert copy.at_hand
    assert not studio.files()
    assert len(caplog.records) == 1
    assert "ENOSPC" in caplog.text


async def test_a_full_file_system_is_a_full_disk(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    picture = await studio.picture()
    monkeypatch.setattr("pixyproxy.service.variants.cache._write_new", written_to_dev_full)
    await bytes_of(await studio.of(picture, width=64))
    assert "ENOSPC" in caplog.text
    assert not studio.files()


def written_to_dev_full(_path: Path, pieces: list[bytes]) -> None:
    with Path("/dev/full").open("wb", buffering=0) as file:
        file.writelines(pieces)


async def test_where_the_folder_cannot_be_made_it_is_served_from_memory(tmp_path: Path) -> None:
    tmp_path.joinpath("variants").write_text("a file")
    async with open_studio(tmp_path) as studio:
        picture = await studio.picture()
        await bytes_of(await studio.of(picture, width=64))
        await studio.variants.forget(picture.image.guid)
        await studio.variants.sweep()


async def test_what_cannot_be_read_cannot_be_resized_and_is_asked_again_each_time(studio: Studio) -> None:
    picture = await studio.picture()
    broken = b"no picture at all"
    sha256 = hashlib.sha256(broken).hexdigest()
    content = replace(picture.content, size_bytes=len(broken), sha256=sha256)
    picture = replace(picture, content=content, at_hand=broken)
    for asked in (1, 2):
        with pytest.raises(ImageFailed) as caught:
            await studio.of(picture, width=64)
        assert caught.value.detail == "This picture cannot be resized."
        assert caught.value.guid == picture.image.guid
        assert studio.workshop.asked == asked


async def test_a_damaged_original_does_not_become_a_fine_copy(studio: Studio) -> None:
    picture = await studio.picture()
    assert picture.local_path is not None
    picture.local_path.write_bytes(encoded("png", seed=5))
    with pytest.raises(BytesMissing):
        await studio.of(picture, width=64)
    picture.local_path.unlink()
    with pytest.raises(BytesMissing):
        await studio.of(picture, width=64)
    assert not studio.files()


async def test_when_renderers_die_who_asks_is_told_to_come_again_and_is_served_then(studio: Studio) -> None:
    working, studio.workshop.command = studio.workshop.command, DIES_OVER_IT
    picture = await studio.picture()
    told = await asyncio.gather(*(studio.of(picture, width=64) for _ in range(3)), return_exceptions=True)
    assert {type(each) for each in told} == {Unavailable}
    studio.workshop.command = working
    await bytes_of(await studio.of(picture, width=64))


async def test_too_many_at_once_are_told_so_at_once(studio: Studio) -> None:
    pictures = [await studio.picture() for _ in range(12)]
    studio.variants._turns._most_waiting = 3
    told = await asyncio.gather(*(studio.of(each, width=64) for each in pictures), return_exceptions=True)
    refused = [each for each in told if isinstance(each, Unavailable)]
    assert len(refused) == 12 - 2 * studio.workshop.most - 3
    assert {each.retry_after_s for each in refused} == {2}


async def test_an_image_that_is_removed_takes_its_copies_along(studio: Studio) -> None:
    gone, stays = await studio.picture(), await studio.picture()
    for picture in (gone, stays):
        await studio.of(picture, width=64)
        await studio.of(picture, width=80)
    await studio.variants.forget(gone.image.guid)
    await studio.variants.forget(new_guid())
    assert {each.parent.name for each in studio.files()} == {stays.image.guid}
    assert len(studio.files()) == 2
    await studio.of(gone, width=64)
    assert studio.workshop.asked == 5


async def removed(studio: Studio, picture: Picture) -> None:
    """As the trash does it: first the bytes, then what was derived from them."""
    assert isinstance(picture.store, FolderStore)
    await picture.store.delete(picture.content.storage_key)
    async with asyncio.timeout(1):
        await studio.variants.forget(picture.image.guid)


@asynccontextmanager
async def held_up(studio: Studio, picture: Picture) -> AsyncIterator["asyncio.Task[Picture]"]:
    """A copy of it whose renderer waits until the end of this."""
    await studio.of(await studio.picture(), width=64)
    renderer, asked = studio.workshop.started[0].pid, studio.workshop.asked
    os.kill(renderer, signal.SIGSTOP)
    try:
        asking = asyncio.create_task(studio.of(picture, width=64))
        await until(lambda: studio.workshop.asked == asked + 1)
        await asyncio.sleep(0.05)
        yield asking
    finally:
        os.kill(renderer, signal.SIGCONT)


def files_of(studio: Studio, picture: Picture) -> list[Path]:
    return [each for each in studio.files() if each.parent.name == picture.image.guid]


@pytest.mark.parametrize("by_another", [False, True])
async def test_an_image_is_removed_at_once_while_a_copy_of_it_is_made_and_that_goes_as_well(
    tmp_path: Path, *, by_another: bool
) -> None:
    async with open_studio(tmp_path) as one, open_studio(tmp_path) as other:
        picture = await one.picture()
        async with held_up(one, picture) as asking:
            await removed(other if by_another else one, picture)
        with pytest.raises(BytesMissing):
            await asking
        assert not files_of(one, picture)


async def test_what_was_derived_is_forgotten_at_once_also_where_the_bytes_are_still_seen(
    studio: Studio,
) -> None:
    picture = await studio.picture()
    async with held_up(studio, picture) as asking:
        async with asyncio.timeout(1):
            await studio.variants.forget(picture.image.guid)
    with pytest.raises(BytesMissing):
        await asking
    assert not files_of(studio, picture)
    await bytes_of(await studio.of(picture, width=64))


@pytest.mark.parametrize("by_another", [False, True])
@pytest.mark.parametrize("after_the_look", [False, True])
async def test_an_image_that_is_removed_when_its_copy_was_just_written_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, after_the_look: bool, by_another: bool
) -> None:
    """Before the look at the original, the copy is removed by who has made it; after it, by `forget`."""
    read = FolderStore.read
    async with open_studio(tmp_path) as one, open_studio(tmp_path) as other:
        picture = await one.picture()

        async def read_then(
            store: FolderStore, key: str, start: int = 0, end: int | None = None
        ) -> AsyncIterator[bytes]:
            is_look = end == 1
            if is_look and not after_the_look:
                assert files_of(one, picture)
                await removed(other if by_another else one, picture)
            async for piece in read(store, key, start, end):
                yield piece
            if is_look and after_the_look:
                await removed(other if by_another else one, picture)

        monkeypatch.setattr(FolderStore, "read", read_then)
        if after_the_look and by_another:
            await one.of(picture, width=64)
        else:
            with pytest.raises(BytesMissing):
                await one.of(picture, width=64)
        assert not files_of(one, picture)


async def test_an_original_that_cannot_be_looked_at_has_no_copy_yet(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, read = await studio.picture(), FolderStore.read

    def read_the_whole_only(
        store: FolderStore, key: str, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        if end == 1:
            raise Unavailable
        return read(store, key, start, end)

    with monkeypatch.context() as context:
        context.setattr(FolderStore, "read", read_the_whole_only)
        with pytest.raises(Unavailable):
            await studio.of(picture, width=64)
    assert not studio.files()
    await bytes_of(await studio.of(picture, width=64))


async def test_the_bound_is_one_however_fast_it_is_written(tmp_path: Path) -> None:
    bound, most, largest, refused = 400_000, 0, 0, 0
    async with open_studio(tmp_path, most_bytes=bound) as studio:
        for number in range(40):
            copy = await studio.of(await studio.picture(encoded("png", seed=number % 3)), width=100)
            await bytes_of(copy)
            refused += copy.at_hand is not None
            sizes = [each.stat().st_blocks * 512 for each in studio.files()]
            most, largest = max(most, sum(sizes)), max(largest, *sizes)
    assert refused
    assert bound <= most <= 1.1 * bound + largest


async def test_when_it_is_full_a_sweep_makes_room_at_once(studio: Studio) -> None:
    studio.variants._bound.note_left(2 * BOUND, counted_bytes=0)
    picture = await studio.picture()
    assert (await studio.of(picture, width=64)).at_hand
    await until(lambda: not studio.variants._bound.is_sweep_due)
    assert not (await studio.of(picture, width=64)).at_hand


async def test_what_is_left_free_is_what_the_settings_say(tmp_path: Path) -> None:
    for reserve_bytes, is_kept in [(2**62, False), (0, True)]:
        variants = Variants(tmp_path / "variants", BOUND, reserve_bytes, workshop=WatchedWorkshop())
        copy = await variants.of(await hung(tmp_path / "images", encoded("png")), SMALL, "")
        assert (copy.at_hand is None) == is_kept
        await variants.close()


async def test_a_sweep_brings_it_back_under_the_bound(tmp_path: Path) -> None:
    async with open_studio(tmp_path, most_bytes=50_000) as studio:
        for _ in range(5):
            await studio.of(await studio.picture(), width=100)
        for each in studio.files():
            os.utime(each, (1000, time.time() - 1000))
        kept = studio.files()[0]
        os.utime(kept)
        assert sum(each.stat().st_size for each in studio.files()) > 50_000
        await studio.variants.sweep()
        assert kept in studio.files()
        assert sum(each.stat().st_size for each in studio.files()) <= 45_000


async def test_much_that_was_written_is_swept_without_being_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixyproxy.service.variants.variants._SWEEP_PAUSE_S", 0.2)
    async with open_studio(tmp_path, most_bytes=60_000) as studio:
        await studio.of(await studio.picture(), width=100)
        old = studio.files()[0]
        for each in range(4):
            path = old.with_name(f"old-{each}.png")
            path.write_bytes(bytes(20_000))
            os.utime(path, (1000, 1000))
        await studio.of(await studio.picture(), width=100)
        await until(lambda: not list(studio.cache.rglob("old-*")))


async def test_an_end_in_the_middle_of_it_is_an_end(tmp_path: Path) -> None:
    async with open_studio(tmp_path) as studio:
        asking = asyncio.create_task(studio.of(await studio.picture(), width=64))
        await until(lambda: bool(studio.workshop.started))
        await studio.variants.close()
        with pytest.raises(Unavailable):
            await asking
        await until(lambda: not studio.workshop.started[0].is_alive)


async def longest_step_during(work: Awaitable[object]) -> float:
    """Of what this thread does, in seconds of its own: how busy the machine is does not count."""
    longest, task = 0.0, asyncio.ensure_future(work)
    last = time.thread_time()
    while not task.done():
        await asyncio.sleep(0.001)
        now = time.thread_time()
        longest, last = max(longest, now - last), now
    await task
    return longest


@pytest.fixture
def _nothing_collected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_nothing_collected")
async def test_the_event_loop_goes_on_while_large_pictures_are_resized(studio: Studio) -> None:
    content = encoded("png", 1200, 1200)
    pictures = [await studio.picture(content) for _ in range(16)]
    resizing = asyncio.gather(*(studio.of(each, width=512, format="webp") for each in pictures))
    assert await longest_step_during(resizing) < 0.025  # 3 ms, whatever else the machine does
    assert studio.workshop.asked == 16
