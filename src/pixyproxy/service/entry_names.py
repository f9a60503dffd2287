"""Names for files side by side in one folder, whatever system that will be on."""

import re
from collections.abc import Iterator
from itertools import count

from pixyproxy.core.words import caseless

_MOST_BYTES = 200  # file systems take 255, and those who unpack may add something
_MOST_EXTENSION = 16
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class EntryNames:
    """Each is given once, also where case does not count."""

    def __init__(self, *taken: str) -> None:
        self._taken = {caseless(name) for name in taken}

    def take(self, filename: str, guid: str) -> str:
        """The name of this image's file."""
        candidates = _candidates(_harmless(filename) or guid, guid)
        name = next(each for each in candidates if caseless(each) not in self._taken)
        self._taken.add(caseless(name))
        return name


def _candidates(name: str, guid: str) -> Iterator[str]:
    """The last digits of a guid are chance; the first ones are shared by what was made in the same minute."""
    stem, extension = _split(name)
    yield _shortened(stem, "", extension)
    yield _shortened(stem, f"-{guid[-12:]}", extension)
    for number in count(1):
        yield _shortened(stem, f"-{guid}-{number}", extension)


def _harmless(filename: str) -> str:
    name = _FORBIDDEN.sub("_", filename).strip().rstrip(". ")
    return f"_{name}" if _DEVICE.match(name) else name


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if stem and len(extension) <= _MOST_EXTENSION and extension.isascii():
        return stem, dot + extension
    return name, ""


def _shortened(stem: str, piece: str, extension: str) -> str:
    """A character is never cut in two."""
    room = _MOST_BYTES - len(piece) - len(extension)
    return stem.encode()[:room].decode(errors="ignore") + piece + extension
