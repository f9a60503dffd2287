"""How each scenario that is not a refusal is played: which pictures, in which body, ending how."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .messages import Answer, Ending
from .order import Order
from .pictures import Form, Painter, Picture, huge
from .scenarios import Scenario
from .streams import (
    Body,
    Streamed,
    cut_within_the_last,
    events,
    failing,
    failing_bare,
    kept_alive,
    nameless,
    unfinished,
)

PAGE = b"<html><head><title>Oops</title></head><body><h1>Something between us went wrong</h1></body></html>"
SENTENCE = b"I am sorry, I cannot draw that."
PREVIEW = Form("png", 256, 256)
PREVIEW_PAINTER = Painter(20_000)


@dataclass(frozen=True, slots=True)
class Scene:
    """All there is to know about one call."""

    call_id: str
    order: Order
    scenario: Scenario
    painter: Painter
    pictures_url: str

    def name_of(self, number: int) -> str:
        return f"{self.call_id}.{number}"

    def painted(self, number: int, instead: str | None = None) -> Picture:
        """One of the call's pictures, in the format ordered or another."""
        order, output_format = self.order, instead or self.order.output_format
        transparent = order.background == "transparent" and output_format != "jpeg"
        form = Form(
            output_format,
            order.width,
            order.height,
            transparent,
            order.compression,
            order.frames,
            order.frame_ms,
        )
        original = self.painter.original(form)
        return original.signed(self.name_of(number)) if self.scenario.unique else original.plain

    def preview(self, number: int) -> Picture:
        """No two are the same: each has a name in it."""
        return PREVIEW_PAINTER.original(PREVIEW).signed(self.name_of(number))


def nothing(_scene: Scene, _number: int) -> Picture | None:
    return None


def nothing_streamed(scene: Scene, number: int) -> Picture | None:
    return None if scene.order.is_streamed else scene.painted(number)


def half(scene: Scene, number: int) -> Picture | None:
    content = scene.painted(number).content()
    return Picture.of(content[: len(content) // 2])


def images(scene: Scene, pictures: list[Picture], called: str | None = None) -> Body:
    """The answer as OpenAI gives it, `data` last so that it can be spliced."""
    head = _envelope(scene, len(pictures), called)
    items = [(b',{"b64_json":"', *picture.base64, b'"}') for picture in pictures]
    pieces = [piece for item in items for piece in item]
    return (head, *([pieces[0][1:], *pieces[1:]] if pieces else []), b"]}")


def without_images(scene: Scene, _pictures: list[Picture]) -> Body:
    items = [{"revised_prompt": scene.order.prompt}] * scene.order.n
    return (_envelope(scene, 0), json.dumps(items)[1:].encode(), b"}")


def urls(scene: Scene, pictures: list[Picture]) -> Body:
    items = [{"url": scene.pictures_url + scene.name_of(number)} for number in range(len(pictures))]
    return (_envelope(scene, len(pictures)), json.dumps(items)[1:].encode(), b"}")


def called_png(scene: Scene, pictures: list[Picture]) -> Body:
    return images(scene, pictures, "png")


def called_webp(scene: Scene, pictures: list[Picture]) -> Body:
    return images(scene, pictures, "webp")


def ending_early(scene: Scene, pictures: list[Picture]) -> Body:
    return images(scene, pictures)[:-2]


def with_stains(scene: Scene, pictures: list[Picture]) -> Body:
    stained = [Picture((b"*%*", *picture.base64), picture.sha256) for picture in pictures]
    return images(scene, stained)


def _envelope(scene: Scene, pictures: int, called: str | None = None) -> bytes:
    order = scene.order
    members = {
        "created": int(time.time()),
        "background": order.background,
        "output_format": called or order.output_format,
        "quality": order.quality,
        "size": f"{order.width}x{order.height}",
        "usage": order.usage(pictures),
        **({"svg_usage": author} if (author := order.svg_usage()) else {}),
        "data": [],
    }
    return json.dumps(members).encode()[:-2]


@dataclass(frozen=True, slots=True)
class Performed:
    pictures: list[Picture]
    previews: list[Picture]
    answer: Answer


@dataclass(frozen=True, slots=True)
class Play:
    """Told apart from the usual course only where it differs."""

    picture: Callable[[Scene, int], Picture | None] = Scene.painted
    body: Callable[[Scene, list[Picture]], Body] = images
    ending: Ending = Ending.WHOLE
    status: int = 200
    media_type: str = "application/json"
    streamed: Streamed | None = events
    """None where the answer is the same when a stream was asked for."""

    def perform(self, scene: Scene) -> Performed:
        made = (self.picture(scene, number) for number in range(scene.order.n))
        pictures = [picture for picture in made if picture]
        if scene.order.is_streamed and self.streamed:
            previews = [scene.preview(number) for number in range(scene.order.previews)]
            body, media_type = self.streamed(scene, previews, pictures), "text/event-stream; charset=utf-8"
        else:
            previews, body, media_type = [], self.body(scene, pictures), self.media_type
        over_seconds = scene.scenario.over_seconds
        answer = Answer(self.status, body, media_type, ending=self.ending, over_seconds=over_seconds)
        return Performed(pictures, previews, answer)


def _fixed(content: bytes, media_type: str, status: int = 200) -> Play:
    return Play(nothing, lambda _scene, _pictures: (content,), Ending.WHOLE, status, media_type, None)


PLAYS: Mapping[str, Play] = {
    "ok": Play(),
    "empty-data": Play(nothing),
    "no-image": Play(nothing, without_images, streamed=None),
    "url": Play(body=urls, streamed=None),
    "empty-body": _fixed(b"", "application/json"),
    "text": _fixed(SENTENCE, "text/plain; charset=utf-8"),
    "html": _fixed(PAGE, "text/html"),
    "bad-gateway": _fixed(PAGE, "text/html", 502),
    "invalid-json": Play(body=ending_early, streamed=cut_within_the_last),
    "invalid-base64": Play(body=with_stains, streamed=None),
    "base64-of-text": Play(lambda _scene, _number: Picture.of(SENTENCE)),
    "truncated": Play(half),
    "jpeg-called-png": Play(lambda scene, number: scene.painted(number, "jpeg"), called_png),
    "png-called-webp": Play(lambda scene, number: scene.painted(number, "png"), called_webp),
    "huge": Play(lambda _scene, _number: huge()),
    "hang": Play(ending=Ending.HANG),
    "stall": Play(ending=Ending.STALL),
    "slow": Play(ending=Ending.SLOW),
    "drop": Play(ending=Ending.DROP),
    "reset": Play(ending=Ending.RESET),
    "cut": Play(ending=Ending.CUT),
    "stream-keep-alive": Play(streamed=kept_alive),
    "stream-nameless": Play(streamed=nameless),
    "stream-unfinished": Play(streamed=unfinished),
    "stream-cut": Play(streamed=cut_within_the_last),
    "stream-error": Play(nothing_streamed, streamed=failing("server-error")),
    "stream-error-bare": Play(nothing_streamed, streamed=failing_bare),
    "stream-moderated": Play(nothing_streamed, streamed=failing("moderation-blocked")),
    "stream-rate-limited": Play(nothing_streamed, streamed=failing("rate-limited")),
    "unstreamed": Play(streamed=None),
}
