"""How a picture looks does not depend on how it is kept, and tells it from others; and its colors."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import combinations
from typing import Any

import pytest
import pyvips

from pixyproxy.core.models import Size
from pixyproxy.data.search.looks import distance
from pixyproxy.service.generators.sketch.compose import scene_of
from pixyproxy.service.generators.sketch.drawn import Drawn
from pixyproxy.service.looks import Seen, seen_of
from tests.service.generators.studio import asking
from tests.service.scenery import SVG, looks_of

SIZE = Size(256, 256)
PROMPTS = [
    "a red fox in snow", "a cat on a chair", "a city at night", "a sailing boat in a storm",
    "a whale under water", "abstract circles", "a bowl of fruit on a table", "mountains with a lake",
    "a rocket in space", "a penguin on ice", "a garden full of flowers", "a train crossing a bridge",
]  # fmt: skip
SAME = 8


@cache
def drawing(prompt: str) -> Drawn:
    return Drawn(scene_of(prompt, 0, SIZE, transparent=False).drawing, asking(prompt).size or SIZE, False)


@cache
def drawn(prompt: str) -> pyvips.Image:
    painted = drawing(prompt).painted()
    opaque = painted.flatten(background=255) if painted.hasalpha() else painted
    return opaque.resize(SIZE.width / opaque.width, vscale=SIZE.height / opaque.height).copy_memory()


def png(picture: pyvips.Image) -> bytes:
    content: bytes = picture.write_to_buffer(".png")
    return content


def brightened(picture: pyvips.Image) -> bytes:
    return png((picture * 1.08 + 8).cast("uchar").copy(interpretation="srgb"))


KEPT: dict[str, Callable[[pyvips.Image], bytes]] = {
    "jpeg of low quality": lambda picture: picture.write_to_buffer(".jpg", Q=40),
    "webp": lambda picture: picture.write_to_buffer(".webp", Q=60),
    "gif": lambda picture: picture.write_to_buffer(".gif"),
    "half as large": lambda picture: png(picture.resize(0.5)),
    "larger": lambda picture: png(picture.resize(2.3)),
    "stretched": lambda picture: png(picture.resize(0.7, vscale=1.2)),
    "brightened": brightened,
    "of 16 bits": lambda picture: png(picture.colourspace("rgb16")),
    "trimmed": lambda picture: png(picture.crop(3, 3, SIZE.width - 6, SIZE.height - 6)),
}


@pytest.mark.parametrize("way", KEPT)
def test_a_picture_looks_the_same_however_it_is_kept(way: str) -> None:
    distances = {
        prompt: distance(looks_of(png(drawn(prompt))), looks_of(KEPT[way](drawn(prompt))))
        for prompt in PROMPTS
    }
    assert max(distances.values()) <= SAME, distances


def test_different_pictures_look_different() -> None:
    looks = [looks_of(png(drawn(prompt))) for prompt in PROMPTS]
    distances = sorted(distance(one, other) for one, other in combinations(looks, 2))
    assert distances[0] > SAME
    assert len([each for each in distances if each <= 2 * SAME]) <= len(distances) // 20
    assert distances[len(distances) // 2] > 24


def test_the_same_bytes_look_the_same_in_16_digits() -> None:
    looks = looks_of(png(drawn(PROMPTS[0])))
    assert looks == looks_of(png(drawn(PROMPTS[0])))
    assert len(looks) == 16
    assert int(looks, 16).bit_count() in range(16, 49)


def test_what_is_transparent_is_looked_at_on_white() -> None:
    disc = pyvips.Image.svgload_buffer(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99">'
        b'<circle cx="30" cy="40" r="22"/></svg>'
    )
    assert disc.hasalpha()
    assert looks_of(png(disc)) == looks_of(png(disc.flatten(background=255)))
    assert looks_of(png(disc)) != looks_of(png(disc.flatten(background=0)))


def test_a_photograph_is_looked_at_upright() -> None:
    upright = drawn(PROMPTS[0])
    sideways = upright.rot270().copy()
    sideways.set_type(pyvips.GValue.gint_type, "orientation", 6)
    assert distance(looks_of(sideways.write_to_buffer(".jpg", Q=95)), looks_of(png(upright))) <= SAME


def test_of_what_moves_the_first_picture_counts() -> None:
    first, last = drawn(PROMPTS[0]), drawn(PROMPTS[1])
    frames = pyvips.Image.arrayjoin([first, last], across=1).copy()
    frames.set_type(pyvips.GValue.gint_type, "page-height", SIZE.height)
    moving = looks_of(frames.write_to_buffer(".gif"))
    assert distance(moving, looks_of(png(first))) <= SAME < distance(moving, looks_of(png(last)))


def test_an_svg_looks_like_its_pixels() -> None:
    motif = drawing(PROMPTS[3])
    assert distance(looks_of(motif.svg().encode()), looks_of(png(drawn(PROMPTS[3])))) <= SAME


@pytest.mark.parametrize("grey", [0, 77, 255])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp[lossless]"])
def test_what_shows_nothing_looks_like_nothing_in_every_format_and_is_not_unknown(
    grey: int, suffix: str
) -> None:
    flat = (pyvips.Image.black(90, 60) + grey).cast("uchar").copy(interpretation="b-w")
    assert looks_of(flat.write_to_buffer(suffix)) == f"{1:016x}"


def _of_so_many_pixels(side: int) -> bytes:
    return SVG.replace(b'width="7" height="5"', b'width="%d" height="%d"' % (side, side), 1)


def test_a_picture_too_large_to_be_decoded_is_not_looked_at() -> None:
    assert looks_of(_of_so_many_pixels(6_000))
    assert looks_of(_of_so_many_pixels(7_000)) == ""


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(40), b"a cat", b"\xff\xd8\xff\xe0", b"<svg"]
)
def test_what_is_no_picture_has_neither_looks_nor_colors(content: bytes) -> None:
    assert seen_of(content) == Seen("", ())


RED, GREEN, BLUE, YELLOW = (255, 0, 0), (0, 255, 0), (0, 0, 255), (250, 250, 40)
IN_COLOR: dict[str, Callable[[pyvips.Image], bytes]] = {
    "png": png,
    "png of 16 bits": lambda picture: png(picture.colourspace("rgb16")),
    "png with a palette": lambda picture: picture.write_to_buffer(".png[palette]"),
    "jpeg": lambda picture: picture.write_to_buffer(".jpg", Q=95),
    "webp": lambda picture: picture.write_to_buffer(".webp", lossless=True),
    "gif": lambda picture: picture.write_to_buffer(".gif"),
    "avif": lambda picture: picture.write_to_buffer(".avif", lossless=True),
    "opaque": lambda picture: png(picture.bandjoin(255)),
    "opaque, of 16 bits": lambda picture: png(picture.colourspace("rgb16").bandjoin(65_535)),
}


def of_one_color(color: Sequence[int]) -> pyvips.Image:
    return (pyvips.Image.black(40, 30, bands=len(color)) + list(color)).cast("uchar")


def of_four_colors() -> pyvips.Image:
    quarters = [of_one_color(color) for color in (RED, GREEN, BLUE, YELLOW)]
    return pyvips.Image.arrayjoin(quarters, across=2).copy(interpretation="srgb")


def told(colors: Sequence[str]) -> list[tuple[int, ...]]:
    assert all(len(color) == 7 and color[0] == "#" for color in colors)
    return [tuple(bytes.fromhex(color[1:])) for color in colors]


def are_near(colors: Sequence[str], expected: Sequence[Sequence[int]]) -> bool:
    found = [value for color in told(colors) for value in color]
    wanted = [value for color in expected for value in color]
    return all(abs(one - other) <= 5 for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize("way", IN_COLOR)
def test_the_colors_are_those_of_its_quarters_row_by_row_however_it_is_kept(way: str) -> None:
    seen = seen_of(IN_COLOR[way](of_four_colors()))
    assert are_near(seen.colors, (RED, GREEN, BLUE, YELLOW)), seen.colors


def test_the_colors_are_averages() -> None:
    halves = pyvips.Image.arrayjoin([of_one_color((0, 0, 0)), of_one_color((200, 100, 50))], across=2)
    both = pyvips.Image.arrayjoin([halves, halves], across=2).copy(interpretation="srgb")
    assert are_near(seen_of(png(both)).colors, [(100, 50, 25)] * 4)


@pytest.mark.parametrize("depth", ["srgb", "rgb16"])
def test_the_colors_of_what_is_transparent_are_seen_on_white(depth: str) -> None:
    picture = of_four_colors().colourspace(depth)
    most = 255 if depth == "srgb" else 65_535
    assert seen_of(png(picture.bandjoin(0))).colors == ("#ffffff",) * 4
    half = [[(value + 255) // 2 for value in color] for color in (RED, GREEN, BLUE, YELLOW)]
    assert are_near(seen_of(png(picture.bandjoin(most // 2))).colors, half)


def test_grey_is_a_color_too() -> None:
    grey = (pyvips.Image.black(9, 9) + 119).cast("uchar").copy(interpretation="b-w")
    assert seen_of(png(grey)).colors == ("#777777",) * 4
    assert seen_of(png(grey.bandjoin(0))).colors == ("#ffffff",) * 4


def test_the_colors_of_a_photograph_are_seen_upright() -> None:
    sideways = of_four_colors().rot270().copy()
    sideways.set_type(pyvips.GValue.gint_type, "orientation", 6)
    assert are_near(seen_of(sideways.write_to_buffer(".jpg", Q=95)).colors, (RED, GREEN, BLUE, YELLOW))


def test_a_single_pixel_has_four_quarters() -> None:
    assert seen_of(png(of_one_color((1, 2, 3)).crop(0, 0, 1, 1))).colors == ("#010203",) * 4


def test_a_picture_is_decoded_once_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[bytes] = []
    thumbnail = pyvips.Image.thumbnail_buffer

    def counted(content: bytes, side: int, **asked: Any) -> pyvips.Image:
        decoded.append(content)
        return thumbnail(content, side, **asked)

    monkeypatch.setattr(pyvips.Image, "thumbnail_buffer", counted)
    content = png(of_four_colors())
    assert seen_of(content).looks
    assert decoded == [content]
