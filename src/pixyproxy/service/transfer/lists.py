"""Lists of lines, as somebody brings them: read page by page, and never more of a line than one can be."""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pydantic import BaseModel, ValidationError

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.service.transfer.beneath import open_beneath
from pixyproxy.service.transfer.layout import FORMAT, IMAGES, MANIFEST, UNFINISHED, Manifest
from pixyproxy.service.transfer.lines import Line
from pixyproxy.service.validation import invalid_request

L = TypeVar("L", bound=Line)
LONGEST_LINE_BYTES = 32 * 1024**2
_PAGE_LINES, _PAGE_BYTES = 100, 4 * 1024**2
_PIECE_BYTES = 1024**2
_LONGEST_MANIFEST_BYTES = 1024**2
_MOST_FIELDS_NAMED = 3
_NOT_FINISHED = "The export in {} is not finished; run `pixyproxy export` into it again."
_A_LINK = {errno.ELOOP, errno.EMLINK}


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line of a list; None instead of its text where that is too long to be one of ours."""

    place: str
    text: bytes | None


class ListFile:
    """Everything in it blocks. Raises `OSError` where there is no such plain file in the folder."""

    def __init__(self, root: Path, name: str) -> None:
        self.name = name
        self._file = BufferedReader(open_beneath(root, name), _PIECE_BYTES)
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def page(self) -> list[Numbered]:
        """The next of them, so many that they may all be held; none at the end."""
        page: list[Numbered] = []
        size = 0
        while len(page) < _PAGE_LINES and size < _PAGE_BYTES and (text := self._line()) != b"":
            self.count += 1
            page.append(Numbered(f"{self.name} line {self.count}", text))
            size += len(text or b"")
        return page

    def _line(self) -> bytes | None:
        line = self._file.readline(LONGEST_LINE_BYTES)
        if len(line) < LONGEST_LINE_BYTES or line.endswith(b"\n"):
            return line
        while (rest := self._file.readline(_PIECE_BYTES)) and not rest.endswith(b"\n"):
            continue
        return None


def parsed(kind: type[L], line: Numbered) -> L:
    """Raises `InvalidRequest`, which names the line and what is wrong with it."""
    if line.text is None:
        raise InvalidRequest(f"{line.place}: is longer than any line of ours.")
    try:
        return kind.model_validate_json(line.text)
    except ValidationError as error:
        raise InvalidRequest(f"{line.place}: {_what_is_wrong(error)}.") from None


def read_manifest(root: Path) -> Manifest:
    """Raises `InvalidRequest` for what is no whole library of a format that is known here."""
    _check_finished(root)
    try:
        with open_beneath(root, MANIFEST) as file:
            text = file.read(_LONGEST_MANIFEST_BYTES)
        if (format_ := _Format.model_validate_json(text).format) != FORMAT:
            raise InvalidRequest(f"{root} is a library of format {format_}; this release knows {FORMAT}.")
        return Manifest.model_validate_json(text)
    except OSError as error:
        raise InvalidRequest(f"{MANIFEST} in {root} {why_not(error)}.") from error
    except ValidationError as error:
        raise InvalidRequest(f"{MANIFEST} in {root} is not valid: {_what_is_wrong(error)}.") from None


def is_library(path: Path) -> bool:
    """Raises `InvalidRequest` for one that was left unfinished: its files alone are no library."""
    if not path.is_dir():
        return False
    _check_finished(path)
    if os.path.lexists(path / MANIFEST):
        return True
    if os.path.lexists(path / IMAGES):
        raise InvalidRequest(_NOT_FINISHED.format(path))
    return False


def why_not(error: OSError) -> str:
    """What comes of a file, in words that go on a sentence."""
    if isinstance(error, FileNotFoundError):
        return "is missing"
    if error.strerror is None or isinstance(error, NotADirectoryError) or error.errno in _A_LINK:
        return "is no plain file, or is reached through a symbolic link, which is not followed"
    return f"cannot be read: {error.strerror}"


def _check_finished(root: Path) -> None:
    """Also where the lists of an earlier export are there still."""
    if os.path.lexists(root / UNFINISHED):
        raise InvalidRequest(_NOT_FINISHED.format(root))


class _Format(BaseModel):
    format: int


def _what_is_wrong(error: ValidationError) -> str:
    found = invalid_request(error.errors(include_url=False, include_input=False)).errors
    first: Sequence[str] = [
        each.message if each.field == "body" else f"{each.field[:100]}: {each.message}"
        for each in found[:_MOST_FIELDS_NAMED]
    ]
    return "; ".join(first)
