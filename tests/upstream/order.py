"""What was ordered from POST /v1/images/generations or /v1/images/edits, every `auto` decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from .rules import check, check_pictures, unknown_parameter
from .submissions import File, Submission, without_pictures

SQUARE_TOKENS = {"low": 272, "medium": 1056, "high": 4160, "xhigh": 4160, "max": 4160}
PREVIEW_TOKENS, INPUT_TOKENS, AUTHOR_TOKENS = 100, 323, 1000


@dataclass(frozen=True, slots=True)
class Order:
    prompt: str
    model: str
    n: int
    width: int
    height: int
    quality: str
    background: str
    output_format: str
    compression: int
    is_streamed: bool = False
    previews: int = 0
    frames: int = 1
    frame_ms: int = 200
    svg_author: str | None = None
    inputs: int = 0
    """Pictures to start from: with one or more, it is an edit."""

    @classmethod
    def read(cls, body: bytes) -> Self:
        """The JSON of a new picture."""
        return cls.of(Submission(body.decode(errors="replace")))

    @classmethod
    def of(cls, submission: Submission) -> Self:
        given = submission.given()
        check(given)
        return cls._decided(given)

    @classmethod
    def of_edit(cls, submission: Submission, files: Sequence[File]) -> Self:
        given, _ = without_pictures(submission.given())
        check(given, is_edit=True)
        masks = [each for each in files if each.field == "mask"]
        images = [each for each in files if each.field in ("image", "image[]", "images")]
        for each in files:
            if each not in masks and each not in images:
                raise unknown_parameter(each.field)
        check_pictures(images, masks, given.get("output_format", "png"))
        return cls._decided(given, len(images))

    @classmethod
    def _decided(cls, given: Mapping[str, Any], inputs: int = 0) -> Self:
        size = given.get("size", "auto")
        width, height = (1024, 1024) if size == "auto" else map(int, size.split("x"))
        return cls(
            prompt=given["prompt"],
            model=given.get("model", "gpt-image-2"),
            n=given.get("n", 1),
            width=width,
            height=height,
            quality=_unless_auto(given, "quality", "medium"),
            background=_unless_auto(given, "background", "opaque"),
            output_format=given.get("output_format", "png"),
            compression=given.get("output_compression", 100),
            is_streamed=given.get("stream", False),
            previews=given.get("partial_images", 0),
            frames=given.get("frame_count", 9) if given.get("output_format") == "gif" else 1,
            frame_ms=given.get("frame_duration_ms", 200),
            svg_author=given.get("svg", {}).get("model"),
            inputs=inputs,
        )

    @property
    def api(self) -> str:
        """How its events are called."""
        return "image_edit" if self.inputs else "image_generation"

    def usage(self, pictures: int) -> dict[str, Any]:
        """Plausible, proportional to the area; not the real model's arithmetic."""
        text, shown = len(self.prompt) // 4 + 1, INPUT_TOKENS * self.inputs
        image = pictures * round(SQUARE_TOKENS[self.quality] * self.width * self.height / 1024**2)
        image += PREVIEW_TOKENS * self.previews
        return {
            "input_tokens": text + shown,
            "input_tokens_details": {"text_tokens": text, "image_tokens": shown},
            "output_tokens": image,
            "output_tokens_details": {"text_tokens": 0, "image_tokens": image},
            "total_tokens": text + shown + image,
        }

    def svg_usage(self) -> dict[str, Any] | None:
        if self.svg_author is None:
            return None
        counts = {"input_tokens": 0, "output_tokens": AUTHOR_TOKENS, "reasoning_tokens": 0}
        return {"model": self.svg_author, **counts, "total_tokens": AUTHOR_TOKENS}


def _unless_auto(given: Mapping[str, Any], name: str, instead_of_auto: str) -> str:
    value: str = given.get(name, "auto")
    return instead_of_auto if value == "auto" else value
