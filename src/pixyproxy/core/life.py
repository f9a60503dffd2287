"""The life of an image.

                     ┌──handed back, nothing was sent──┐
                     ▼                                 │
    POST ────────▶ queued ─────────claimed────────▶ generating ───bytes and row are durable───▶ ready
                     │                                 │                                          ▲
                     │                                 ├──sent, and no answer came──▶ unknown ────┤ its answer
                     │                                 │                                          ▼ turned up
                     ├──its model is gone──────────────┼──refused, or no picture─────────────▶ failed
                     │                                 │
                     └──canceled, nothing was sent─────┴─────────────────────────────────────▶ canceled

`ready`, `failed` and `canceled` are final. `unknown` is too, as far as we go by ourselves: the call may have
been paid for, so it is not repeated. Only an answer that turns up after all moves it on.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pixyproxy.core.exceptions import InternalError
from pixyproxy.core.models import Image, Status

NEXT: Mapping[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.GENERATING, Status.CANCELED, Status.FAILED}),
    Status.GENERATING: frozenset(
        {Status.QUEUED, Status.READY, Status.FAILED, Status.UNKNOWN, Status.CANCELED}
    ),
    Status.UNKNOWN: frozenset({Status.READY, Status.FAILED}),
    Status.READY: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELED: frozenset(),
}


def is_settled(status: Status) -> bool:
    """Nothing more will happen to it by itself."""
    return status not in {Status.QUEUED, Status.GENERATING}


def step(image: Image, status: Status, at: datetime, **known: Any) -> Image:
    """The image one step further in its life."""
    if status not in NEXT[image.status]:
        raise InternalError(f"An image that is {image.status} does not become {status}.")
    return replace(image, status=status, updated_at=at, **known)
