"""What OpenAI's Images API accepts, checked as strictly as it does."""

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyvips
from openai.types import image_generate_params

from .refusals import Refusal, Refused
from .submissions import File

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
    "output_format": ("png", "webp", "jpeg", "gif", "svg"),
    "moderation": ("low", "auto"),
    "input_fidelity": ("high", "low"),
}
RANGES: Mapping[str, tuple[int, int]] = {
    "n": (1, 10),
    "output_compression": (0, 100),
    "partial_images": (0, 3),
    "frame_count": (2, 16),
    "frame_duration_ms": (1, 655_350),
}
TEXT_OF_THE_API = " ".join(inspect.getsource(image_generate_params).split())
"""As OpenAI publishes it, with the SDK."""


def named_in(beginning: str, end: str) -> frozenset[str]:
    """The models of which the text says so, in these words."""
    sentence = re.escape(beginning) + r"((?:[^.]|\.\d)*?)" + re.escape(end)
    [told] = re.findall(sentence, TEXT_OF_THE_API)
    models, dates = re.findall(r"`(gpt-[^`]+)`", told), re.findall(r"`(\d[^`]+)`", told)
    return frozenset([*models, *(f"{model}-{date}" for model in models for date in dates)])


OF_ANY_SIZE = named_in("For ", "arbitrary resolutions are supported")
WITH_MORE_EFFORT = named_in("- ", "also support `xhigh` and `max`")
SEEN_TO_MAKE_ANY_SIZE = ("gpt-image-2.6-sunburst", "gpt-image-2.6-flare")
ONLY_OF_EDITS = ("input_fidelity",)
UNSTREAMED = ("gif", "svg")
LONGEST_TEXT = 32_000
MOST_IMAGES = 16
LOADERS = {"image/png": "pngload_buffer", "image/jpeg": "jpegload_buffer", "image/webp": "webpload_buffer"}


def check(given: Mapping[str, Any], *, is_edit: bool = False) -> None:
    for name, value in given.items():
        if name in ONLY_OF_EDITS and not is_edit:
            raise unknown_parameter(name)
        _check_one(name, value)
    if "prompt" not in given:
        raise refused("Missing required parameter: 'prompt'.", "missing_required_parameter", "prompt")
    model = given.get("model", "gpt-image-2")
    if model in RETIRED or not model.startswith(("gpt-image-", "chatgpt-image-")):
        raise refused(f"The model '{model}' does not exist.", "model_not_found", "model", 404)
    if not _size_is_possible(given.get("size", "auto"), model):
        raise _unsupported("size", given["size"], FIXED_SIZES)
    if given.get("quality") in ("xhigh", "max") and model not in WITH_MORE_EFFORT:
        raise _unsupported("quality", given["quality"], CHOICES["quality"][:4])
    _check_format(given, given.get("output_format", "png"))


def _check_format(given: Mapping[str, Any], wanted: str) -> None:
    impossible = {
        "background": given.get("background") == "transparent" and wanted not in ("png", "webp"),
        "output_compression": "output_compression" in given and wanted not in ("webp", "jpeg"),
        "frame_count": "frame_count" in given and wanted != "gif",
        "frame_duration_ms": "frame_duration_ms" in given and wanted != "gif",
        "svg": "svg" in given and wanted != "svg",
        "n": given.get("n", 1) > 1 and wanted == "svg",
        "stream": bool(given.get("stream")) and wanted in UNSTREAMED,
        "partial_images": bool(given.get("partial_images")) and not given.get("stream"),
    }
    for name, is_so in impossible.items():
        if is_so:
            raise refused(f"'{name}' is not supported for {wanted} here.", "invalid_value", name)


def check_pictures(images: Sequence[File], masks: Sequence[File], wanted: str) -> None:
    if not images:
        raise refused("Missing required parameter: 'image'.", "missing_required_parameter", "image")
    if len(images) > MOST_IMAGES:
        raise refused(f"Too many images: at most {MOST_IMAGES}.", "array_above_max_length", "image")
    for each in (*images, *masks):
        _check_picture(each)
    if masks and wanted == "gif":
        raise refused("A mask is not supported for gif.", "invalid_value", "mask")
    if masks and (masks[0].media_type != "image/png" or _size_of(masks[0]) != _size_of(images[0])):
        raise refused("Invalid mask image format - mask size does not match image size.", param="mask")


def _check_picture(file: File) -> None:
    name = file.field.removesuffix("[]")
    if file.media_type not in LOADERS:
        supported = "Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'."
        message = f"Invalid file '{name}': unsupported mimetype ('{file.media_type}'). {supported}"
        raise refused(message, "unsupported_file_mimetype", name)
    try:
        loader = pyvips.Image.new_from_buffer(file.content, "").get("vips-loader")
    except pyvips.Error:
        loader = ""
    if loader != LOADERS[file.media_type]:
        raise refused("Invalid image file or mode, please check your image file.", "invalid_image_file", name)


def _size_of(file: File) -> tuple[int, int]:
    picture = pyvips.Image.new_from_buffer(file.content, "")
    return picture.width, picture.height


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
            raise refused(message, "string_above_max_length", name)
    elif name == "stream":
        _check_type(name, value, bool)
    elif name == "svg":
        _check_type(name, value, dict)
        _check_type("svg.model", value.get("model"), str)
    else:
        raise unknown_parameter(name)


def _check_type(name: str, value: Any, wanted: type) -> None:
    if type(value) is not wanted:
        found = type(value).__name__
        message = f"Invalid type for '{name}': expected {wanted.__name__}, but got {found} instead."
        raise refused(message, "invalid_type", name)


def _check_range(name: str, value: int, lowest: int, highest: int) -> None:
    if value < lowest:
        message = f"Invalid '{name}': integer below minimum value. Expected a value >= {lowest}."
        raise refused(message, "integer_below_min_value", name)
    if value > highest:
        message = f"Invalid '{name}': integer above maximum value. Expected a value <= {highest}."
        raise refused(message, "integer_above_max_value", name)


def _size_is_possible(size: str, model: str) -> bool:
    if size in FIXED_SIZES:
        return True
    if model not in OF_ANY_SIZE and model not in SEEN_TO_MAKE_ANY_SIZE:
        return False
    if not re.fullmatch(r"[1-9]\d{1,3}x[1-9]\d{1,3}", size):
        return False
    short, long = sorted(map(int, size.split("x")))
    aligned = short % 16 == 0 and long % 16 == 0
    return aligned and long <= min(3840, 3 * short) and 655_360 <= short * long <= 8_294_400


def _unsupported(name: str, value: str, supported: tuple[str, ...]) -> Refused:
    listed = ", ".join(f"'{each}'" for each in supported)
    return refused(f"Invalid value: '{value}'. Supported values are: {listed}.", "invalid_value", name)


def unknown_parameter(name: str) -> Refused:
    return refused(f"Unknown parameter: '{name}'.", "unknown_parameter", name)


def refused(message: str, code: str | None = None, param: str | None = None, status: int = 400) -> Refused:
    return Refused(Refusal(status, message, code=code, param=param))
