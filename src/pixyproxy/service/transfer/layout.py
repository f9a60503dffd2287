"""How a library lies in a folder: which files there are, and what the first of them says.

pixyproxy-library.json   what this is, and how much; written last
images.jsonl             a line for each image, the oldest first
attempts.jsonl           a line for each call to a generator, in the order of their images
keys.jsonl               a line for each API key: the hash of its secret, never the secret
files/                   the bytes, each under its storage key
"""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

from pixyproxy.core.requests import Moment

FORMAT = 1
MANIFEST = "pixyproxy-library.json"
IMAGES, ATTEMPTS, KEYS = "images.jsonl", "attempts.jsonl", "keys.jsonl"
FILES = "files"
UNFINISHED = ".pixyproxy-export"
"""The folder of what is being written. While it is there, an export is under way, or was cut off."""


def file_of(storage_key: str) -> str:
    """Where the bytes with this key lie in the folder."""
    return f"{FILES}/{storage_key}"


def _written(moment: datetime) -> str:
    """UTC, always six digits of the second, `Z`."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


Time = Annotated[Moment, PlainSerializer(_written, return_type=str)]


class Manifest(BaseModel):
    """What lies in the folder, and how much of it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    format: int
    made_by: str
    made_at: Time
    images: int
    images_in_trash: int
    images_in_making_left_out: int
    damaged: int
    attempts: int
    keys: int
    files: int
    size_bytes: int
