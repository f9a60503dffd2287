"""Variations: the same picture, and yet another."""

import pytest
import pyvips

from pixyproxy.core.models import Size
from pixyproxy.service.generators.sketch import Sketch
from tests.service.generators.receiving import content_of, made_by
from tests.service.generators.studio import (
    cut_out,
    decoded,
    difference,
    input_of,
    likeness,
    meadow,
    night,
    varying,
)

SEEDS = range(5)


async def varied(sketch: Sketch, picture: pyvips.Image, **fields: object) -> pyvips.Image:
    return decoded(content_of(await made_by(sketch, varying(input_of(picture), **fields))))


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_variation_is_like_its_input_but_not_the_same(sketch: Sketch, seed: int) -> None:
    variation = await varied(sketch, meadow(), seed=seed)
    assert difference(variation, meadow()) > 5
    assert likeness(variation, meadow()) > 0.7 > likeness(variation, night())


async def test_every_seed_is_another_variation_and_the_same_seed_the_same(sketch: Sketch) -> None:
    pictures = [await varied(sketch, meadow(), seed=seed) for seed in SEEDS]
    for index, one in enumerate(pictures):
        assert difference(one, await varied(sketch, meadow(), seed=index)) == 0
        for other in pictures[:index]:
            assert difference(one, other) > 2


async def test_several_asked_for_at_once_are_different_ones(sketch: Sketch) -> None:
    pictures = [await varied(sketch, meadow(), number=number) for number in range(3)]
    assert difference(pictures[0], await varied(sketch, meadow())) == 0
    assert difference(pictures[0], pictures[1]) > 2 < difference(pictures[1], pictures[2])


async def test_a_variation_is_as_large_as_its_input_or_as_it_is_told(sketch: Sketch) -> None:
    own, told = (
        await varied(sketch, meadow(200, 100)),
        await varied(sketch, meadow(200, 100), size=Size(96, 96)),
    )
    assert (own.width, own.height, told.width, told.height) == (200, 100, 96, 96)


@pytest.mark.parametrize(
    ("picture", "background", "bands"),
    [
        (meadow(), None, 3),
        (meadow(), "transparent", 4),
        (cut_out(), None, 4),
        (cut_out(), "opaque", 3),
    ],
)
async def test_a_variation_is_transparent_where_its_input_is_or_where_it_shall_be(
    sketch: Sketch, picture: pyvips.Image, background: str | None, bands: int
) -> None:
    variation = await varied(sketch, picture, background=background)
    assert variation.bands == bands
    if bands == 4:
        assert (variation[3].min(), variation[3].max()) == (0, 255)
