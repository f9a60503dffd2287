"""Every kind of store there is. To put another one under the contract, add its line."""

from collections.abc import Callable, Mapping

import pytest

from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.image_store import ImageStore

STORES: Mapping[str, Callable[[pytest.FixtureRequest], ImageStore]] = {
    "folder": lambda request: FolderStore(request.getfixturevalue("tmp_path") / "images"),
}
