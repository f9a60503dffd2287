"""What is particular to a format: how much of it is kept, how it moves, what it is drawn with."""

from xml.etree import ElementTree as ET

import pytest
import pyvips

from pixyproxy.core.models import Size
from pixyproxy.service.generators.sketch import Sketch
from pixyproxy.service.generators.sketch.compose import scene_of
from pixyproxy.service.generators.sketch.drawn import Drawn
from pixyproxy.service.generators.sketch.output.animation import MovingPlane, animated, overscan
from pixyproxy.service.pictures import examine
from tests.service.generators.receiving import content_of, made_by
from tests.service.generators.studio import (
    asking,
    decoded,
    difference,
    drawn,
    editing,
    input_of,
    likeness,
    meadow,
)

SVG = "{http://www.w3.org/2000/svg}"
DRAWN_WITH = {
    f"{SVG}{name}"
    for name in (
        "svg", "defs", "g", "path", "circle", "ellipse", "rect", "linearGradient", "radialGradient", "stop",
    )
}  # fmt: skip
SCENES = ["a red fox in a snowy field", "fish under water", "a cat on a chair", "space", "quarterly strategy"]


def frames_of(content: bytes) -> list[pyvips.Image]:
    film = pyvips.Image.new_from_buffer(content, "", n=-1)
    height = film.get("page-height")
    return [
        film.crop(0, height * index, film.width, height)[:3].copy_memory()
        for index in range(film.height // height)
    ]


@pytest.mark.parametrize("output_format", ["webp", "jpeg"])
async def test_the_less_is_kept_the_smaller_and_the_coarser_it_gets(
    sketch: Sketch, output_format: str
) -> None:
    exact = decoded(content_of(await made_by(sketch, asking())))
    sizes, errors = [], []
    for kept in (0, 40, 95):
        options = {"output_compression": kept}
        content = content_of(await made_by(sketch, asking(output_format=output_format, options=options)))
        sizes.append(len(content))
        errors.append(difference(decoded(content), exact))
    assert sizes == sorted(set(sizes))
    assert errors == sorted(set(errors), reverse=True)


@pytest.mark.parametrize("prompt", SCENES)
async def test_a_gif_moves_from_frame_to_frame_and_on_into_its_first(sketch: Sketch, prompt: str) -> None:
    request = asking(prompt, size=Size(128, 128), output_format="gif", options={"frame_count": 5})
    content = content_of(await made_by(sketch, request))
    frames = frames_of(content)
    steps = [difference(one, other) for one, other in zip(frames, [*frames[1:], frames[0]], strict=True)]
    assert len(frames) == 5
    assert min(steps) > 0.2
    assert max(steps) < 60
    assert examine(content).media_type == "image/gif"


async def test_a_gif_has_nine_frames_of_a_fifth_of_a_second_unless_told_otherwise(sketch: Sketch) -> None:
    film = pyvips.Image.new_from_buffer(
        content_of(await made_by(sketch, asking(output_format="gif"))), "", n=-1
    )
    assert film.get("delay") == [200] * 9
    assert film.get("loop") == 0
    options = {"frame_count": 2, "frame_duration_ms": 70}
    content = content_of(await made_by(sketch, asking(output_format="gif", options=options)))
    assert pyvips.Image.new_from_buffer(content, "", n=-1).get("delay") == [70, 70]


@pytest.mark.parametrize("size", ["64x64", "640x64", "64x640", "257x131"])
async def test_a_gif_is_of_the_size_asked_for_and_shows_the_scene(sketch: Sketch, size: str) -> None:
    moving, still = [
        content_of(await made_by(sketch, asking("a lighthouse", size=Size.parse(size), output_format=name)))
        for name in ("gif", "png")
    ]
    frame = frames_of(moving)[0]
    assert f"{frame.width}x{frame.height}" == size
    assert likeness(frame, decoded(still)) > 0.5


async def test_an_edit_moves_too(sketch: Sketch) -> None:
    request = editing("a cat", input_of(meadow()), output_format="gif", options={"frame_count": 3})
    frames = frames_of(content_of(await made_by(sketch, request)))
    assert difference(frames[0], frames[1]) > 1
    assert likeness(frames[0], meadow()) > 0.7


@pytest.mark.parametrize(
    ("prompt", "fall"), [("rain", 1), ("snow", 1), ("autumn", 1), ("fish", -1), ("a cat", 0)]
)
def test_what_falls_falls_and_bubbles_rise(prompt: str, fall: int) -> None:
    scene = scene_of(prompt, 0, Size(64, 64))
    planes = Drawn(scene.drawing, Size(64, 64), transparent=False).planes(Size(70, 70))
    assert {plane.fall for plane in planes} == {0, fall}


@pytest.mark.parametrize(("fall", "way"), [(1, [6, 16, None, 0]), (-1, [6, 0, None, 16])])
def test_a_falling_plane_goes_round_the_sheet_once(fall: int, way: list[int | None]) -> None:
    size, whole = Size(20, 20), overscan(Size(20, 20))
    back = pyvips.Image.black(*whole, bands=3).copy(interpretation="srgb")
    spot = drawn('<circle cx=".5" cy=".5" r=".08" fill="#fff"/>', *whole)
    frames = frames_of(animated([MovingPlane(back), MovingPlane(spot, fall)], size, 4, 50))
    heights = [frame.maxpos()[2] if frame.max() > 200 else None for frame in frames]
    assert heights == way


def test_frames_that_are_alike_are_frames_all_the_same() -> None:
    plane = pyvips.Image.black(*overscan(Size(16, 16)), bands=3).copy(interpretation="srgb")
    assert len(frames_of(animated([MovingPlane(plane)], Size(16, 16), 6, 50))) == 6


@pytest.mark.parametrize("prompt", [*SCENES, "</svg><script>alert(1)</script> a cat"])
@pytest.mark.parametrize("background", [None, "transparent"])
async def test_an_svg_is_a_drawing_that_runs_nothing_and_asks_for_nothing(
    sketch: Sketch, prompt: str, background: str | None
) -> None:
    request = asking(prompt, output_format="svg", background=background)
    root = ET.fromstring(content_of(await made_by(sketch, request)))  # noqa: S314 - our own drawing
    assert {element.tag for element in root.iter()} <= DRAWN_WITH
    names = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or "href" in name or name == "style"}
    assert (root.get("width"), root.get("height")) == ("96", "64")


async def test_an_svg_drawn_out_is_the_picture(sketch: Sketch) -> None:
    drawing, picture = [
        content_of(await made_by(sketch, asking(size=Size(128, 96), output_format=name)))
        for name in ("svg", "png")
    ]
    assert examine(drawing).media_type == "image/svg+xml"
    assert difference(decoded(drawing).flatten(), decoded(picture)) < 3
