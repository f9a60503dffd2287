"""Whether a file is a picture that may be kept, told from its bytes; and what it says of itself."""

import os
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from pixyproxy.core.exceptions import UnreadablePicture
from pixyproxy.core.names import EXTENSIONS
from pixyproxy.service.importing.finding import Found
from pixyproxy.service.importing.told import Told, told_by
from pixyproxy.service.pictures import MOST_PIXELS, PictureFacts, examine, media_type_of
from pixyproxy.service.transfer.beneath import open_beneath
from pixyproxy.service.transfer.lists import why_not

MOST_BYTES = 64 * 1024**2
_START_BYTES = 65_536  # as much as it takes to know an svg
_NAMED_AS_PICTURES = {*EXTENSIONS.values(), "jpeg"}
_NOT_WHOLE = f"is damaged, cut short, or has more than {MOST_PIXELS // 1_000_000} megapixels"
_SVG = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Picture:
    """A file, its bytes, and what is known from them."""

    found: Found
    content: bytes
    facts: PictureFacts
    told: Told


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is no picture; or one that is named so or begins so, and why it is not kept."""

    why: str | None = None


def look_at(root: Path, found: Found) -> Picture | LeftOut:
    """Blocks, and takes the memory of a picture or two. Of what is no picture only the start is read."""
    try:
        with BufferedReader(open_beneath(root, found.path)) as file:
            start = file.read(_START_BYTES)
            if _kind_of(start) is None and not _is_named_as_picture(found):
                return LeftOut()
            size = os.fstat(file.fileno()).st_size  # as much is set aside as is asked for
            content = start + file.read(max(min(size, MOST_BYTES) + 1 - len(start), 0))
    except OSError as error:
        return LeftOut(why_not(error))
    if len(content) > MOST_BYTES:
        return LeftOut(f"is larger than {MOST_BYTES // 1024**2} MiB")
    return _examined(content, found)


def _examined(content: bytes, found: Found) -> Picture | LeftOut:
    try:
        facts = examine(content)
    except UnreadablePicture:
        is_page = _kind_of(content) == _SVG and not _is_named_as_picture(found)  # with a drawing in it
        return LeftOut(None if is_page else _NOT_WHOLE)
    return Picture(found, content, facts, told_by(content))


def _kind_of(content: bytes) -> str | None:
    try:
        return media_type_of(content)
    except UnreadablePicture:
        return None


def _is_named_as_picture(found: Found) -> bool:
    return found.path.rpartition(".")[2].lower() in _NAMED_AS_PICTURES
