"""What every generator promises: what it says it can be asked for passes its check.

Nothing else does, but for words of models that are gone, and where it says that it takes others.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.core.models import Size, Task
from pixyproxy.core.requests import LARGEST_SIDE, MOST_INPUTS, MOST_PARTIAL_IMAGES, SMALLEST_SIDE
from pixyproxy.service.generators.abilities import Abilities, SizeRange
from pixyproxy.service.generators.generator import Generator, InputPicture, PictureRequest
from tests.contracts.generators import GENERATORS, MODELS, TAKEN_OF_OLD_CLIENTS
from tests.service.generators.openai_inputs import input_picture

PICTURE = input_picture()
OFTEN = settings(max_examples=60, derandomize=True, database=None, deadline=None)
WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789._-", min_size=1, max_size=12)
SIDES = st.integers(1, LARGEST_SIDE + 200)


Asked = tuple[Generator, PictureRequest, Abilities]


@pytest.fixture(params=MODELS, ids="/".join)
async def asked(request: pytest.FixtureRequest) -> AsyncIterator[Asked]:
    """A generator, a plain request for one of its models, and what it says that one can be asked for."""
    name, model = request.param
    generator = GENERATORS[name]()
    yield generator, PictureRequest("a cat", model), generator.abilities(model)
    await generator.close()


def passes(generator: Generator, request: PictureRequest) -> bool:
    try:
        generator.check(request)
    except InvalidRequest:
        return False
    return True


def refused_for(generator: Generator, request: PictureRequest) -> set[str]:
    with pytest.raises(InvalidRequest) as refusal:
        generator.check(request)
    return {error.field for error in refusal.value.errors}


def edit_of(request: PictureRequest, count: int = 1, mask: InputPicture | None = None) -> PictureRequest:
    return replace(request, task=Task.EDIT, inputs=(PICTURE,) * count, mask=mask)


def test_whatever_is_offered_passes_also_together(asked: Asked) -> None:
    generator, request, able = asked
    offered = product(able.sizes, able.qualities, able.backgrounds, able.output_formats)
    for size, quality, background, output_format in offered:
        if background == "transparent" and output_format not in able.transparent_formats:
            continue
        generator.check(
            replace(request, size=size, quality=quality, background=background, output_format=output_format)
        )


def test_sizes_are_distinct_and_begin_with_a_square_a_landscape_and_a_portrait(asked: Asked) -> None:
    _, _, able = asked
    assert len(set(able.sizes)) == len(able.sizes)
    square, landscape, portrait = able.sizes[:3]
    assert square.width == square.height
    assert landscape.width > landscape.height
    assert (portrait.height, portrait.width) == landscape
    assert all(SMALLEST_SIDE <= side <= LARGEST_SIDE for size in able.sizes for side in size)


def test_the_first_format_is_the_one_that_is_made_when_none_is_named(asked: Asked) -> None:
    generator, request, able = asked
    default = able.output_formats[0]
    for options in ({"output_compression": 50}, {"frame_count": 2}):
        named = replace(request, output_format=default, options=options)
        assert passes(generator, replace(request, options=options)) == passes(generator, named)


def test_a_format_takes_what_is_listed_for_it_and_nothing_else(asked: Asked) -> None:
    generator, request, able = asked
    for output_format in able.output_formats:
        plain = replace(request, output_format=output_format)
        for variant, formats in (
            (replace(plain, background="transparent"), able.transparent_formats),
            (replace(plain, partial_images=1), able.preview_formats),
            (edit_of(plain), able.edit_formats),
            (edit_of(plain, mask=PICTURE), able.mask_formats),
        ):
            assert passes(generator, variant) == (output_format in formats), variant


def test_as_many_inputs_previews_and_seeds_as_it_says(asked: Asked) -> None:
    generator, request, able = asked
    assert able.most_inputs <= MOST_INPUTS
    assert able.most_partial_images <= MOST_PARTIAL_IMAGES
    assert passes(generator, edit_of(request)) == able.edits
    assert passes(generator, edit_of(request, mask=PICTURE)) == able.masks
    assert passes(generator, replace(edit_of(request), task=Task.VARY)) == able.variations
    assert passes(generator, replace(request, seed=7)) == able.knows_seeds
    if able.edits:
        generator.check(edit_of(request, able.most_inputs))
        assert refused_for(generator, edit_of(request, able.most_inputs + 1)) == {"images"}
    for count in range(able.most_partial_images + 1):
        generator.check(replace(request, partial_images=count))
    more = replace(request, partial_images=able.most_partial_images + 1)
    assert refused_for(generator, more) == {"partial_images"}


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_a_word_that_is_not_offered_is_refused(name: str, model: str) -> None:
    generator = GENERATORS[name]()
    request, able = PictureRequest("a cat", model), generator.abilities(model)

    @OFTEN
    @given(word=WORDS)
    @example(word="xhigh")
    @example(word="bmp")
    def ask(word: str) -> None:
        assume(word not in TAKEN_OF_OLD_CLIENTS[name])
        quality_passes = word in able.qualities or able.takes_others
        assert passes(generator, replace(request, quality=word)) == quality_passes
        assert passes(generator, replace(request, background=word)) == (word in able.backgrounds)
        assert passes(generator, replace(request, output_format=word)) == (word in able.output_formats)

    ask()


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_a_size_that_is_not_offered_is_refused(name: str, model: str) -> None:
    generator = GENERATORS[name]()
    request, able = PictureRequest("a cat", model), generator.abilities(model)

    @OFTEN
    @given(size=st.builds(Size, SIDES, SIDES) | _near_the_bounds(able.any_size))
    @example(size=Size(1536, 1024))
    @example(size=Size(1536, 864))
    @example(size=Size(1536, 512))
    @example(size=Size(512, 1552))
    def ask(size: Size) -> None:
        assume(size not in TAKEN_OF_OLD_CLIENTS[name])
        assert passes(generator, replace(request, size=size)) == _is_offered(able, size)

    ask()


def _near_the_bounds(bounds: SizeRange | None) -> st.SearchStrategy[Size]:
    """Where being wrong by one shows."""
    if bounds is None:
        return st.nothing()
    step = bounds.multiple_of
    sides = st.sampled_from([bounds.min_side, bounds.max_side]) | st.integers(1, LARGEST_SIDE // step).map(
        lambda count: count * step
    )
    off = st.sampled_from([0, 0, 0, -step, step, 1])
    return st.builds(lambda width, height, more: Size(width + more, height), sides, sides, off)


def _is_offered(able: Abilities, size: Size) -> bool:
    """As the one who reads `GET /models` understands it."""
    if able.takes_others:
        return True
    if size in able.sizes or able.any_size is None:
        return size in able.sizes
    bounds, (shorter, longer) = able.any_size, sorted(size)
    return all(
        (
            bounds.min_side <= shorter,
            longer <= bounds.max_side,
            shorter % bounds.multiple_of == 0,
            longer % bounds.multiple_of == 0,
            bounds.min_pixels <= shorter * longer <= bounds.max_pixels,
            longer <= bounds.max_ratio * shorter,
        )
    )


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_both_ends_of_the_sides_can_be_had(name: str, model: str) -> None:
    """Else a form would offer a side that no size has."""
    bounds = GENERATORS[name]().abilities(model).any_size
    if bounds is None:
        return
    sides = range(bounds.multiple_of, LARGEST_SIDE + 1, bounds.multiple_of)
    for end in (bounds.min_side, bounds.max_side):
        assert any(bounds.allows(Size(end, side)) for side in sides)
