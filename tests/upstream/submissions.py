"""What a caller sent, taken apart: a form of texts and files, or JSON with its pictures in data URLs."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Any

import pybase64

from .ledger import Upload
from .messages import Request
from .refusals import Refusal, Refused

NUMBERS = {
    "n",
    "output_compression",
    "partial_images",
    "frame_count",
    "frame_duration_ms",
}
TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class File:
    field: str
    filename: str
    media_type: str
    content: bytes

    @property
    def upload(self) -> Upload:
        digest = hashlib.sha256(self.content).hexdigest()
        return Upload(self.field, self.filename, self.media_type, len(self.content), digest)


@dataclass(frozen=True, slots=True)
class Submission:
    body: str = ""
    """The JSON, exactly as it was received; empty for a form."""
    texts: tuple[tuple[str, str], ...] = ()
    """The form's fields in their order."""
    files: tuple[File, ...] = ()

    @classmethod
    def of(cls, request: Request) -> "Submission":
        kind = Message()
        kind["content-type"] = request.headers.get("content-type", "application/json")
        boundary = kind.get_param("boundary")
        if kind.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
            return cls(request.body.decode(errors="replace"))
        parts = list(_parts(request.body, boundary.encode()))
        return cls(
            texts=tuple(
                (each.field, each.content.decode(errors="replace")) for each in parts if not each.filename
            ),
            files=tuple(each for each in parts if each.filename),
        )

    def given(self) -> dict[str, Any]:
        """The parameters besides the files, numbers as numbers; raises `Refused`."""
        if self.body or not (self.texts or self.files):
            return {name: value for name, value in _json_object(self.body).items() if value is not None}
        given: dict[str, Any] = {}
        for name, text in self.texts:
            *outer, last = re.findall(r"[^\[\]]+", name)
            within = given
            for each in outer:
                within = within.setdefault(each, {})
            within[last] = _typed(name, text)
        return given


def _typed(name: str, text: str) -> Any:
    if name in NUMBERS and re.fullmatch(r"-?\d+", text):
        return int(text)
    return TRUTHS.get(text, text) if name == "stream" else text


def _parts(body: bytes, boundary: bytes) -> Iterator[File]:
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head)
        name = headers.get_param("name", header="content-disposition")
        media_type = str(headers.get("content-type", ""))
        yield File(str(name), headers.get_filename() or "", media_type, content.removesuffix(b"\r\n"))


def _json_object(body: str) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Refused(Refusal(400, "We could not parse the JSON body of your request."))
    return content


def without_pictures(given: dict[str, Any]) -> tuple[dict[str, Any], tuple[File, ...]]:
    """Of an edit in JSON: `images` and `mask` taken out of its parameters; raises `Refused`."""
    images = given.get("images", [])
    named = [("images", each) for each in images] + [
        ("mask", given[name]) for name in ("mask",) if name in given
    ]
    rest = {name: value for name, value in given.items() if name not in {"images", "mask"}}
    return rest, tuple(_file(field, reference) for field, reference in named)


def _file(field: str, reference: Mapping[str, str]) -> File:
    """Only data URLs: the stand-in has no files, and fetches nothing."""
    found = re.fullmatch(r"data:([\w/+.-]+);base64,(.*)", reference.get("image_url", ""))
    if found is None:
        raise Refused(
            Refusal(400, f"Invalid '{field}': expected a data URL.", code="invalid_value", param=field)
        )
    return File(field, "", found[1], pybase64.b64decode(found[2], validate=True))
