"""Answers that wait, writes that were cut off, a disk that is full."""

import fcntl
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pixyproxy.core.models import AttemptStatus, Status
from pixyproxy.core.names import new_guid
from pixyproxy.data.spool import AnswerAbout, Spool
from pixyproxy.service.services import Services
from pixyproxy.service.upkeep.findings import Verdict
from tests.service.scenery import ADMIN, ON_SQLITE, PNG

from .ground import AT_ONCE, REPAIR, attempted, fixed, said, unfinished, with_job, wrong

pytestmark = ON_SQLITE


async def spooled(services: Services, storage_key: str) -> str:
    """The name of a whole answer that waits, and that nobody holds."""
    answer = services.spool.begin(AnswerAbout(storage_key, "easel", "easel-1"))
    await answer.write(PNG)
    await answer.complete()
    answer.close()
    return f"{answer.about.name}.answer"


async def test_an_answer_that_waits_is_told_and_left_to_the_service(services: Services) -> None:
    attempt = await attempted(services, await unfinished(services, Status.UNKNOWN))
    name = await spooled(services, attempt.storage_key)
    waits = f"spool: Answers that wait for their image: 1 ({name}). The service takes them up when it can."
    assert await wrong(services) == [waits]
    assert await wrong(services, REPAIR) == [waits]
    assert await wrong(services, replace(REPAIR, standing_still_s=300)) == []
    assert len(services.spool.files()) == 1


async def test_bytes_whose_answer_waits_are_left_to_the_service_which_knows_their_cost(
    services: Services,
) -> None:
    attempt = await attempted(services, await unfinished(services, Status.UNKNOWN))
    await spooled(services, attempt.storage_key)
    await services.store.put(f"{attempt.storage_key}.png", PNG)
    assert await fixed(services) == []


async def test_an_answer_whose_image_has_a_job_is_in_order(services: Services) -> None:
    image = await unfinished(services, Status.GENERATING)
    attempt = await attempted(services, image, AttemptStatus.STARTED)
    await with_job(services, image, lease_s=60)
    await spooled(services, attempt.storage_key)
    assert await wrong(services) == []


async def test_an_answer_of_another_database_is_told_and_kept(services: Services) -> None:
    name = await spooled(services, f"2026/11/21/{new_guid()}")
    assert await wrong(services, REPAIR) == [
        (
            f"spool: Answers of another database: 1 ({name}). They are kept. "
            "Was PIXYPROXY_DATABASE_URL changed, or a backup restored?"
        )
    ]
    assert len(services.spool.files()) == 1


async def test_a_long_file_that_cannot_be_read_is_told_and_kept(services: Services, tmp_path: Path) -> None:
    (tmp_path / "spool" / "odd.answer").write_bytes(b"x" * 5000)
    assert await wrong(services, REPAIR) == [
        "spool: Files whose first line cannot be read: 1 (odd.answer). They are kept; look at them yourself."
    ]
    assert len(services.spool.files()) == 1


@pytest.mark.parametrize("head", ["", '{"storage_key": "2026/11', "[]\n", "{}\n"])
async def test_an_answer_with_nothing_in_it_is_removed(services: Services, tmp_path: Path, head: str) -> None:
    (tmp_path / "spool" / "cut.part").write_text(head)
    assert await wrong(services) == [
        "spool: Answers with nothing in them: 1 (cut.part). --repair removes them."
    ]
    assert await fixed(services) == ["spool: Answers with nothing in them: 1 (cut.part). They are removed."]
    assert services.spool.files() == []
    assert await wrong(services) == []


async def test_a_file_that_is_longer_than_a_head_is_kept_though_nobody_can_read_it(
    services: Services, tmp_path: Path
) -> None:
    path = tmp_path / "spool" / "damaged.answer"
    path.write_bytes(bytes(4096) + PNG)
    assert await fixed(services) == []
    assert path.read_bytes() == bytes(4096) + PNG


async def test_what_is_held_is_not_removed(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "spool" / "begun.part"
    with path.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert await fixed(services) == []
    assert path.exists()


async def test_nothing_takes_the_lock_of_an_answer_that_is_whole(services: Services, tmp_path: Path) -> None:
    """The service would think that somebody works on it."""
    head = {"storage_key": f"2026/11/21/{new_guid()}", "generator": "easel", "model": "easel-1"}
    path = tmp_path / "spool" / "held.answer"
    path.write_text(json.dumps(head) + "\n")
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert len(await wrong(services, REPAIR)) == 1


@pytest.mark.parametrize(
    "name",
    [".01939f2e.png.0123abcd.part", ".check-0123456789abcdef", "..check-0123456789abcdef.0123abcd.part"],
)
async def test_a_write_that_was_cut_off_is_removed_when_it_is_old(
    services: Services, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "images" / "2026" / "11"
    folder.mkdir(parents=True)
    path = folder / name
    path.write_bytes(b"half a pic")
    (folder / ".part").write_bytes(b"not ours")
    assert await wrong(services) == []
    assert await fixed(services) == []

    two_hours_ago = time.time() - 7200
    os.utime(path, (two_hours_ago, two_hours_ago))
    told = f"store: Writes that were cut off: 1 (2026/11/{name})."
    assert await wrong(services, replace(AT_ONCE, grace_s=3 * 3600)) == []
    assert await wrong(services) == [f"{told} --repair removes them."]
    assert await fixed(services) == [f"{told} They are removed."]
    assert [each.name for each in folder.iterdir()] == [".part"]
    assert await wrong(services) == []


async def test_without_a_look_at_the_spool_nothing_is_repaired(services: Services, tmp_path: Path) -> None:
    image = await unfinished(services, Status.GENERATING)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    blind = replace(services, spool=Spool(tmp_path / "loop"))
    spool, states, room = await wrong(blind, REPAIR)
    assert spool.startswith("spool: It cannot be read, so nothing is repaired: ")
    assert states.startswith("states: Images that nobody makes any more: 1")
    assert " New images are refused: " in room
    assert (await services.private(ADMIN).get(image.guid)).status is Status.GENERATING


async def test_a_disk_below_the_reserve_is_told(services: Services) -> None:
    [room] = [each for each in await said(services, Verdict.OK) if each.startswith("room")]
    assert room.endswith(" GB are free.")
    [sentence] = await wrong(services, replace(AT_ONCE, reserve_bytes=10**18))
    assert sentence.endswith(" GB are free. New images are refused: There is no room to keep another image.")
