"""Pictures that hang without a database: in a folder, made by hand, of every kind."""

import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pyvips

from pixyproxy.core.models import Content, Image, Status, Visibility
from pixyproxy.core.names import EXTENSIONS, new_guid
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.service.pictures import examine
from pixyproxy.service.reading import Picture
from pixyproxy.service.variants.messages import RenderJob, Shape

WIDTH, HEIGHT = 120, 80
KINDS = "png jpeg webp gif avif svg".split()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d">%s</svg>'


@cache
def painting(width: int = WIDTH, height: int = HEIGHT, seed: int = 1) -> pyvips.Image:
    """Clouds in colours: enough bytes to be cut, smooth enough to be told again when it is smaller."""
    clouds = [pyvips.Image.gaussnoise(8, 6, seed=seed + each, sigma=45) for each in range(3)]
    picture = clouds[0].bandjoin(clouds[1:]).resize(width / 8, vscale=height / 6)
    grain = pyvips.Image.gaussnoise(width, height, seed=seed, sigma=3, mean=0)
    return (picture + grain).cast("uchar").copy(interpretation="srgb").copy_memory()


@cache
def encoded(kind: str, width: int = WIDTH, height: int = HEIGHT, seed: int = 1) -> bytes:
    if kind == "svg":
        return svg(b'<rect width="50%" height="50%" fill="#c03030"/>', width, height)
    return written(painting(width, height, seed), kind)


def written(picture: pyvips.Image, kind: str) -> bytes:
    content: bytes = picture.write_to_buffer(f".{kind}")
    return content


def svg(inside: bytes, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    return SVG % (width, height, inside)


def decoded(content: bytes) -> pyvips.Image:
    picture = pyvips.Image.new_from_buffer(content, "")
    return picture.colourspace("srgb").cast("uchar").copy_memory()


def job_for(
    content: bytes, width: int = 60, height: int = 40, kind: str = "webp", *, crop: bool = False
) -> RenderJob:
    sha256 = hashlib.sha256(content).hexdigest()
    quality = None if kind == "png" else 80
    return RenderJob(sha256, Shape(width, height, crop), Shape(height, width, crop), kind, quality)


async def hung(folder: Path, content: bytes, guid: str | None = None) -> Picture:
    facts = examine(content)
    guid = guid or new_guid()
    store = FolderStore(folder)
    key = f"{guid}.{EXTENSIONS[facts.media_type]}"
    await store.put(key, content)
    return Picture(image_of(guid, _content(key, content)), _content(key, content), store)


def image_of(guid: str, content: Content) -> Image:
    now = datetime.now(UTC)
    return Image(
        guid=guid,
        owner="owner",
        filename="picture",
        prompt="a picture",
        tags=(),
        author="author",
        status=Status.READY,
        visibility=Visibility.PUBLIC,
        generator="sketch",
        model="sketch-1",
        content=content,
        created_at=now,
        updated_at=now,
    )


def _content(key: str, content: bytes) -> Content:
    facts = examine(content)
    return Content(key, facts.media_type, facts.width, facts.height, len(content), facts.sha256)
