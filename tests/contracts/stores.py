"""Every kind of store there is. To put another one under the contract, add its line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import pytest

from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.moved_store import MovedStore
from pixyproxy.data.s3.location import Patience, S3Location, S3Options
from pixyproxy.data.s3.store import S3Store
from tools.s3_server import S3Server


@dataclass(frozen=True, slots=True)
class Kind:
    """How an empty store is made, and how many objects are many for it."""

    make: Callable[[pytest.FixtureRequest], ImageStore]
    many: int


def s3_store(
    server: S3Server,
    prefix: str,
    *,
    endpoint: str | None = None,
    secret: str | None = None,
    patience: Patience | None = None,
) -> S3Store:
    address = server.address
    options = S3Options(
        endpoint or address.endpoint,
        address.region,
        address.access_key_id,
        secret or address.secret_access_key,
    )
    return S3Store(S3Location(address.bucket, prefix), options, patience)


def _moved(folder: Path) -> MovedStore:
    return MovedStore(FolderStore(folder / "images"), FolderStore(folder / "before"))


STORES: Mapping[str, Kind] = {
    "folder": Kind(lambda request: FolderStore(request.getfixturevalue("tmp_path") / "images"), 1200),
    "moved": Kind(lambda request: _moved(request.getfixturevalue("tmp_path")), 1200),
    "s3": Kind(lambda request: s3_store(request.getfixturevalue("s3"), f"deep/{token_hex(8)}"), 60),
}
