"""Files in the spool that nobody works on: what is done is thrown away, what is not ours is left."""

from pathlib import Path

import pytest

from pixyproxy.core.models import Attempt, AttemptStatus, Image, Status
from pixyproxy.data.spool import AnswerAbout
from pixyproxy.service.making.generation import Limits
from pixyproxy.service.services import Services
from tests.service.making.workshop import (
    ANSWER,
    CAT,
    Other,
    attempts_of,
    eventually,
    files_of,
    found,
    lease_over,
    left_behind,
    nothing_is_left_to_do,
    shaky,
    spooled,
    until,
    worker,
)
from tests.service.scenery import ALICE, ON_SQLITE, Easel, Gate, painting, rows

pytestmark = ON_SQLITE


async def _made(parts: Services) -> tuple[Image, Attempt]:
    async with worker(parts, painting()) as service:
        image = await service.private(ALICE).make(CAT)
    [attempt] = await attempts_of(parts, image.guid)
    return image, attempt


@pytest.mark.parametrize("is_whole", [True, False])
async def test_an_answer_whose_image_is_ready_is_thrown_away(parts: Services, is_whole: bool) -> None:
    image, attempt = await _made(parts)
    before = files_of(parts)
    await spooled(parts, attempt, ANSWER, is_whole=is_whole)
    async with worker(parts, painting(), recovering=True):

        async def is_empty() -> bool:
            return not parts.spool.files()

        await eventually(is_empty)
    assert (await found(parts, image.guid), files_of(parts)) == (image, before)


async def test_one_of_another_library_is_left_alone(parts: Services) -> None:
    about = AnswerAbout("2026/11/21/00000000-of-another", "easel", "easel-1")
    strange = parts.spool.begin(about)
    await strange.write(ANSWER)
    await strange.complete()
    strange.close()
    _, attempt = await _made(parts)
    await spooled(parts, attempt, ANSWER)
    async with worker(parts, painting(), recovering=True):

        async def is_swept() -> bool:
            return [path.stem for path in parts.spool.files()] == [about.name]

        await eventually(is_swept)
    assert files_of(parts) != []


async def test_one_whose_image_is_still_being_made_is_left_alone(parts: Services) -> None:
    gate = Gate()
    async with worker(parts, Easel(gate), recovering=True) as service:
        making = await service.private(ALICE).begin(CAT, patience_s=0)
        await gate.reached.wait()
        [attempt] = await attempts_of(parts, making.image.guid)
        arriving = parts.spool.begin(AnswerAbout(attempt.storage_key, attempt.generator, attempt.model))
        await arriving.write(ANSWER[:5])
        arriving._flush()
        [before] = await rows(parts, "job")
        await service.generation._recovery._spool_sweep.sweep()
        assert [path.stem for path in parts.spool.files()] == [attempt.storage_key.rpartition("/")[2]]
        assert await rows(parts, "job") == [before]
        arriving.discard()
        gate.opened.set()
        await until(parts, making.image.guid, Status.READY)


async def test_who_wrote_a_file_that_nobody_holds_is_gone_so_its_lease_is_not_waited_for(
    parts: Services,
) -> None:
    image, _ = await left_behind(parts, painting(), ANSWER, lease_s=3600)
    lost, _ = await left_behind(parts, painting(), ANSWER[:50], is_whole=False, lease_s=3600)
    async with worker(parts, painting(), recovering=True):
        await until(parts, image.guid, Status.READY)
        await until(parts, lost.guid, Status.UNKNOWN)
        await eventually(lambda: nothing_is_left_to_do(parts))


async def test_an_answer_that_lacks_only_the_sign_of_its_end_is_whole(parts: Services) -> None:
    image, _ = await left_behind(parts, painting(), ANSWER, is_whole=False)
    async with worker(parts, painting(), recovering=True):
        await until(parts, image.guid, Status.READY)


async def test_an_answer_waits_for_a_worker_that_has_its_generator(parts: Services) -> None:
    image, _ = await left_behind(parts, painting(), ANSWER)
    async with worker(parts, Other(Gate()), recovering=True) as service:
        await service.generation._recovery._spool_sweep.sweep()
        await service.generation._recovery._take_up()
        assert (await found(parts, image.guid)).status is Status.GENERATING
    async with worker(parts, painting(), recovering=True):
        await until(parts, image.guid, Status.READY)


async def test_without_a_database_nothing_is_swept_and_nothing_stays_held(parts: Services) -> None:
    shaken, database = shaky(parts)
    _, attempt = await _made(parts)
    await spooled(parts, attempt, ANSWER)
    image, _ = await left_behind(parts, painting(), ANSWER)
    await lease_over(parts)
    limits = Limits(lease_s=1, reserve_bytes=0)
    async with worker(shaken, painting(), limits=limits, recovering=True):
        database.is_away = True
        refused = database.refused

        async def was_missed() -> bool:
            return database.refused > refused + 10

        await eventually(was_missed)
        database.is_away = False
        await until(parts, image.guid, Status.READY)

        async def is_empty() -> bool:
            return not parts.spool.files()

        await eventually(is_empty)


async def test_a_file_that_says_nothing_disturbs_nobody(parts: Services, tmp_path: Path) -> None:
    for content in (b"", b"{", b"[]\n", b'{"storage_key": 7}\n', b"\xff\n"):
        (tmp_path / "spool" / f"{content.hex() or 'empty'}.part").write_bytes(content)
    image, attempt = await left_behind(parts, painting(), ANSWER)
    async with worker(parts, painting(), recovering=True):
        await until(parts, image.guid, Status.READY)
    [closed] = await attempts_of(parts, image.guid)
    assert (closed.storage_key, closed.status) == (attempt.storage_key, AttemptStatus.SUCCEEDED)


async def test_what_cannot_be_opened_does_not_hold_up_the_others(parts: Services, tmp_path: Path) -> None:
    (tmp_path / "spool" / "0000.part").mkdir()
    image, _ = await left_behind(parts, painting(), ANSWER, lease_s=3600)
    async with worker(parts, painting(), recovering=True):
        await until(parts, image.guid, Status.READY)
