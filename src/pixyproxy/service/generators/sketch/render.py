"""From a vector scene to the bytes of a picture."""

from functools import lru_cache

import pyvips

_GRAIN_TILE_PX = 256
_GRAIN_STRENGTH = 2.2
_PNG_COMPRESSION = 4
_LOSSY_QUALITY = 88
_PREVIEW_PX = 256


def render(svg: str, output_format: str, *, transparent: bool = False) -> bytes:
    picture = pyvips.Image.svgload_buffer(svg.encode())
    if not transparent:
        picture = _grained(picture.flatten())
    content: bytes = picture.write_to_buffer(f".{output_format}", **_options(output_format))
    return content


def render_preview(svg: str) -> bytes:
    """Small, and soon there."""
    preview = pyvips.Image.thumbnail_buffer(svg.encode(), _PREVIEW_PX, size="down")
    content: bytes = preview.write_to_buffer(".webp", Q=_LOSSY_QUALITY, effort=0)
    return content


def _options(output_format: str) -> dict[str, int | str]:
    if output_format == "png":
        return {"compression": _PNG_COMPRESSION, "filter": "up"}
    if output_format == "webp":
        return {"Q": _LOSSY_QUALITY, "effort": 2}
    return {"Q": _LOSSY_QUALITY}


def _grained(picture: pyvips.Image) -> pyvips.Image:
    """The tooth of paper; it also hides the steps of the gradients."""
    across, down = -(-picture.width // _GRAIN_TILE_PX), -(-picture.height // _GRAIN_TILE_PX)
    grain = _grain_tile().replicate(across, down).crop(0, 0, picture.width, picture.height)
    return (picture + grain).cast("uchar")


@lru_cache(maxsize=1)
def _grain_tile() -> pyvips.Image:
    noise = pyvips.Image.gaussnoise(_GRAIN_TILE_PX, _GRAIN_TILE_PX, mean=0, sigma=_GRAIN_STRENGTH, seed=1)
    return noise.rint().cast("short").copy_memory()
