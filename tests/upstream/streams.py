"""An answer as server-sent events, and the ways in which such a stream goes wrong."""

import json
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .pictures import Picture
from .refusals import REFUSALS, Refusal

if TYPE_CHECKING:
    from .plays import Scene

Body = tuple[bytes, ...]
Streamed = Callable[["Scene", list[Picture], list[Picture]], Body]
"""The body that gives those previews, then those pictures."""

KEEP_ALIVE = b": keep-alive\n\n"


def events(scene: "Scene", previews: list[Picture], pictures: list[Picture]) -> Body:
    return (*_partial(scene, previews), *_completed(scene, pictures))


def kept_alive(scene: "Scene", previews: list[Picture], pictures: list[Picture]) -> Body:
    """With comments between the events, and lines that end as those of some proxies do."""
    pieces = [KEEP_ALIVE]
    for piece in events(scene, previews, pictures):
        pieces += [piece.replace(b"\n", b"\r\n"), *([KEEP_ALIVE] if piece.endswith(b"\n\n") else [])]
    return tuple(pieces)


def nameless(scene: "Scene", previews: list[Picture], pictures: list[Picture]) -> Body:
    """`data` alone: what kind of event it is, only its JSON says."""
    lines = b"".join(events(scene, previews, pictures)).split(b"\n")
    return (b"\n".join(line for line in lines if not line.startswith(b"event:")),)


def unfinished(scene: "Scene", previews: list[Picture], _pictures: list[Picture]) -> Body:
    return tuple(_partial(scene, previews))


def cut_within_the_last(scene: "Scene", previews: list[Picture], pictures: list[Picture]) -> Body:
    last = b"".join(_completed(scene, pictures))
    return (*_partial(scene, previews), last[: len(last) // 2])


def failing(name: str) -> Streamed:
    """An error as OpenAI tells it once a stream has begun."""

    def streamed(scene: "Scene", previews: list[Picture], _pictures: list[Picture]) -> Body:
        said = {"type": "error", "error": _error(REFUSALS[name])}
        return (*_partial(scene, previews), b"event: error\ndata: " + json.dumps(said).encode() + b"\n\n")

    return streamed


def failing_bare(scene: "Scene", previews: list[Picture], _pictures: list[Picture]) -> Body:
    """An error without a name, as others that speak the API tell it."""
    said = {"error": _error(REFUSALS["server-error"])}
    return (*_partial(scene, previews), b"data: " + json.dumps(said).encode() + b"\n\n")


def _error(refusal: Refusal) -> Any:
    return json.loads(b"".join(refusal.answer().body))["error"]


def _partial(scene: "Scene", previews: list[Picture]) -> Iterator[bytes]:
    for number, preview in enumerate(previews):
        yield from _event(scene, "partial_image", preview, partial_image_index=number)


def _completed(scene: "Scene", pictures: list[Picture]) -> Iterator[bytes]:
    for picture in pictures:
        yield from _event(scene, "completed", picture, usage=scene.order.usage(len(pictures)))


def _event(scene: "Scene", kind: str, picture: Picture, **more: Any) -> Iterator[bytes]:
    """The picture before the rest, in pieces, so that it is sent from where it lies."""
    order = scene.order
    name = f"{order.api}.{kind}"
    members = {
        "created_at": int(time.time()),
        "size": f"{order.width}x{order.height}",
        "quality": order.quality,
        "background": order.background,
        "output_format": order.output_format,
        **more,
    }
    yield f'event: {name}\ndata: {{"type":"{name}","b64_json":"'.encode()
    yield from picture.base64
    yield b'",' + json.dumps(members).encode()[1:] + b"\n\n"
