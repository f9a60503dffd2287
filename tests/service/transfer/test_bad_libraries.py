"""A library that somebody has damaged, or made up: it is told what is wrong, and nothing is followed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pixyproxy.core.exceptions import InvalidRequest, StorageFull
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service.services import Services
from pixyproxy.service.transfer import lists
from pixyproxy.service.transfer.arriving import Arriving
from pixyproxy.service.transfer.layout import ATTEMPTS, IMAGES, KEYS, MANIFEST, UNFINISHED
from tests.data.builders import ADMINISTRATOR
from tests.service.scenery import shelve

from .ground import (
    MADE,
    arrive,
    attempts_of,
    bytes_of,
    change_line,
    images_of,
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
    assert line["content"]["storage_key"] not in await bytes_of(target)
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


async def test_the_storage_key_of_another_image_is_nobody_elses(target: Services, exported: Path) -> None:
    """Were it deleted, the other one's bytes would go."""
    lines = lines_of(exported, IMAGES)
    change_line(exported, 1, content=lines[0]["content"], file=lines[0]["file"])
    problem = await only_problem(target, exported)
    assert problem == f"{lines[1]['guid']}  names the storage key of another image; {LEFT_OUT}"
    arrived, [again] = await arrive(target, exported)
    assert (arrived.images, again) == (0, problem)


async def test_bytes_in_the_store_are_never_written_over(target: Services, exported: Path) -> None:
    line = lines_of(exported, IMAGES)[0]
    key = line["content"]["storage_key"]
    await target.store.put(key, b"somebody's")
    problem = await only_problem(target, exported)
    assert problem == f"{line['guid']}  has its place in the store taken by other bytes; {LEFT_OUT}"
    assert (await bytes_of(target))[key] == b"somebody's"


async def test_bytes_that_an_import_left_in_the_store_are_taken_for_what_they_are(
    target: Services, exported: Path
) -> None:
    line = lines_of(exported, IMAGES)[0]
    content = (exported / line["file"]).read_bytes()
    await target.store.put(line["content"]["storage_key"], content)
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
    """As a second row with the same guid, which another import wrote meanwhile."""
    first = lines_of(exported, IMAGES)[0]["guid"]
    other = await shelve(target, guid=first)
    monkeypatch.setattr(type(target.library.images), "kept_with_guids", nothing)
    arrived, problems = await arrive(target, exported)
    assert problems == [f"{first}  cannot be written to this database; {LEFT_OUT}"]
    assert arrived.images == len(MADE) - 1
    kept = await target.library.images.find(first, ADMINISTRATOR)
    assert kept is not None
    assert kept.content == other.content


async def nothing(*_: object) -> list[object]:
    return []


async def test_where_there_is_no_room_it_ends_and_what_is_in_stays(
    target: Services, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = iter([None])

    async def check_room() -> None:
        if next(rooms, StorageFull) is StorageFull:
            raise StorageFull

    monkeypatch.setattr(lists, "_PAGE_LINES", 2)
    arriving = Arriving(target.library, target.store, exported, check_room)
    with pytest.raises(StorageFull):
        assert [each async for each in arriving.problems()]
    assert len(await images_of(target)) == arriving.arrived.images == 2
    assert (await arrive(target, exported))[0].images == len(MADE) - 2


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
