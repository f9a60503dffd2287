"""What the tests of `sketch` start from: requests, pictures, masks, and how alike two pictures are."""

import hashlib

import pyvips

from pixyproxy.core.models import Size, Task
from pixyproxy.service.generators.generator import InputPicture, PictureRequest

SIDE = 192


def asking(prompt: str = "a cat on a chair", **fields: object) -> PictureRequest:
    return PictureRequest(prompt, "sketch", **{"size": Size(96, 64), **fields})  # type: ignore[arg-type]


def editing(prompt: str, *inputs: InputPicture, **fields: object) -> PictureRequest:
    return asking(prompt, **{"size": None, "task": Task.EDIT, "inputs": inputs, **fields})


def varying(*inputs: InputPicture, **fields: object) -> PictureRequest:
    return asking("", **{"size": None, "task": Task.VARY, "inputs": inputs, **fields})


def decoded(content: bytes) -> pyvips.Image:
    return pyvips.Image.new_from_buffer(content, "")


def drawn(shapes: str, width: int = SIDE, height: int = SIDE) -> pyvips.Image:
    extent = f'viewBox="0 0 1 1" preserveAspectRatio="none" width="{width}" height="{height}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {extent}>{shapes}</svg>'
    return pyvips.Image.svgload_buffer(svg.encode())


def input_of(picture: pyvips.Image, suffix: str = "png") -> InputPicture:
    content = picture.write_to_buffer(f".{suffix}")
    digest = hashlib.sha256(content).hexdigest()
    return InputPicture(content, f"image/{suffix}", Size(picture.width, picture.height), digest)


def meadow(width: int = SIDE, height: int = SIDE) -> pyvips.Image:
    """Sky, land, something red to the left, and noise: each of its pixels is its own."""
    shapes = """<rect width="1" height="1" fill="#9fd0f0"/><rect y=".6" width="1" height=".4" fill="#3f8a4a"/>
        <circle cx=".3" cy=".5" r=".15" fill="#c03028"/>"""
    noise = pyvips.Image.gaussnoise(width, height, mean=0, sigma=6, seed=4)
    return (drawn(shapes, width, height)[:3] + noise).cast("uchar").copy(interpretation="srgb")


def night(width: int = SIDE, height: int = SIDE) -> pyvips.Image:
    shapes = (
        """<rect width="1" height="1" fill="#101030"/><rect x=".6" width=".3" height="1" fill="#c8b040"/>"""
    )
    return drawn(shapes, width, height)[:3]


def cut_out() -> pyvips.Image:
    """A disc, and nothing around it."""
    return drawn('<circle cx=".5" cy=".5" r=".3" fill="#c03028"/>')


def hole() -> pyvips.Image:
    """White where a mask with this hole lets a picture be changed."""
    return pyvips.Image.black(SIDE, SIDE).draw_rect(255, 80, 60, 70, 90, fill=True)


def mask_of(changed: pyvips.Image) -> InputPicture:
    return input_of(changed.new_from_image([0, 0, 0]).bandjoin(changed.invert()).copy(interpretation="srgb"))


def difference(one: pyvips.Image, other: pyvips.Image) -> float:
    """The mean of what each channel of each pixel differs by."""
    return float((one - other).abs().avg())


def likeness(one: pyvips.Image, other: pyvips.Image) -> float:
    """How far their light and dark agree, from -1 to 1; also when one of them is mirrored."""
    return max(_correlation(one, other), _correlation(one.fliphor(), other))


def _correlation(one: pyvips.Image, other: pyvips.Image) -> float:
    first, second = (picture[:3].colourspace("b-w")[0].resize(0.25) for picture in (one, other))
    first, second = first - first.avg(), second - second.avg()
    return float((first * second).avg() / (first.deviate() * second.deviate()))
