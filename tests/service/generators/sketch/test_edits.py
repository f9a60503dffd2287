"""What becomes of a picture that is edited: anew as a whole, or within a mask and nowhere else."""

import pytest
import pyvips

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.core.models import Size
from pixyproxy.service.generators.generator import InputPicture
from pixyproxy.service.generators.sketch import Sketch
from tests.service.generators.receiving import content_of, made_by
from tests.service.generators.studio import (
    SIDE,
    cut_out,
    decoded,
    difference,
    drawn,
    editing,
    hole,
    input_of,
    likeness,
    mask_of,
    meadow,
    night,
)


async def edited(sketch: Sketch, prompt: str, *inputs: InputPicture, **fields: object) -> pyvips.Image:
    return decoded(content_of(await made_by(sketch, editing(prompt, *inputs, **fields))))


def differing(one: pyvips.Image, other: pyvips.Image) -> pyvips.Image:
    """White where any channel differs."""
    return (one != other).bandor()


async def test_an_edit_shows_its_input(sketch: Sketch) -> None:
    by_day = await edited(sketch, "a cat", input_of(meadow()))
    by_night = await edited(sketch, "a cat", input_of(night()))
    assert likeness(by_day, meadow()) > 0.7 > likeness(by_day, night())
    assert likeness(by_night, night()) > 0.7 > likeness(by_night, meadow())


async def test_an_edit_shows_what_its_prompt_names(sketch: Sketch) -> None:
    pictures = [
        await edited(sketch, prompt, input_of(meadow()))
        for prompt in (
            "a black cat",
            "a white cat",
            "make it snow",
            "sunset",
            "a beach",
            "words of no meaning",
        )
    ]
    for index, one in enumerate(pictures):
        for other in pictures[:index]:
            assert difference(one, other) > 1


async def test_an_edit_is_painted_not_copied(sketch: Sketch) -> None:
    picture = await edited(sketch, "", input_of(meadow()))
    assert difference(picture, meadow()) > 3


@pytest.mark.parametrize("mask", [None, mask_of(hole())])
async def test_the_same_edit_is_the_same_picture_and_another_seed_another(
    sketch: Sketch, mask: InputPicture | None
) -> None:
    requests = [
        editing("two cats", input_of(meadow()), input_of(night()), mask=mask, seed=seed) for seed in (1, 1, 2)
    ]
    first, again, other = [content_of(await made_by(sketch, request)) for request in requests]
    assert first == again != other


@pytest.mark.parametrize("mask", [None, mask_of(hole())])
async def test_every_further_input_is_seen(sketch: Sketch, mask: InputPicture | None) -> None:
    inputs = [input_of(meadow()), input_of(night()), input_of(cut_out())]
    pictures = [await edited(sketch, "", *inputs[:count], mask=mask) for count in (1, 2, 3)]
    assert difference(pictures[0], pictures[1]) > 0.2
    assert difference(pictures[1], pictures[2]) > 0.2


async def test_sixteen_inputs_find_their_place(sketch: Sketch) -> None:
    picture = await edited(sketch, "a cat", *[input_of(meadow())] * 16)
    assert (picture.width, picture.height) == (SIDE, SIDE)


@pytest.mark.parametrize(
    ("own", "asked", "made"),
    [
        ((200, 100), None, (200, 100)),
        ((32, 200), None, (64, 200)),
        ((5000, 64), None, (4096, 64)),
        ((200, 100), Size(96, 160), (96, 160)),
    ],
)
async def test_the_size_is_the_one_asked_for_or_that_of_the_first_input(
    sketch: Sketch, own: tuple[int, int], asked: Size | None, made: tuple[int, int]
) -> None:
    picture = await edited(sketch, "a cat", input_of(meadow(*own)), input_of(night()), size=asked)
    assert (picture.width, picture.height) == made


async def test_an_input_that_lies_on_its_side_is_put_upright(sketch: Sketch) -> None:
    lying = meadow(200, 100).copy()
    lying.set_type(pyvips.GValue.gint_type, "orientation", 6)
    picture = await edited(sketch, "", input_of(lying, "jpeg"))
    assert (picture.width, picture.height) == (100, 200)


@pytest.mark.parametrize("output_format", ["png", "webp"])
@pytest.mark.parametrize("picture", [meadow(), cut_out()], ids=["opaque", "cut out"])
async def test_an_edit_on_a_transparent_background_lets_something_through(
    sketch: Sketch, output_format: str, picture: pyvips.Image
) -> None:
    made = await edited(
        sketch, "a cat", input_of(picture), background="transparent", output_format=output_format
    )
    assert made.bands == 4
    assert (made[3].min(), made[3].max()) == (0, 255)
    assert made.getpoint(SIDE // 2, SIDE // 2)[3] == 255


async def test_a_cut_out_is_set_into_the_scene_of_the_prompt(sketch: Sketch) -> None:
    beach, forest = [await edited(sketch, prompt, input_of(cut_out())) for prompt in ("a beach", "a forest")]
    assert beach.bands == 3
    assert difference(beach, forest) > 10
    red, green, _ = beach.getpoint(SIDE // 2, SIDE // 2)
    assert red > green + 60


MASKED = {
    "opaque": meadow(),
    "grey": meadow().colourspace("b-w"),
    "with alpha": meadow().bandjoin(drawn('<rect width="1" height=".8" opacity=".7"/>')[3]),
}


@pytest.mark.parametrize("kind", MASKED)
@pytest.mark.parametrize("prompt", ["a penguin in the snow", "", "quarterly strategy"])
async def test_outside_the_mask_no_pixel_changes_and_inside_all_is_new(
    sketch: Sketch, kind: str, prompt: str
) -> None:
    original, changed = MASKED[kind].copy(interpretation="srgb" if kind != "grey" else "b-w"), hole()
    made = await edited(sketch, prompt, input_of(original), mask=mask_of(changed))
    before = original if original.bands >= 3 else original.bandjoin([original, original])
    assert made.bands == before.bands
    assert (differing(made, before) & changed.invert()).max() == 0
    assert (differing(made, before) & changed).avg() / changed.avg() > 0.9


async def test_what_is_new_within_the_mask_is_what_the_prompt_names(sketch: Sketch) -> None:
    penguin, boat = [
        await edited(sketch, prompt, input_of(meadow()), mask=mask_of(hole()))
        for prompt in ("a penguin in the snow", "a boat at night")
    ]
    inside = (difference(penguin, boat) * SIDE * SIDE) / (hole().avg() / 255 * SIDE * SIDE)
    assert inside > 20


async def test_only_what_is_wholly_transparent_in_a_mask_is_changed(sketch: Sketch) -> None:
    nearly = hole().ifthenelse(254, 0).cast("uchar")
    made = await edited(sketch, "a penguin", input_of(meadow()), mask=mask_of(nearly))
    assert differing(made, meadow()).max() == 0


@pytest.mark.parametrize(
    ("left", "top", "width", "height"), [(0, 0, SIDE, 1), (7, 9, 1, 1), (0, 0, SIDE, SIDE)]
)
async def test_a_hole_may_be_as_thin_or_as_wide_as_it_likes(
    sketch: Sketch, left: int, top: int, width: int, height: int
) -> None:
    changed = pyvips.Image.black(SIDE, SIDE).draw_rect(255, left, top, width, height, fill=True)
    made = await edited(sketch, "a penguin in the snow", input_of(night()), mask=mask_of(changed))
    assert (differing(made, night()) & changed.invert()).max() == 0
    assert (differing(made, night()) & changed).max() == 255


async def test_a_mask_is_scaled_with_its_picture(sketch: Sketch) -> None:
    made = await edited(sketch, "a penguin", input_of(meadow()), mask=mask_of(hole()), size=Size(96, 96))
    small = meadow().thumbnail_image(96, height=96)
    left, right = [picture.crop(0, 0, 36, 96) for picture in (made, small)]
    assert difference(left, right) < 1
    assert difference(made.crop(42, 32, 30, 40), small.crop(42, 32, 30, 40)) > 10


async def test_a_retouched_picture_on_a_transparent_background_keeps_its_outside(sketch: Sketch) -> None:
    made = await edited(sketch, "a cat", input_of(meadow()), mask=mask_of(hole()), background="transparent")
    assert (differing(made[:3], meadow()) & hole().invert()).max() == 0
    assert made[3].min() == 0
    assert (made[3] != 255).bandand().avg() < hole().avg() + 1


async def test_an_input_that_cannot_be_decoded_is_named(sketch: Sketch) -> None:
    broken = InputPicture(b"GIF89a;", "image/gif", Size(96, 64), "0" * 64)
    with pytest.raises(InvalidRequest) as refusal:
        await made_by(sketch, editing("a cat", broken))
    assert [error.field for error in refusal.value.errors] == ["images"]
