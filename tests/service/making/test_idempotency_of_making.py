"""The same key with the same request stands for one image, whoever asks it of which worker."""

import asyncio
from collections.abc import Sequence

import pytest

from pixyproxy.core.exceptions import (
    DuplicateRow,
    GeneratorFailed,
    GeneratorRefused,
    GeneratorTimeout,
    IdempotencyMismatch,
    ImageNotFound,
    InternalError,
    InvalidRequest,
    OutcomeUnknown,
    PixyProxyException,
    PromptRefused,
    RateLimited,
    Unavailable,
)
from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.models import Status
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.service.generators.generator import GeneratedPicture
from pixyproxy.service.services import Services
from tests.service.making.workshop import CAT, in_turn, the_only_image, worker
from tests.service.scenery import ALICE, BOB, PNG, Easel, Gate, failing, painting, rows

RELEASED: Sequence[PixyProxyException] = [
    GeneratorRefused(),
    GeneratorTimeout(),
    RateLimited(retry_after_s=60),
    Unavailable(),
]
KEPT: Sequence[PixyProxyException] = [
    PromptRefused(),
    InvalidRequest(),
    GeneratorFailed(),
    OutcomeUnknown(),
    InternalError(),
]


def key_for(prompt: ImagePrompt = CAT, text: str = "a") -> IdempotencyKey | None:
    return IdempotencyKey.of("POST /image", [text], prompt)


def _names(error: PixyProxyException) -> str:
    return type(error).__name__


async def test_the_same_key_gives_the_same_image_and_one_call(parts: Services) -> None:
    easel = painting()
    async with worker(parts, easel) as service:
        first = await service.private(ALICE).begin(CAT, key_for())
        again = await service.private(ALICE).begin(CAT, key_for())
    assert (first.is_replay, again.is_replay, first.image) == (False, True, again.image)
    assert len(easel.asked) == 1


async def test_a_hundred_at_once_over_two_workers_make_one_call(parts: Services) -> None:
    easels = painting(), painting()
    async with worker(parts, easels[0]) as one, worker(parts, easels[1]) as another:
        made = await asyncio.gather(
            *((one, another)[number % 2].private(ALICE).begin(CAT, key_for()) for number in range(100))
        )
    assert len(easels[0].asked) + len(easels[1].asked) == 1
    assert len({each.image.guid for each in made}) == 1
    assert {each.image.status for each in made} == {Status.READY}
    assert sum(not each.is_replay for each in made) == 1
    assert len(await rows(parts, "image")) == len(await rows(parts, "attempt")) == 1


async def test_a_hundred_at_once_of_which_the_first_fails_are_never_told_of_a_defect(
    parts: Services,
) -> None:
    """Between two that use the same key, the first may fail and let go of it."""
    easel = failing(GeneratorRefused())
    async with worker(parts, easel) as one, worker(parts, easel) as another:
        ends = await asyncio.gather(
            *((one, another)[number % 2].private(ALICE).begin(CAT, key_for()) for number in range(100)),
            return_exceptions=True,
        )
    assert {type(end) for end in ends} <= {GeneratorRefused, GeneratorFailed}
    assert len(easel.asked) == len(await rows(parts, "image"))


async def test_who_finds_the_key_taken_and_then_let_go_of_begins_anew(parts: Services) -> None:
    easel = Easel(in_turn(GeneratorRefused(), PNG))
    async with worker(parts, easel) as service:
        with pytest.raises(GeneratorRefused):
            await service.private(ALICE).begin(CAT, key_for())
        add, taken = service.generation._recording.add, 0

        async def add_too_late(*known: object) -> object:
            nonlocal taken
            taken += 1
            if taken == 1:
                raise DuplicateRow
            return await add(*known)  # type: ignore[arg-type]

        service.generation._recording.add = add_too_late  # type: ignore[method-assign, assignment]
        made = await service.private(ALICE).begin(CAT, key_for())
    assert (made.image.status, made.is_replay, taken) == (Status.READY, False, 2)


async def test_another_request_with_the_key_is_refused_before_anything_is_called(parts: Services) -> None:
    easel = painting()
    other = ImagePrompt(prompt="a dog")
    async with worker(parts, easel) as service:
        await service.private(ALICE).begin(CAT, key_for())
        with pytest.raises(IdempotencyMismatch):
            await service.private(ALICE).begin(other, key_for(other))
    assert len(easel.asked) == 1


async def test_the_same_key_of_another_owner_is_another_key(parts: Services) -> None:
    easel = painting()
    async with worker(parts, easel) as service:
        first = await service.private(ALICE).begin(CAT, key_for())
        other = await service.private(BOB).begin(ImagePrompt(prompt="a dog"), key_for())
    assert first.image.guid != other.image.guid
    assert (other.is_replay, len(easel.asked)) == (False, 2)


async def test_the_same_key_at_another_address_is_another_key(parts: Services) -> None:
    elsewhere = IdempotencyKey.of("POST /elsewhere", ["a"], CAT)
    async with worker(parts, painting()) as service:
        await service.private(ALICE).begin(CAT, key_for())
        assert not (await service.private(ALICE).begin(CAT, elsewhere)).is_replay


@pytest.mark.parametrize("texts", [("a", "A"), ("é".encode().hex(), "e"), ("a-", "a")], ids=str)
async def test_keys_are_the_same_only_letter_by_letter(parts: Services, texts: tuple[str, str]) -> None:
    easel = painting()
    async with worker(parts, easel) as service:
        for text in texts:
            made = await service.private(ALICE).begin(CAT, key_for(text=text))
            assert not made.is_replay
    assert len(easel.asked) == 2


@pytest.mark.parametrize("error", RELEASED, ids=_names)
async def test_after_a_failure_that_cost_nothing_the_key_may_be_used_again(
    parts: Services, error: PixyProxyException
) -> None:
    easel = Easel(in_turn(*[error] * (3 if isinstance(error, GeneratorTimeout) else 1), PNG))
    async with worker(parts, easel) as service:
        with pytest.raises(type(error)):
            await service.private(ALICE).begin(CAT, key_for())
        again = await service.private(ALICE).begin(CAT, key_for())
    assert (again.image.status, again.is_replay) == (Status.READY, False)


@pytest.mark.parametrize("error", KEPT, ids=_names)
async def test_after_any_other_failure_the_same_is_told_again(
    parts: Services, error: PixyProxyException
) -> None:
    easel = Easel(in_turn(error, PNG))
    told = set()
    async with worker(parts, easel) as service, worker(parts, easel) as another:
        for each in (service, another, service):
            with pytest.raises(type(error)) as raised:
                await each.private(ALICE).begin(CAT, key_for())
            told.add((raised.value.code, raised.value.detail, raised.value.guid))
    assert told == {(error.code, error.detail, (await the_only_image(parts)).guid)}
    assert len(easel.asked) == 1


async def test_what_was_paid_for_and_is_no_picture_keeps_the_key(parts: Services) -> None:
    easel = Easel(in_turn(b"no picture", PNG))
    async with worker(parts, easel) as service:
        for _ in range(2):
            with pytest.raises(GeneratorFailed):
                await service.private(ALICE).begin(CAT, key_for())
    assert len(easel.asked) == 1


@pytest.mark.parametrize("patience_s", [0, 20])
async def test_the_patience_of_a_replay_does_not_change_what_it_is_told(
    parts: Services, patience_s: float
) -> None:
    easel = failing(PromptRefused())
    async with worker(parts, easel) as service:
        with pytest.raises(PromptRefused):
            await service.private(ALICE).begin(CAT, key_for())
        with pytest.raises(PromptRefused):
            await service.private(ALICE).begin(CAT, key_for(), patience_s)


async def test_a_replay_while_it_is_made_waits_as_long_as_it_has_patience(parts: Services) -> None:
    gate = Gate()
    easel = Easel(gate)
    async with worker(parts, easel) as service, worker(parts, easel) as another:
        first = asyncio.create_task(service.private(ALICE).begin(CAT, key_for()))
        await gate.reached.wait()
        for each in (service, another):
            made = await each.private(ALICE).begin(CAT, key_for(), 0.05)
            assert (made.image.status, made.is_replay) == (Status.GENERATING, True)
        waiting = asyncio.create_task(another.private(ALICE).begin(CAT, key_for()))
        await asyncio.sleep(0.05)
        gate.opened.set()
        assert (await waiting).image == (await first).image
    assert len(easel.asked) == 1


async def test_what_was_deleted_is_not_made_again_for_its_key(parts: Services) -> None:
    easel = painting()
    async with worker(parts, easel) as service:
        first = await service.private(ALICE).begin(CAT, key_for())
        await service.private(ALICE).delete(first.image.guid)
        with pytest.raises(ImageNotFound):
            await service.private(ALICE).begin(CAT, key_for())
    assert len(easel.asked) == 1


async def test_a_replay_is_answered_also_while_new_work_is_refused(parts: Services) -> None:
    async with worker(parts, painting()) as service:
        first = await service.private(ALICE).begin(CAT, key_for())
        await service.generation.drain()
        assert (await service.private(ALICE).begin(CAT, key_for())).image == first.image


async def test_two_who_share_a_key_and_differ_in_the_request_make_one_call(parts: Services) -> None:
    """They come at once: the one who is second is told that it differs."""
    gate = Gate()

    async def work(request: object) -> GeneratedPicture:
        return await gate(request)  # type: ignore[arg-type]

    easel = Easel(work)
    dog = ImagePrompt(prompt="a dog")
    gate.opened.set()
    async with worker(parts, easel) as service, worker(parts, easel) as another:
        ends = await asyncio.gather(
            service.private(ALICE).begin(CAT, key_for()),
            another.private(ALICE).begin(dog, key_for(dog)),
            return_exceptions=True,
        )
    assert sorted(type(end).__name__ for end in ends) == ["IdempotencyMismatch", "Made"]
    assert len(easel.asked) == 1
