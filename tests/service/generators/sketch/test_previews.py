"""What those who asked for previews see, and when."""

from dataclasses import replace

import pytest
import pyvips

from pixyproxy.core.models import Size
from pixyproxy.service.generators.sketch import Sketch
from tests.service.generators.receiving import Received
from tests.service.generators.studio import (
    asking,
    decoded,
    difference,
    editing,
    hole,
    input_of,
    mask_of,
    meadow,
    varying,
)

PICTURE = input_of(meadow())
REQUESTS = {
    "new": asking("a lighthouse at sunset", size=Size(150, 100)),
    "edit": editing("a cat at sunset", PICTURE, size=Size(150, 100)),
    "masked": editing("a cat at sunset", PICTURE, mask=mask_of(hole()), size=Size(150, 100)),
    "variation": varying(PICTURE, size=Size(150, 100)),
    "transparent": asking("a cat", background="transparent", size=Size(150, 100)),
}


def on_paper(picture: pyvips.Image) -> pyvips.Image:
    return picture.flatten(background=[255, 255, 255]) if picture.hasalpha() else picture


@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize("count", [1, 2, 3])
async def test_as_many_previews_as_asked_for_come_before_the_picture_and_get_ever_closer_to_it(
    sketch: Sketch, kind: str, count: int
) -> None:
    received = Received()
    await sketch.call(replace(REQUESTS[kind], partial_images=count), received)
    assert received.order == ["preview"] * count + ["bytes"]
    final = decoded(sketch.read(bytes(received.answer), "sketch").content or b"")
    distances = []
    for preview in map(decoded, received.previews):
        assert preview.width / preview.height == pytest.approx(1.5, abs=0.02)
        assert preview.bands == final.bands
        distances.append(
            difference(on_paper(preview.thumbnail_image(150, height=100, size="force")), on_paper(final))
        )
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] > 1


@pytest.mark.parametrize(
    ("output_format", "start"), [("webp", b"RIFF"), ("jpeg", b"\xff\xd8"), (None, b"\x89PNG")]
)
async def test_previews_are_of_the_format_of_the_picture(
    sketch: Sketch, output_format: str | None, start: bytes
) -> None:
    received = Received(is_watched=True)
    await sketch.call(replace(REQUESTS["new"], partial_images=2, output_format=output_format), received)
    assert [preview.startswith(start) for preview in received.previews] == [True, True]


@pytest.mark.parametrize("count", [None, 0])
@pytest.mark.parametrize("kind", REQUESTS)
async def test_who_asked_for_none_sees_one_when_it_is_watched(
    sketch: Sketch, kind: str, count: int | None
) -> None:
    for is_watched in (True, False):
        received = Received(is_watched=is_watched)
        await sketch.call(replace(REQUESTS[kind], partial_images=count), received)
        assert len(received.previews) == is_watched
