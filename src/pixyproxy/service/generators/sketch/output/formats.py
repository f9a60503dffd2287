"""The bytes of a picture, in each of the formats."""

import pyvips

from pixyproxy.service.generators.sketch.render import on_white

WITH_ALPHA = frozenset({"png", "webp"})
WITH_COMPRESSION = frozenset({"webp", "jpeg"})
_PNG_COMPRESSION = 4
_LOSSY_QUALITY = 88


def encoded(picture: pyvips.Image, output_format: str, compression: int | None = None) -> bytes:
    """Without anything the inputs said about themselves, but for their colour profile."""
    if output_format not in WITH_ALPHA:
        picture = on_white(picture)
    content: bytes = picture.write_to_buffer(
        f".{output_format}", keep="icc", **_options(output_format, compression)
    )
    return content


def _options(output_format: str, compression: int | None) -> dict[str, int | str]:
    if output_format == "png":
        return {"compression": _PNG_COMPRESSION, "filter": "up"}
    kept = _LOSSY_QUALITY if compression is None else compression
    return {"Q": kept, "effort": 2} if output_format == "webp" else {"Q": max(1, kept)}
