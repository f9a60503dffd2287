"""The answer with the pictures: as base64, written straight from the store, or as links."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from fastapi.responses import Response
from pydantic_core import to_json
from starlette.types import Receive, Scope, Send

from pixyproxy.core.models import Image, JsonValue
from pixyproxy.service.reading import Picture
from pixyproxy.web.openai.base64_text import base64_length, base64_of

_JSON = "application/json"
_FORMATS = {"image/jpeg": "jpeg", "image/svg+xml": "svg"}


def answer_links(
    pictures: Sequence[Picture], links: Mapping[str, str], headers: Mapping[str, str]
) -> Response:
    data = [{"url": links[each.image.guid], **_item(each.image)} for each in pictures]
    body = {"created": created(pictures[0].image), "data": data, **_facts_of_all(pictures)}
    guids = guid_header(each.image for each in pictures)
    return Response(to_json(body), 200, {**guids, **headers}, _JSON)


def answer_base64(pictures: Sequence[Picture], headers: Mapping[str, str]) -> Response:
    return _Base64Answer(pictures, {**guid_header(each.image for each in pictures), **headers})


class _Base64Answer(Response):
    media_type = _JSON

    def __init__(self, pictures: Sequence[Picture], headers: Mapping[str, str]) -> None:
        self._pictures = pictures
        self._pieces = _pieces(pictures)
        length = sum(map(len, self._pieces)) + sum(map(base64_length, pictures))
        super().__init__(headers={**headers, "Content-Length": str(length)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - a server passes all three
        chunks = self._chunks()
        first = await anext(chunks)  # Where the bytes are missing, this is the last moment to say so.
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": first, "more_body": True})
        async for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _chunks(self) -> AsyncIterator[bytes]:
        for piece, picture in zip(self._pieces, self._pictures, strict=False):
            before = piece
            async for text in base64_of(picture):
                yield before + text
                before = b""
        yield self._pieces[-1]


def _pieces(pictures: Sequence[Picture]) -> list[bytes]:
    """What stands before, between and behind the pictures' texts."""
    opening = b'{"b64_json":"'
    closings = [b'",' + to_json(_item(each.image))[1:] for each in pictures]
    head = b'{"created":%d,"data":[' % created(pictures[0].image) + opening
    tail = b"]," + to_json(_facts_of_all(pictures))[1:]
    return [head, *(closing + b"," + opening for closing in closings[:-1]), closings[-1] + tail]


def _item(image: Image) -> dict[str, JsonValue]:
    item: dict[str, JsonValue] = {"guid": image.guid}
    if image.revised_prompt is not None:
        item["revised_prompt"] = image.revised_prompt
    return item


def _facts_of_all(pictures: Sequence[Picture]) -> dict[str, Any]:
    """Of the first: they were asked for alike. What they used is added up."""
    facts = facts_of(pictures[0])
    usages = [usage for each in pictures if isinstance(usage := facts_of(each).get("usage"), dict)]
    if usages:
        facts["usage"] = _added_up(usages)
    return facts


def facts_of(picture: Picture) -> dict[str, Any]:
    """What it is, from its bytes; what was used for it, as far as its generator says so."""
    content, parameters = picture.content, picture.image.parameters
    told = {name: parameters.get(name) for name in ("background", "quality", "usage", "safety_identifier")}
    return {
        "output_format": format_of(content.media_type),
        "size": f"{content.width}x{content.height}",
        **{name: value for name, value in told.items() if value is not None and value != "auto"},
    }


def _added_up(usages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for name, value in usages[0].items():
        values = [usage.get(name) for usage in usages]
        if isinstance(value, dict):
            total[name] = _added_up([each for each in values if isinstance(each, dict)])
        elif isinstance(value, int):
            total[name] = sum(each for each in values if isinstance(each, int))
    return total


def format_of(media_type: str) -> str:
    return _FORMATS.get(media_type, media_type.partition("/")[2])


def created(image: Image) -> int:
    return int(image.created_at.timestamp())


def guid_header(images: Iterable[Image]) -> dict[str, str]:
    return {"X-PixyProxy-Guid": ", ".join(image.guid for image in images)}
