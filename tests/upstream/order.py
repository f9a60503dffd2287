"""The body of POST /v1/images/generations, read as strictly as OpenAI reads it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from .refusals import Refusal, Refused

MODELS = (
    "gpt-image-1-mini",
    "gpt-image-1.5",
    "gpt-image-2",
    "gpt-image-2-2026-04-21",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.5-flare",
    "gpt-image-2.6-sunburst",
    "gpt-image-2.6-flare",
    "chatgpt-image-latest",
)
RETIRED = ("dall-e-2", "dall-e-3", "gpt-image-1")
FIXED_SIZES = ("1024x1024", "1024x1536", "1536x1024", "auto")
TEXTS = ("prompt", "model", "size", "safety_identifier", "user")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "quality": ("low", "medium", "high", "auto", "xhigh", "max"),
    "complexity": ("low", "medium", "high"),
    "background": ("transparent", "opaque", "auto"),
    "output_format": ("png", "webp", "jpeg"),
    "moderation": ("low", "auto"),
}
RANGES: Mapping[str, tuple[int, int]] = {
    "n": (1, 10),
    "output_compression": (0, 100),
    "partial_images": (0, 3),
}
LONGEST_TEXT = 32_000
SQUARE_TOKENS = {"low": 272, "medium": 1056, "high": 4160, "xhigh": 4160, "max": 4160}


@dataclass(frozen=True, slots=True)
class Order:
    """What was ordered, every `auto` decided."""

    prompt: str
    model: str
    n: int
    width: int
    height: int
    quality: str
    background: str
    output_format: str
    compression: int

    @classmethod
    def read(cls, body: bytes) -> Self:
        given = {name: value for name, value in _json_object(body).items() if value is not None}
        _check(given)
        size = given.get("size", "auto")
        width, height = (1024, 1024) if size == "auto" else map(int, size.split("x"))
        return cls(
            prompt=given["prompt"],
            model=given.get("model", "gpt-image-2"),
            n=given.get("n", 1),
            width=width,
            height=height,
            quality=_decided(given, "quality", "medium"),
            background=_decided(given, "background", "opaque"),
            output_format=given.get("output_format", "png"),
            compression=given.get("output_compression", 100),
        )

    def usage(self, pictures: int) -> dict[str, Any]:
        """Plausible, proportional to the area; not the real model's arithmetic."""
        text = len(self.prompt) // 4 + 1
        image = pictures * round(SQUARE_TOKENS[self.quality] * self.width * self.height / 1024**2)
        return {
            "input_tokens": text,
            "input_tokens_details": {"text_tokens": text, "image_tokens": 0},
            "output_tokens": image,
            "output_tokens_details": {"text_tokens": 0, "image_tokens": image},
            "total_tokens": text + image,
        }


def _decided(given: Mapping[str, Any], name: str, instead_of_auto: str) -> str:
    value: str = given.get(name, "auto")
    return instead_of_auto if value == "auto" else value


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise _refused("We could not parse the JSON body of your request.")
    return content


def _check(given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        _check_one(name, value)
    if "prompt" not in given:
        raise _refused("Missing required parameter: 'prompt'.", "missing_required_parameter", "prompt")
    model = given.get("model", "gpt-image-2")
    if model in RETIRED or not model.startswith(("gpt-image-", "chatgpt-image-")):
        raise _refused(f"The model '{model}' does not exist.", "model_not_found", "model", 404)
    if not _size_is_possible(given.get("size", "auto"), model):
        raise _unsupported("size", given["size"], FIXED_SIZES)
    if given.get("quality") in ("xhigh", "max") and not model.startswith("gpt-image-2.5"):
        raise _unsupported("quality", given["quality"], CHOICES["quality"][:4])
    if given.get("background") == "transparent" and given.get("output_format") == "jpeg":
        raise _refused("Transparent background is not supported for JPEG.", "invalid_value", "background")
    if given.get("stream"):
        raise _refused("The stand-in does not stream yet.", "invalid_value", "stream")


def _check_one(name: str, value: Any) -> None:
    if name in RANGES:
        _check_type(name, value, int)
        _check_range(name, value, *RANGES[name])
    elif name in CHOICES:
        _check_type(name, value, str)
        if value not in CHOICES[name]:
            raise _unsupported(name, value, CHOICES[name])
    elif name in TEXTS:
        _check_type(name, value, str)
        if len(value) > LONGEST_TEXT:
            message = (
                f"Invalid '{name}': string too long. Expected a string with maximum length {LONGEST_TEXT}."
            )
            raise _refused(message, "string_above_max_length", name)
    elif name == "stream":
        _check_type(name, value, bool)
    else:
        raise _refused(f"Unknown parameter: '{name}'.", "unknown_parameter", name)


def _check_type(name: str, value: Any, wanted: type) -> None:
    if type(value) is not wanted:
        found = type(value).__name__
        message = f"Invalid type for '{name}': expected {wanted.__name__}, but got {found} instead."
        raise _refused(message, "invalid_type", name)


def _check_range(name: str, value: int, lowest: int, highest: int) -> None:
    if value < lowest:
        message = f"Invalid '{name}': integer below minimum value. Expected a value >= {lowest}."
        raise _refused(message, "integer_below_min_value", name)
    if value > highest:
        message = f"Invalid '{name}': integer above maximum value. Expected a value <= {highest}."
        raise _refused(message, "integer_above_max_value", name)


def _size_is_possible(size: str, model: str) -> bool:
    if size in FIXED_SIZES:
        return True
    if not model.startswith("gpt-image-2") or not re.fullmatch(r"[1-9]\d{1,3}x[1-9]\d{1,3}", size):
        return False
    short, long = sorted(map(int, size.split("x")))
    aligned = short % 16 == 0 and long % 16 == 0
    return aligned and long <= min(3840, 3 * short) and 655_360 <= short * long <= 8_294_400


def _unsupported(name: str, value: str, supported: tuple[str, ...]) -> Refused:
    listed = ", ".join(f"'{each}'" for each in supported)
    return _refused(f"Invalid value: '{value}'. Supported values are: {listed}.", "invalid_value", name)


def _refused(message: str, code: str | None = None, param: str | None = None, status: int = 400) -> Refused:
    return Refused(Refusal(status, message, code=code, param=param))
