"""What a copy is to be is told to the pixel, and there are not many of one picture."""

from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixyproxy.core.models import Size
from pixyproxy.core.picture_requests import LARGEST_VARIANT_SIDE, VariantOptions
from pixyproxy.service.variants.plan import (
    MOST_AVIF_PIXELS,
    QUALITIES,
    SIDES,
    Format,
    Plan,
    plan_of,
)

KINDS = "image/png image/jpeg image/webp image/avif image/gif image/svg+xml".split()
ALL_NAMED = "image/avif,image/webp,*/*"
LANDSCAPE = Size(1536, 1024)

sizes = st.builds(Size, st.integers(1, 20_000), st.integers(1, 20_000))
sides = st.none() | st.integers(1, LARGEST_VARIANT_SIDE)
formats = st.sampled_from([None, "auto", "webp", "avif", "jpeg", "png"])
kinds = st.sampled_from(KINDS)
accepts = st.sampled_from(["", "*/*", "image/webp", ALL_NAMED])
options = st.builds(
    VariantOptions, width=sides, height=sides, format=formats, quality=st.none() | st.integers(1, 100)
)
boxes = st.builds(
    VariantOptions,
    width=st.integers(1, LARGEST_VARIANT_SIDE),
    height=st.integers(1, LARGEST_VARIANT_SIDE),
    fit=st.just("cover"),
)


def asked(
    size: Size = LANDSCAPE, media_type: str = "image/png", accept: str = "", **known: int | str | None
) -> Plan:
    return plan_of(size, media_type, VariantOptions.model_validate(known), accept)


def rung(side: int) -> int:
    return min(each for each in SIDES if each >= side)


@pytest.mark.parametrize(
    ("known", "size"),
    [
        ({"width": 300}, (300, 200)),
        ({"width": 299}, (300, 200)),
        ({"width": 257}, (300, 200)),
        ({"width": 301}, (320, 213)),
        ({"height": 100}, (150, 100)),
        ({"height": 1}, (24, 16)),
        ({"width": 300, "height": 100}, (150, 100)),
        ({"width": 100, "height": 300}, (100, 67)),
        ({"width": 1537}, (1536, 1024)),
        ({"width": 4096, "height": 4096}, (1536, 1024)),
        ({"width": 1024, "height": 1024}, (1024, 683)),
        ({"format": "webp"}, (1536, 1024)),
        ({"width": 300, "height": 300, "fit": "cover"}, (300, 300)),
        ({"width": 290, "height": 99, "fit": "cover"}, (300, 100)),
        ({"width": 2000, "height": 2000, "fit": "cover"}, (1024, 1024)),
        ({"width": 4096, "height": 1024, "fit": "cover"}, (1536, 384)),
        ({"width": 1280, "height": 2560, "fit": "cover"}, (512, 1024)),
    ],
)
def test_the_size_is_known_beforehand(known: dict[str, Any], size: tuple[int, int]) -> None:
    assert asked(**known).size == size


def test_something_is_cut_off_only_where_the_box_has_other_proportions() -> None:
    assert asked(width=300, height=300, fit="cover").crop
    assert not asked(width=300, height=200, fit="cover").crop
    assert asked(width=300, height=200, fit="cover") == asked(width=300)
    assert not asked(Size(900, 900), width=100, height=100, fit="cover").crop


def test_the_ladders_rise_to_the_largest_that_may_be_asked_for() -> None:
    assert all(below < above for below, above in pairwise(SIDES))
    assert all(below < above for below, above in pairwise(QUALITIES))
    assert (SIDES[-1], QUALITIES[-1]) == (LARGEST_VARIANT_SIDE, 100)


@given(sizes, options)
def test_what_fits_into_a_box_keeps_its_proportions_and_is_as_large_as_can_be(
    size: Size, options: VariantOptions
) -> None:
    box = Size(rung(options.width or LARGEST_VARIANT_SIDE), rung(options.height or LARGEST_VARIANT_SIDE))
    made = plan_of(size, "image/png", options, "").size
    assert 1 <= made.width <= min(size.width, box.width)
    assert 1 <= made.height <= min(size.height, box.height)
    assert made.width == min(size.width, box.width) or made.height == min(size.height, box.height)
    scale = min(1, box.width / size.width, box.height / size.height)
    assert made.width == pytest.approx(max(1, size.width * scale), abs=0.51)
    assert made.height == pytest.approx(max(1, size.height * scale), abs=0.51)


@given(sizes, boxes)
def test_what_fills_a_box_has_its_proportions_and_lies_within_the_picture(
    size: Size, options: VariantOptions
) -> None:
    assert options.width
    assert options.height
    box = Size(rung(options.width), rung(options.height))
    made = plan_of(size, "image/png", options, "").size
    assert 1 <= made.width <= min(size.width, box.width)
    assert 1 <= made.height <= min(size.height, box.height)
    if box.width <= size.width and box.height <= size.height:
        assert made == box
    else:
        assert made.width == size.width or made.height == size.height
        scale = min(size.width / box.width, size.height / box.height)
        assert made.width == pytest.approx(max(1, box.width * scale), abs=0.51)
        assert made.height == pytest.approx(max(1, box.height * scale), abs=0.51)


@given(sizes, kinds, options, accepts)
def test_asking_for_the_next_rung_at_once_is_the_same_question(
    size: Size, media_type: str, options: VariantOptions, accept: str
) -> None:
    rungs = options.model_copy(
        update={
            "width": options.width and rung(options.width),
            "height": options.height and rung(options.height),
            "quality": options.quality and min(each for each in QUALITIES if each >= options.quality),
        }
    )
    assert plan_of(size, media_type, rungs, accept) == plan_of(size, media_type, options, accept)


@given(sizes, kinds, options, options, accepts)
def test_plans_have_one_name_exactly_where_they_are_one(
    size: Size, media_type: str, one: VariantOptions, other: VariantOptions, accept: str
) -> None:
    plans = [plan_of(size, media_type, each, accept) for each in (one, other)]
    assert (plans[0].name == plans[1].name) == (plans[0] == plans[1])


@pytest.mark.parametrize(
    "size", [LANDSCAPE, Size(1024, 1024), Size(8000, 5000), Size(4096, 1), Size(37, 5000)]
)
def test_of_one_picture_there_are_few_sizes_that_fit_into_a_box(size: Size) -> None:
    asks = [None, *SIDES]
    plans = {asked(size, width=width, height=height) for width, height in product(asks, asks)}
    below = sum(side < size.width for side in SIDES) + sum(side < size.height for side in SIDES)
    assert len({plan.name for plan in plans}) <= below + 1 <= 2 * len(SIDES) + 1 == 73


def test_of_one_picture_there_are_few_copies_whatever_is_asked_for() -> None:
    names = {
        asked(width=width, height=height, format=kind, quality=quality, accept=accept).name
        for width, height in product([None, *SIDES], [None, *SIDES])
        for kind in (None, "auto", "webp", "avif", "jpeg", "png")
        for quality in (None, 1, 100)
        for accept in ("", ALL_NAMED)
    }
    sizes = len({name.split("-")[0] for name in names})
    assert sizes <= 73
    assert len(names) <= sizes * (4 * 3 + 1)


def test_of_one_picture_there_are_not_many_that_fill_a_box() -> None:
    names = {asked(width=width, height=height, fit="cover").name for width, height in product(SIDES, SIDES)}
    assert len(names) <= len(SIDES) ** 2


@given(sizes, kinds, options, accepts)
def test_no_copy_is_larger_than_it_may_be(
    size: Size, media_type: str, options: VariantOptions, accept: str
) -> None:
    plan = plan_of(size, media_type, options, accept)
    assert max(plan.size) <= LARGEST_VARIANT_SIDE
    assert (plan.quality is None) == (plan.format is Format.PNG)
    assert plan.quality in {None, *QUALITIES}


@pytest.mark.parametrize(
    ("quality", "kept"), [(1, 40), (40, 40), (41, 50), (71, 75), (79, 80), (80, 80), (96, 100), (100, 100)]
)
def test_a_quality_goes_up_to_its_rung(quality: int, kept: int) -> None:
    assert asked(format="webp", quality=quality).quality == kept


def test_a_quality_that_is_not_said_is_80_and_png_has_none() -> None:
    assert asked(format="avif").quality == 80
    assert asked(format="png", quality=40).quality is None


@pytest.mark.parametrize(
    ("media_type", "own"), list(zip(KINDS, ["png", "jpeg", "webp", "avif", "png", "png"], strict=True))
)
def test_a_copy_is_of_the_picture_s_own_kind_where_that_can_be(media_type: str, own: str) -> None:
    assert asked(media_type=media_type, width=100, accept=ALL_NAMED).format == own


@pytest.mark.parametrize("media_type", KINDS)
@pytest.mark.parametrize("kind", ["webp", "avif", "jpeg", "png"])
def test_a_kind_that_is_named_is_taken(media_type: str, kind: str) -> None:
    assert asked(media_type=media_type, format=kind, accept="image/avif").format == kind


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (ALL_NAMED, "avif"),
        ("image/avif", "avif"),
        ("image/avif;q=0,image/webp", "webp"),
        ("image/webp,image/avif", "avif"),
        ("image/avif;q=0.5,image/webp;q=0.6", "webp"),
        ("image/avif;q=0.6,image/webp;q=0.5,*/*;q=0.1", "avif"),
        ("image/avif;q=0.1,*/*", "plain"),
        ("image/webp;q=0.1,image/*;q=0.2", "plain"),
        ("image/webp;q=0.8,image/*;q=0.8", "webp"),
        ("image/webp;q=0.1,image/png", "png"),
        ("image/avif;q=0.1, image/png", "png"),
        ("image/png", "png"),
        ("image/png,*/*", "png"),
        ("image/png;q=0,image/jpeg", "jpeg"),
        ("image/jpeg;q=0.5", "jpeg"),
        ("image/jpeg,image/png", "plain"),
        ("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "avif"),
        ("image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", "avif"),
        ("text/html,application/xml;q=0.9", "plain"),
        ("image/avif;q=0,image/webp;q=0", "plain"),
        ("image/*,*/*", "plain"),
        ("", "plain"),
    ],
)
def test_auto_is_the_best_that_is_named(accept: str, kind: str) -> None:
    assert asked(format="auto", accept=accept).format == kind


@pytest.mark.parametrize(
    ("media_type", "kind"), list(zip(KINDS, ["plain", "jpeg", "plain", "plain", "png", "png"], strict=True))
)
def test_auto_for_those_who_name_nothing_is_what_everybody_knows(media_type: str, kind: str) -> None:
    assert asked(media_type=media_type, format="auto", accept="*/*").format == kind


@pytest.mark.parametrize("media_type", KINDS)
@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_auto_is_the_one_of_the_old_kinds_that_is_named(media_type: str, kind: str) -> None:
    assert asked(media_type=media_type, format="auto", accept=f"image/{kind},*/*;q=0.5").format == kind


def test_auto_makes_no_avif_that_takes_long_for_those_who_take_webp() -> None:
    side = int(MOST_AVIF_PIXELS**0.5)
    small, large = Size(side, side), Size(side + 50, side)
    assert asked(small, format="auto", accept=ALL_NAMED).format == "avif"
    assert asked(large, format="auto", accept=ALL_NAMED).format == "webp"
    assert asked(large, format="auto", accept="image/avif").format == "avif"
    assert asked(large, format="auto", accept="image/avif,image/webp;q=0.5").format == "webp"
    assert asked(large, format="auto", accept="image/avif,image/webp;q=0").format == "avif"
    assert asked(large, format="auto", accept="image/avif,image/webp;q=0.5,image/png").format == "png"
    assert asked(large, format="auto", accept=ALL_NAMED, width=640).format == "avif"
    assert asked(large, format="avif", accept=ALL_NAMED).format == "avif"
