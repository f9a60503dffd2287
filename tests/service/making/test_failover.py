"""A model may stand for several: they are asked in turn, as long as nothing was sent."""

import pytest

from pixyproxy.core.exceptions import (
    GeneratorFailed,
    GeneratorRefused,
    GeneratorTimeout,
    OutcomeUnknown,
    PixyProxyException,
    RateLimited,
)
from pixyproxy.core.models import AttemptStatus, Status
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.service.services import Services
from tests.service.making.workshop import Other, attempts_of, in_turn, the_only_image, worker
from tests.service.scenery import ALICE, PNG, Easel, failing

ALIASES = {"best": ("easel-1", "other-2")}
BEST = ImagePrompt(prompt="a cat", model="best")


@pytest.mark.parametrize(
    "error",
    [GeneratorTimeout(), RateLimited(retry_after_s=60), GeneratorRefused()],
    ids=lambda error: type(error).__name__,
)
async def test_the_next_is_asked_when_nothing_was_sent_to_the_first(
    parts: Services, error: PixyProxyException
) -> None:
    easel, other = failing(error), Other(in_turn(PNG))
    async with worker(parts, easel, other, aliases=ALIASES) as service:
        image = await service.private(ALICE).make(BEST)
    assert (image.status, image.generator, image.model) == (Status.READY, "other", "other-2")
    assert image.parameters["model"] == "best"
    assert (len(easel.asked), [each.model for each in other.asked]) == (1, ["other-2"])
    first, second = await attempts_of(parts, image.guid)
    assert (first.generator, first.model, first.status) == ("easel", "easel-1", AttemptStatus.FAILED)
    assert (second.generator, second.model, second.status) == ("other", "other-2", AttemptStatus.SUCCEEDED)


@pytest.mark.parametrize("error", [OutcomeUnknown(), GeneratorFailed()], ids=lambda e: type(e).__name__)
async def test_the_next_is_not_asked_when_something_was_sent(
    parts: Services, error: PixyProxyException
) -> None:
    other = Other(in_turn(PNG))
    async with worker(parts, failing(error), other, aliases=ALIASES) as service:
        with pytest.raises(type(error)):
            await service.private(ALICE).make(BEST)
    assert (other.asked, (await the_only_image(parts)).generator) == ([], "easel")


async def test_when_none_can_be_reached_all_are_asked_again(parts: Services) -> None:
    easel, other = failing(GeneratorTimeout()), Other(in_turn(GeneratorTimeout(), PNG))
    async with worker(parts, easel, other, aliases=ALIASES) as service:
        image = await service.private(ALICE).make(BEST)
    generators = [each.generator for each in await attempts_of(parts, image.guid)]
    assert generators == ["easel", "other", "easel", "other"]


async def test_whom_the_last_one_turned_away_is_not_asked_for_again(parts: Services) -> None:
    easel, other = failing(GeneratorTimeout()), Other(in_turn(GeneratorRefused()))
    async with worker(parts, easel, other, aliases=ALIASES) as service:
        with pytest.raises(GeneratorRefused):
            await service.private(ALICE).make(BEST)
    assert (len(easel.asked), len(other.asked)) == (1, 1)
    assert (await the_only_image(parts)).generator == "easel"


async def test_a_failed_image_names_the_last_that_was_asked_or_the_first_that_would_have_been(
    parts: Services,
) -> None:
    other = Other(in_turn(GeneratorFailed()))
    async with worker(parts, failing(GeneratorTimeout()), other, aliases=ALIASES) as service:
        with pytest.raises(GeneratorFailed):
            await service.private(ALICE).make(BEST)
    image = await the_only_image(parts)
    assert (image.generator, image.model) == ("other", "other-2")


async def test_two_models_of_one_generator_may_stand_for_each_other(parts: Services) -> None:
    easel = Easel(in_turn(GeneratorRefused(), PNG))
    aliases = {"best": ("easel-1", "easel-2")}
    async with worker(parts, easel, aliases=aliases) as service:
        image = await service.private(ALICE).make(BEST)
    assert (image.model, [each.model for each in easel.asked]) == ("easel-2", ["easel-1", "easel-2"])
