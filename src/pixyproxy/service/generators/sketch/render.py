"""From a vector scene to pixels, and the paper they lie on."""

from functools import lru_cache

import pyvips

_GRAIN_TILE_PX = 256
_GRAIN_STRENGTH = 2.2
_WHITE = [255, 255, 255]


def paint(svg: str, *, transparent: bool = False) -> pyvips.Image:
    picture = rasterised(svg)
    return picture if transparent else grained(picture.flatten())


def rasterised(svg: str) -> pyvips.Image:
    """With alpha, without grain."""
    return pyvips.Image.svgload_buffer(svg.encode())


def on_white(picture: pyvips.Image) -> pyvips.Image:
    """Where one sees through it, a white sheet."""
    return picture.flatten(background=_WHITE) if picture.hasalpha() else picture


def grained(picture: pyvips.Image) -> pyvips.Image:
    """The tooth of paper; it also hides the steps of the gradients."""
    across, down = -(-picture.width // _GRAIN_TILE_PX), -(-picture.height // _GRAIN_TILE_PX)
    grain = _grain_tile().replicate(across, down).crop(0, 0, picture.width, picture.height)
    return (picture + grain).cast("uchar")


@lru_cache(maxsize=1)
def _grain_tile() -> pyvips.Image:
    noise = pyvips.Image.gaussnoise(_GRAIN_TILE_PX, _GRAIN_TILE_PX, mean=0, sigma=_GRAIN_STRENGTH, seed=1)
    return noise.rint().cast("short").copy_memory()
