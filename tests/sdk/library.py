"""What PixyProxy itself says of a picture that an SDK was given."""

import base64
import hashlib
from typing import Any

from openai.types import Image

from tests.live.service import RunningService


def guid_of(answered: Any) -> str:
    """Of an item of `data`, or an event: a field that the SDKs hand on without knowing it."""
    return str(answered.guid)


def content_of(item: Image) -> bytes:
    assert item.url is None
    return decoded(item.b64_json)


def decoded(text: str | None) -> bytes:
    assert text is not None
    return base64.b64decode(text, validate=True)


def kept(service: RunningService, guid: str, content: bytes) -> dict[str, Any]:
    """The image, once it is certain that the library has exactly those bytes."""
    with service.client() as client:
        image: dict[str, Any] = client.get(f"/image/{guid}").raise_for_status().json()
        assert image["status"] == "ready"
        assert image["sha256"] == hashlib.sha256(content).hexdigest()
        assert client.get(image["content_url"]).content == content
    return image
