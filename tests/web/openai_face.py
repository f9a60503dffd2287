"""What the tests of the OpenAI face share: its errors looked at in one place, its requests and events."""

import json
from base64 import b64encode
from typing import Any

import httpx2

from tests.service.scenery import PNG

GENERATIONS, EDITS, VARIATIONS = (f"/v1/images/{each}" for each in ("generations", "edits", "variations"))
CAT = {"prompt": "a cat"}
A_PICTURE = {"image_url": f"data:image/png;base64,{b64encode(PNG).decode()}"}


def error_of(answer: httpx2.Response, status: int) -> dict[str, Any]:
    """The error, once it is known to be a whole and proper envelope of that status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    body = answer.json()
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert set(error) - {"guid", "moderation_details"} == {"message", "type", "param", "code"}
    assert error["message"].endswith(".")
    return error


def events_of(answer: httpx2.Response) -> list[tuple[str, dict[str, Any]]]:
    """Name and data of each; comments are none."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].partition(";")[0] == "text/event-stream"
    assert answer.text.endswith("\n\n")
    found = []
    for block in answer.text.removesuffix("\n\n").split("\n\n"):
        if not block.startswith(":"):
            name, data = block.split("\n")
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    assert all(name == data["type"] for name, data in found)
    return found
