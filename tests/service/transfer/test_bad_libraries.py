"""A library that somebody has damaged, or made up: it is told what is wrong, and nothing is followed."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pixyproxy.core.exceptions import InternalError, InvalidRequest, StorageFull
from pixyproxy.core.models import AttemptStatus, Image
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.image_repository import ImageRepository, Kept
from pixyproxy.service.services import Services
from pixyproxy.service.transfer import lists
from pixyproxy.service.transfer.arriving import Arriving
from pixyproxy.service.transfer.layout import ATTEMPTS, IMAGES, KEYS, MANIFEST, UNFINISHED
from tests.data.builders import ADMINISTRATOR, an_attempt
from tests.service.scenery import ADMIN, picture, shelve
from tests.service.upkeep.ground import attempted

from .ground import (
    ANSWER,
    KEPT_FOR,
    MADE,
    arrive,
    attempts_of,
    bytes_of,
    change_line,
    images_of,
    key_of,
    lines_of,
    rewrite,
)

LEFT_OUT = "it is left out."


def raw(folder: Path, line: int, text: bytes, name: str = IMAGES) -> None:
    """A line replaced by these bytes."""
    lines = (folder / name).read_bytes().splitlines()
    lines[line] = text
    (folder / name).write_bytes(b"\n".join(lines) + b"\n")


async def only_problem(target: Services, folder: Path) -> str:
    """The one thing that is told; all the rest has come."""
    arrived, [problem] = await arrive(target, folder)
    assert arrived.images == len(MADE) - 1
    assert len(await images_of(target)) == len(MADE) - 1
    return problem


async def test_lines_that_cannot_be_taken_are_named_and_keep_no_other(
    target: Services, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "LONGEST_LINE_BYTES", 10_000)
    raw(exported, 1, b"x" * 3_000_000)
    raw(exported, 2, b"no json")
    change_line_of(exported, 3, file="../../secret.png")
    arrived, problems = await arrive(target, exported)
    assert problems == [
        "images.jsonl line 2: is longer than any line of ours.",
        "images.jsonl line 3: is not valid JSON.",
        "images.jsonl line 4: file: leads out of the folder.",
    ]
    assert arrived.images == len(MADE) - 3
    assert arrived.attempts == len(lines_of(exported, ATTEMPTS))


def change_line_of(folder: Path, number: int, **values: Any) -> None:
    """Where other lines are broken already."""
    line = json.loads((folder / IMAGES).read_bytes().splitlines()[number])
    raw(folder, number, json.dumps({**line, **values}).encode())


@pytest.mark.parametrize("kind", ["gone", "cut", "longer", "changed", "link", "folder behind a link", "pipe"])
async def test_bytes_that_are_not_as_they_were_keep_their_image_out_until_they_are(
    target: Services, exported: Path, kind: str
) -> None:
    line = lines_of(exported, IMAGES)[0]
    file = exported / line["file"]
    content = file.read_bytes()
    aside = exported.parent / "aside"
    if kind == "gone":
        file.unlink()
    elif kind == "link":
        file.rename(aside)
        file.symlink_to(aside)
    elif kind == "folder behind a link":
        aside.mkdir()
        (aside / "x.png").write_bytes(content)
        (exported / "files" / "aside").symlink_to(aside)
        change_line(exported, 0, file="files/aside/x.png")
    elif kind == "pipe":
        file.unlink()
        os.mkfifo(file)
    else:
        file.write_bytes({"cut": content[:-1], "longer": content + b"x", "changed": content[::-1]}[kind])
    problem = await only_problem(target, exported)
    assert problem.startswith(f"{line['guid']}  has its bytes in a file ")
    assert problem.endswith(LEFT_OUT)
    assert key_of(line) not in await bytes_of(target)
    spent = len(await attempts_of(target))

    file.unlink(missing_ok=True)
    file.write_bytes(content)
    change_line(exported, 0, file=line["file"])
    arrived, problems = await arrive(target, exported)
    assert (arrived.images, problems) == (1, [])
    attempts = await attempts_of(target)
    assert len(attempts) == spent  # they had come by themselves
    assert [guid for _, guid in attempts.values()].count(line["guid"]) == 1


async def test_an_image_that_was_damaged_when_it_left_is_named(target: Services, exported: Path) -> None:
    guid = lines_of(exported, IMAGES)[0]["guid"]
    change_line(exported, 0, file=None, file_error="wrong hash")
    problem = await only_problem(target, exported)
    assert problem == f"{guid}  has no bytes in this export (wrong hash); {LEFT_OUT}"


async def test_an_answer_that_is_not_as_it_was_keeps_its_image_out(target: Services, exported: Path) -> None:
    [answer] = [line["answer"] for line in lines_of(exported, ATTEMPTS) if line["answer"]]
    (exported / answer["file"]).write_bytes(b"other")
    arrived, problems = await arrive(target, exported)
    assert arrived.images == len(MADE) - 1
    assert "has its bytes in a file of the wrong size; it is left out." in problems[0]
    assert answer["file"].removeprefix("files/") not in await bytes_of(target)


async def test_two_images_of_the_same_file_have_bytes_of_their_own(target: Services, exported: Path) -> None:
    """Were one removed, the other one's bytes would go with it."""
    lines = lines_of(exported, IMAGES)
    change_line(exported, 1, content=lines[0]["content"], file=lines[0]["file"])
    assert (await arrive(target, exported))[1] == []
    mine = target.private(ADMIN)
    content = await mine.content_of(lines[1]["guid"])
    await mine.delete(lines[0]["guid"], permanently=True)
    assert await mine.content_of(lines[1]["guid"]) == content


async def test_no_line_reaches_the_bytes_of_an_image_that_is_there(target: Services, exported: Path) -> None:
    """Neither by the key that its line had, nor through what was spent on it."""
    mine = await made_here(target)
    assert mine.content is not None
    key = mine.content.storage_key.removesuffix(".png")
    before = await bytes_of(target)
    spent = [number for number, line in enumerate(lines_of(exported, ATTEMPTS)) if line["answer"]]
    change_line(exported, spent[0], ATTEMPTS, storage_key=key)
    arrived, problems = await arrive(target, exported)
    assert problems == [f"The attempt {key} is there already with other facts; it stays as it is."]
    assert arrived.images == len(MADE)
    assert f"{key}.quarantined" not in await bytes_of(target)
    for line in lines_of(exported, IMAGES):
        await target.private(ADMIN).delete(line["guid"], permanently=True)
    assert await bytes_of(target) == before


async def made_here(target: Services) -> Image:
    """With an attempt of its own."""
    image = await shelve(target)
    assert image.content is not None
    key = image.content.storage_key.removesuffix(".png")
    await attempted(target, image, AttemptStatus.SUCCEEDED, storage_key=key)
    return image


@pytest.mark.parametrize("values", [{"cost_usd": "9"}, {"owner": "mallory"}, {"image": "another"}])
async def test_an_attempt_that_is_there_otherwise_stays_as_it_is_and_is_named(
    target: Services, exported: Path, values: dict[str, Any]
) -> None:
    await arrive(target, exported)
    before = await attempts_of(target)
    lines = lines_of(exported, ATTEMPTS)
    if "image" in values:
        values = {"image": lines_of(exported, IMAGES)[1]["guid"]}
    change_line(exported, 0, ATTEMPTS, **values)
    arrived, problems = await arrive(target, exported)
    assert problems == [
        f"The attempt {lines[0]['storage_key']} is there already with other facts; it stays as it is."
    ]
    assert arrived.attempts == 0
    assert await attempts_of(target) == before


async def test_what_was_spent_on_one_that_is_gone_is_not_tied_to_another(
    target: Services, exported: Path
) -> None:
    """With other facts: neither when the image comes, nor when the list is read to its end."""
    lines = lines_of(exported, ATTEMPTS)
    kept = replace(an_attempt(storage_key=lines[0]["storage_key"]), image_id=918273)
    await target.library.attempts.add(kept)
    _, problems = await arrive(target, exported)
    assert problems == [
        f"The attempt {kept.storage_key} is there already with other facts; it stays as it is."
    ]
    assert (await attempts_of(target))[kept.storage_key][1] is None


@pytest.mark.parametrize("apart", [True, False])
async def test_of_two_attempts_with_one_key_the_first_comes(
    target: Services, exported: Path, apart: bool
) -> None:
    lines = lines_of(exported, ATTEMPTS)
    images = [line["image"] for line in lines]
    second = next(number for number, image in enumerate(images) if image not in {None, images[0]})
    if not apart:
        rewrite(exported, ATTEMPTS, lambda found: [{**line, "image": None} for line in found])
    change_line(exported, second, ATTEMPTS, storage_key=lines[0]["storage_key"], cost_usd="9")
    arrived, problems = await arrive(target, exported)
    assert problems == [
        f"The attempt {lines[0]['storage_key']} is there already with other facts; it stays as it is."
    ]
    assert arrived.attempts == len(lines) - 1
    [kept, _] = (await attempts_of(target))[lines[0]["storage_key"]]
    assert kept.cost is not None
    assert kept.cost.usd == Decimal("1.5")


async def test_bytes_in_the_store_are_never_written_over(target: Services, exported: Path) -> None:
    line = lines_of(exported, IMAGES)[0]
    key = key_of(line)
    await target.store.put(key, b"somebody's")
    problem = await only_problem(target, exported)
    assert problem == f"{line['guid']}  has its place in the store taken by other bytes; {LEFT_OUT}"
    assert (await bytes_of(target))[key] == b"somebody's"


async def test_bytes_that_an_import_left_in_the_store_are_taken_for_what_they_are(
    target: Services, exported: Path
) -> None:
    line = lines_of(exported, IMAGES)[0]
    content = (exported / line["file"]).read_bytes()
    await target.store.put(key_of(line), content)
    assert (await arrive(target, exported))[1] == []


async def test_the_same_image_twice_comes_once(target: Services, exported: Path) -> None:
    rewrite(exported, IMAGES, lambda lines: [*lines, lines[0]])
    arrived, problems = await arrive(target, exported)
    assert arrived.images == len(MADE)
    assert problems == [
        "images.jsonl line 8: is of the same image as another line.",
        "images.jsonl has 8 lines, and should have 7.",
    ]


@pytest.mark.parametrize("name", [IMAGES, ATTEMPTS, KEYS])
async def test_a_list_that_was_cut_off_is_named(target: Services, exported: Path, name: str) -> None:
    rewrite(exported, name, lambda lines: lines[:-1])
    _, problems = await arrive(target, exported)
    assert any(each.startswith(f"{name} has ") for each in problems)


@pytest.mark.parametrize("name", [IMAGES, ATTEMPTS, KEYS, MANIFEST])
@pytest.mark.parametrize("instead", [None, "link", "folder", "pipe"])
async def test_without_a_list_nothing_comes(
    target: Services, exported: Path, name: str, instead: str | None
) -> None:
    path = exported / name
    path.rename(exported.parent / "aside")
    if instead == "link":
        path.symlink_to(exported.parent / "aside")
    elif instead == "folder":
        path.mkdir()
    elif instead == "pipe":
        os.mkfifo(path)
    with pytest.raises(InvalidRequest, match=f"{name} in .* is (missing|no plain file)"):
        await arrive(target, exported)
    assert await images_of(target) == []
    assert await target.library.keys.list_() == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "format: is required"),
        ("no json", "is not valid JSON"),
        ('{"format": 2}', "is a library of format 2; this release knows 1"),
        ('{"format": 1}', "made_by: is required"),
        (" " * 2_000_000 + "{}", "is not valid JSON"),
    ],
)
async def test_a_format_that_is_not_known_is_refused(
    target: Services, exported: Path, text: str, told: str
) -> None:
    (exported / MANIFEST).write_text(text)
    with pytest.raises(InvalidRequest, match=told):
        await arrive(target, exported)


async def test_what_is_not_finished_is_no_folder_of_pictures(exported: Path) -> None:
    assert lists.is_library(exported)
    (exported / MANIFEST).unlink()
    (exported / UNFINISHED).mkdir()
    (exported / MANIFEST).write_text("{}")
    with pytest.raises(InvalidRequest, match="is not finished"):
        lists.is_library(exported)
    (exported / MANIFEST).unlink()
    (exported / UNFINISHED).rmdir()
    for remains in (IMAGES, UNFINISHED):
        with pytest.raises(InvalidRequest, match="is not finished; run `pixyproxy export` into it again"):
            lists.is_library(exported)
        (exported / IMAGES).unlink(missing_ok=True)
        (exported / UNFINISHED).mkdir(exist_ok=True)
        assert remains
    (exported / UNFINISHED).rmdir()
    assert not lists.is_library(exported)


async def test_what_was_spent_comes_in_whatever_order(target: Services, exported: Path) -> None:
    expected = {line["storage_key"]: line["image"] for line in lines_of(exported, ATTEMPTS)}
    rewrite(exported, ATTEMPTS, lambda lines: lines[::-1])
    arrived, problems = await arrive(target, exported)
    assert (problems, arrived.attempts) == ([], len(expected))
    assert {key: guid for key, (_, guid) in (await attempts_of(target)).items()} == expected


@pytest.mark.parametrize("text", [b"no json", b'{"image": null}'])
async def test_a_broken_attempt_is_named_and_keeps_no_other(
    target: Services, exported: Path, text: bytes
) -> None:
    raw(exported, 0, text, ATTEMPTS)
    arrived, [problem] = await arrive(target, exported)
    assert problem.startswith("attempts.jsonl line 1: ")
    assert (arrived.images, arrived.attempts) == (len(MADE), len(lines_of_rest(exported)))


def lines_of_rest(folder: Path) -> list[bytes]:
    return (folder / ATTEMPTS).read_bytes().splitlines()[1:]


async def test_a_broken_key_is_named(target: Services, exported: Path) -> None:
    change_line(exported, 0, KEYS, secret_sha256="x")
    arrived, [problem] = await arrive(target, exported)
    assert problem.startswith("keys.jsonl line 1: secret_sha256: ")
    assert (arrived.keys, arrived.images) == (1, len(MADE))


async def test_what_the_database_does_not_take_keeps_no_other(
    target: Services, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = lines_of(exported, IMAGES)[0]["guid"]
    add = ImageRepository.add

    async def refusing(self: ImageRepository, image: Image) -> int:
        if image.guid == first:
            raise InternalError
        return await add(self, image)

    monkeypatch.setattr(ImageRepository, "add", refusing)
    problem = await only_problem(target, exported)
    assert problem == f"{first}  cannot be written to this database; {LEFT_OUT}"


async def test_another_image_with_the_same_guid_that_comes_meanwhile_stays_as_it_is(
    target: Services, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = lines_of(exported, IMAGES)[0]["guid"]
    other = await shelve(target, picture("jpg"), guid=first)
    miss_at_first(monkeypatch)
    arrived, problems = await arrive(target, exported)
    assert problems == [f"{first}  is there already, with other bytes; it stays as it is."]
    assert (arrived.images, arrived.were_there) == (len(MADE) - 1, 1)
    kept = await target.library.images.find(first, ADMINISTRATOR)
    assert kept is not None
    assert kept.content == other.content


def miss_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if others had come after it was first asked who is there."""
    find = ImageRepository.kept_with_guids
    asked: list[object] = []

    async def late(self: ImageRepository, guids: Sequence[str]) -> list[Kept]:
        asked.append(guids)
        return await find(self, guids) if len(asked) > 1 else []

    monkeypatch.setattr(ImageRepository, "kept_with_guids", late)


async def test_of_two_answers_with_one_key_the_first_is_put_into_the_store(
    target: Services, exported: Path
) -> None:
    """The other one is told of, and keeps its image from nothing."""
    lines = lines_of(exported, ATTEMPTS)
    number = next(at for at, line in enumerate(lines) if line["answer"])
    other = exported / "files" / "other"
    other.write_bytes(b"other")
    answer = {"file": "files/other", "size_bytes": 5, "sha256": hashlib.sha256(b"other").hexdigest()}
    key = lines[number]["storage_key"]
    change_line(exported, number + 1, ATTEMPTS, storage_key=key, answer=answer)
    arrived, problems = await arrive(target, exported)
    assert problems == [f"The attempt {key} is there already with other facts; it stays as it is."]
    assert arrived.images == len(MADE)
    assert (await bytes_of(target))[f"{key}.quarantined"] == ANSWER


async def test_two_imports_at_once_meet(
    target: Services, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await arrive(target, exported)
    before = await images_of(target), await bytes_of(target), await attempts_of(target)
    miss_at_first(monkeypatch)
    arrived, problems = await arrive(target, exported)
    assert (arrived.images, arrived.were_there, problems) == (0, len(MADE), [])
    assert (await images_of(target), await bytes_of(target), await attempts_of(target)) == before


async def test_where_there_is_no_room_it_ends_and_what_is_in_stays(
    target: Services, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = iter([None] * 4)

    async def check_room() -> None:
        if next(rooms, StorageFull) is StorageFull:
            raise StorageFull

    monkeypatch.setattr(lists, "_PAGE_LINES", 2)
    arriving = Arriving(target.library, target.store, exported, check_room, kept_for=KEPT_FOR)
    with pytest.raises(StorageFull):
        assert [each async for each in arriving.problems()]
    assert len(await images_of(target)) == arriving.arrived.images == 2
    assert (await arrive(target, exported))[0].images == len(MADE) - 2


async def test_room_is_asked_for_before_each_file(target: Services, exported: Path) -> None:
    """A page of a hundred pictures may be gigabytes."""
    there: list[int] = []

    async def check_room() -> None:
        there.append(len(await bytes_of(target)))
        if len(there) == 3:
            raise StorageFull

    arriving = Arriving(target.library, target.store, exported, check_room, kept_for=KEPT_FOR)
    with pytest.raises(StorageFull):
        assert [each async for each in arriving.problems()]
    assert len(there) < len(MADE)
    assert len(await bytes_of(target)) < 5


async def test_a_store_that_is_full_ends_it_and_it_goes_on_later(
    target: Services, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:

        async def full(*_: object) -> None:
            raise StorageFull

        patched.setattr(FolderStore, "put", full)
        with pytest.raises(StorageFull):
            await arrive(target, exported)
    assert await images_of(target) == []
    assert (await arrive(target, exported))[1] == []
