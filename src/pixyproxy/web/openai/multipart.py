"""Forms with files (RFC 7578), read within bounds; nothing of them is left behind."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from pixyproxy.core.exceptions import StorageFull
from pixyproxy.service.inputs import IMAGES, MASK, MOST_BYTES, Uploads
from pixyproxy.service.validation import refused

_MOST_FILES, _MOST_FIELDS, _MOST_FIELD_BYTES = 32, 100, 256 * 1024
_PICTURE, _MARKUP = "image", "markup"
_NAME = re.compile(r"([^\[\]]{1,64})((?:\[[^\[\]]{0,64}\]){0,3})")


@dataclass(frozen=True, slots=True)
class Form:
    """Its texts by name, and its pictures."""

    fields: dict[str, Any]
    uploads: Uploads


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


async def read_form(request: Request) -> Form:
    async with _parsed(request) as sent:
        fields: dict[str, Any] = {}
        images: list[bytes] = []
        mask: bytes | None = None
        for name, value in sent.multi_items():
            bare = name.removesuffix("[]")
            if isinstance(value, str):
                _add_text(fields, name, value)
            elif bare == _PICTURE:
                images.append(await _bytes_of(value, _PICTURE))
            elif bare == MASK and mask is None:
                mask = await _bytes_of(value, MASK)
            else:
                field, why = _WHY_NOT.get(bare, (name[:100], "is no file that is known here"))
                raise refused(field, why)
    if not images:
        raise refused(_PICTURE, "is missing: there is no picture to start from")
    return Form(fields, Uploads(tuple(images), mask))


_WHY_NOT = {
    MASK: (MASK, "is given twice"),
    _MARKUP: (_MARKUP, "is not known to any generator here"),
    IMAGES: (_PICTURE, "is what a form calls its pictures, or image[]; not images"),
}


@asynccontextmanager
async def _parsed(request: Request) -> AsyncIterator[FormData]:
    parser = _Parser(
        request.headers,
        request.stream(),
        max_files=_MOST_FILES,
        max_fields=_MOST_FIELDS,
        max_part_size=_MOST_FIELD_BYTES,
    )
    try:
        sent = await parser.parse()
        if not parser.has_ended:
            raise refused("body", "ends before the form does")
        yield sent
    except MultiPartException as error:
        raise refused("body", "is no form in multipart/form-data, or has too many parts") from error
    except ClientDisconnect as error:
        raise refused("body", "ends before the form does") from error
    except OSError as error:  # what is large lies in a temporary file
        raise StorageFull(retry_after_s=60) from error
    finally:
        parser.close_files()


class _Parser(MultiPartParser):
    """Starlette's takes a form that is cut off for a whole one."""

    has_ended = False

    def on_end(self) -> None:
        self.has_ended = True

    def close_files(self) -> None:
        for file in self._files_to_close_on_error:
            file.close()


async def _bytes_of(file: UploadFile, name: str) -> bytes:
    if (file.size or 0) > MOST_BYTES:
        raise refused(name, f"must have at most {MOST_BYTES // 1024**2} MB")
    return await file.read()


def _add_text(fields: dict[str, Any], name: str, text: str) -> None:
    """`tags[]` is an element of a list, `svg[model]` a member of an object."""
    found = _NAME.fullmatch(name)
    if found is None or found[1] in {_PICTURE, MASK, _MARKUP}:
        raise refused(name[:100], "must be sent as a file, with a filename" if found else "is not known here")
    first, *inner = [found[1], *re.findall(r"\[([^\]]*)\]", found[2])]
    if first == "tags":
        fields.setdefault(first, []).append(text)
    elif inner:
        _add_member(fields, [first, *inner], text)
    elif first in fields:
        raise refused(first, "is given twice")
    else:
        fields[first] = text


def _add_member(fields: dict[str, Any], path: list[str], text: str) -> None:
    *above, last = path
    for each in above:
        fields = fields.setdefault(each, {})
        if not isinstance(fields, dict):
            raise refused(path[0], "is given twice")
    fields[last] = text
