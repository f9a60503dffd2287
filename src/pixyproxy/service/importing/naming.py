"""What a picture of somebody's is called in the library, and what stands in for its prompt."""

import re
import unicodedata
from functools import lru_cache

from pydantic import TypeAdapter, ValidationError

from pixyproxy.core.names import EXTENSIONS
from pixyproxy.core.requests import NAME_LENGTH, Filename
from pixyproxy.core.words import words

NAMELESS = "imported picture"
_NAMELESS_FILE = "imported-picture"
_FILENAME: TypeAdapter[str] = TypeAdapter(Filename)
_LONGEST_EXTENSION = 16
_BETWEEN_WORDS = re.compile("[\\s_\\-+.\ufffd]+")
_ONLY_AN_EXTENSION = re.compile(r"\.\w+")


def filename_of(name: str, media_type: str) -> str:
    """A file's own name as far as one may be so; what is no text in it is a mark for something unknown."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    text = unicodedata.normalize("NFC", text)
    kept = "".join(filter(_may_be_in_a_name, text))
    if _ONLY_AN_EXTENSION.fullmatch(kept):
        kept = f"{_NAMELESS_FILE}{kept}"
    for candidate in (kept, _shortened(kept)):
        try:
            return _FILENAME.validate_python(candidate)
        except ValidationError:
            continue
    return f"{_NAMELESS_FILE}.{EXTENSIONS[media_type]}"


def words_of(filename: str) -> str:
    """What stands in for a prompt."""
    text = _BETWEEN_WORDS.sub(" ", _split(filename)[0]).strip()
    return text if words(text) else NAMELESS


@lru_cache(maxsize=4096)
def _may_be_in_a_name(character: str) -> bool:
    """By the rules for any name: asked with letters around it."""
    try:
        return _FILENAME.validate_python(f"a{character}a") != "aa"
    except ValidationError:
        return False


def _shortened(name: str) -> str:
    """Its end is kept, for that tells what it is."""
    stem, extension = _split(name)
    return f"{stem[: NAME_LENGTH - len(extension)].rstrip()}{extension}"


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if (
        stem.strip(". ")
        and len(extension) < _LONGEST_EXTENSION
        and extension.isascii()
        and extension.isalnum()
    ):
        return stem, dot + extension
    return name, ""
