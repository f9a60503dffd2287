"""A picture whose row is there and, for a time, its bytes are not."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from tests.live.service import RunningService


@contextmanager
def lost_bytes(gallery: RunningService, image: dict[str, Any]) -> Iterator[None]:
    files = (gallery.folder / "data" / "images").rglob("*.png")
    [file] = (each for each in files if sha256(each.read_bytes()).hexdigest() == image["sha256"])
    aside = file.rename(file.with_suffix(".aside"))
    yield
    aside.rename(file)
