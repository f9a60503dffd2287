"""Which keys an object may have: whatever a store stands on, none leads out of it."""

import re

from pixyproxy.core.exceptions import BytesMissing

_CONTROL = re.compile(r"[\0-\x1f\x7f]")
_NO_NAMES = {"", ".", ".."}


def check_key(key: str) -> None:
    """Raises `BytesMissing` unless it is one or more names, each but the last with a slash behind it.

    The same object can then be spelled in one way only.
    """
    if _CONTROL.search(key) or not _NO_NAMES.isdisjoint(key.split("/")):
        raise BytesMissing


def printable(key: str) -> str:
    """On a terminal: the name of a file may be no text, or text that a terminal obeys."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in key
    )


def order(key: str) -> bytes:
    """Keys are in the order of these, in every store."""
    return key.encode("utf-8", "surrogateescape")  # as the names of files are decoded
