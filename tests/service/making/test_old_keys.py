"""An idempotency key is kept for 72 hours, and as long as its image is being made."""

from datetime import UTC, datetime, timedelta

import pytest

from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.models import Status
from pixyproxy.data.values import to_timestamp
from pixyproxy.service.making.recovery import KEYS_KEPT
from pixyproxy.service.services import Services
from tests.service.making.workshop import CAT, eventually, until, worker
from tests.service.scenery import ALICE, Easel, Gate, painting, rows


async def _age(parts: Services, age: timedelta) -> None:
    made_at = to_timestamp(datetime.now(UTC) - age)
    await parts.library._database.execute("UPDATE idempotency SET created_at = :at", {"at": made_at})


@pytest.mark.parametrize(
    ("age", "is_kept"),
    [
        (timedelta(0), True),
        (timedelta(hours=71, minutes=59), True),
        (timedelta(hours=72, minutes=1), False),
        (timedelta(days=30), False),
    ],
    ids=str,
)
async def test_it_is_kept_for_72_hours(parts: Services, age: timedelta, is_kept: bool) -> None:
    assert timedelta(hours=72) == KEYS_KEPT
    easel = painting()
    key = IdempotencyKey.of("POST /image", ["a"], CAT)
    async with worker(parts, easel) as service:
        first = await service.private(ALICE).begin(CAT, key)
        await _age(parts, age)
        await service.generation._recovery._forget_old_keys()
        again = await service.private(ALICE).begin(CAT, key)
    assert again.is_replay is is_kept
    assert (again.image.guid == first.image.guid) is is_kept
    assert len(easel.asked) == (1 if is_kept else 2)


async def test_it_is_kept_as_long_as_its_image_is_being_made(parts: Services) -> None:
    gate = Gate()
    key = IdempotencyKey.of("POST /image", ["a"], CAT)
    async with worker(parts, Easel(gate)) as service:
        made = await service.private(ALICE).begin(CAT, key, patience_s=0)
        await gate.reached.wait()
        await _age(parts, timedelta(days=30))
        await service.generation._recovery._forget_old_keys()
        assert len(await rows(parts, "idempotency")) == 1
        gate.opened.set()
        await until(parts, made.image.guid, Status.READY)

        async def is_over() -> bool:
            return not await rows(parts, "job")

        await eventually(is_over)
        await service.generation._recovery._forget_old_keys()
    assert await rows(parts, "idempotency") == []


async def test_more_than_are_forgotten_at_once_are_forgotten_one_lot_after_the_other(
    parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixyproxy.data.idempotency_repository._MOST_AT_ONCE", 2)
    async with worker(parts, painting()) as service:
        for number in range(5):
            key = IdempotencyKey.of("POST /image", [str(number)], CAT)
            await service.private(ALICE).begin(CAT, key)
        await _age(parts, timedelta(days=4))
        await service.generation._recovery._forget_old_keys()
    assert await rows(parts, "idempotency") == []


async def test_they_are_forgotten_by_themselves(parts: Services) -> None:
    async with worker(parts, painting()) as service:
        await service.private(ALICE).begin(CAT, IdempotencyKey.of("POST /image", ["a"], CAT))
    await _age(parts, timedelta(days=4))
    async with worker(parts, painting(), recovering=True):

        async def is_forgotten() -> bool:
            return not await rows(parts, "idempotency")

        await eventually(is_forgotten)
