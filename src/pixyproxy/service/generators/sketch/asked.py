"""What sketch takes of a request, and what it refuses by the name of the field."""

from collections.abc import Iterator, Mapping

from pixyproxy.core.exceptions import FieldError, InvalidRequest
from pixyproxy.core.models import JsonValue, Size, Task
from pixyproxy.service.generators.generator import PictureRequest
from pixyproxy.service.generators.sketch.output import animation
from pixyproxy.service.generators.sketch.output.formats import WITH_COMPRESSION

DEFAULT_SIZE = Size(1024, 1024)
DEFAULT_FORMAT = "png"
_QUALITIES = ("auto", "low", "medium", "high", "xhigh", "max", "standard", "hd")
_BACKGROUNDS = ("auto", "opaque", "transparent")
_FORMATS = ("png", "webp", "jpeg", "gif", "svg")
_SEE_THROUGH = frozenset({"png", "webp", "svg"})
_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "moderation": ("auto", "low"),
    "complexity": ("low", "medium", "high"),
    "style": ("vivid", "natural"),
    "input_fidelity": ("low", "high"),
}
_OPTIONS = {
    *_WORDS, "output_compression", "frame_count", "frame_duration_ms", "svg", "safety_identifier", "user",
}  # fmt: skip


def check(request: PictureRequest) -> None:
    errors = [
        *_unknown_words(request),
        *_misfits_of_format(request),
        *_wrong_svg(request),
        *_misfits_of_inputs(request),
    ]
    if errors:
        raise InvalidRequest(errors=errors)


def format_of(request: PictureRequest) -> str:
    return request.output_format or DEFAULT_FORMAT


def frames_of(request: PictureRequest) -> tuple[int, int]:
    """How many, and for how many milliseconds each."""
    return (
        whole_number(request, "frame_count") or animation.DEFAULT_FRAMES,
        whole_number(request, "frame_duration_ms") or animation.DEFAULT_DURATION_MS,
    )


def whole_number(request: PictureRequest, option: str) -> int | None:
    value = request.options.get(option)
    return value if isinstance(value, int) else None


def _unknown_words(request: PictureRequest) -> Iterator[FieldError]:
    words: list[tuple[str, JsonValue, tuple[str, ...]]] = [
        ("quality", request.quality, _QUALITIES),
        ("background", request.background, _BACKGROUNDS),
        ("output_format", request.output_format, _FORMATS),
        *((option, request.options.get(option), allowed) for option, allowed in _WORDS.items()),
    ]
    for field, value, allowed in words:
        if value is not None and value not in allowed:
            yield FieldError(field, f"sketch takes {', '.join(allowed)}.")
    for option in sorted(request.options.keys() - _OPTIONS):
        yield FieldError(option, "sketch does not know this.")


def _misfits_of_format(request: PictureRequest) -> Iterator[FieldError]:
    output_format, given = format_of(request), request.options.keys()
    if output_format not in _FORMATS:
        return
    if request.background == "transparent" and output_format not in _SEE_THROUGH:
        yield FieldError("background", "A transparent background needs png, webp or svg.")
    if "output_compression" in given and output_format not in WITH_COMPRESSION:
        yield FieldError("output_compression", "It is for webp and jpeg.")
    if output_format != "gif":
        for option in sorted(given & {"frame_count", "frame_duration_ms"}):
            yield FieldError(option, "It is for gif.")
    elif _pixels(request) > animation.MOST_PIXELS:
        most = animation.MOST_PIXELS // 1_000_000
        yield FieldError("size", f"All frames of a gif together have at most {most} megapixels.")
    if output_format in {"gif", "svg"} and request.partial_images:
        yield FieldError("partial_images", f"There are none of a {output_format}: it comes in one piece.")


def _pixels(request: PictureRequest) -> int:
    size = request.size or (request.inputs[0].size if request.inputs else DEFAULT_SIZE)
    return size.width * size.height * frames_of(request)[0]


def _wrong_svg(request: PictureRequest) -> Iterator[FieldError]:
    svg = request.options.get("svg")
    if svg is None:
        return
    if format_of(request) != "svg":
        yield FieldError("svg", "It is for svg.")
    elif not isinstance(svg, dict) or not svg.keys() <= {"model", "reasoning"}:
        yield FieldError("svg", "sketch takes model and reasoning.")
    elif not isinstance(svg.get("model", ""), str) or not _is_reasoning(svg.get("reasoning")):
        yield FieldError("svg", f"model is a name, reasoning.effort one of {', '.join(_EFFORTS)}.")


def _is_reasoning(reasoning: JsonValue) -> bool:
    if reasoning is None:
        return True
    return (
        isinstance(reasoning, dict)
        and reasoning.keys() <= {"effort"}
        and reasoning.get("effort") in (None, *_EFFORTS)
    )


def _misfits_of_inputs(request: PictureRequest) -> Iterator[FieldError]:
    count, output_format = len(request.inputs), format_of(request)
    if (request.task is Task.GENERATE) == bool(count):
        yield FieldError(
            "images", "An edit or a variation needs pictures to start from; a new picture has none."
        )
    if request.task is Task.VARY and count > 1:
        yield FieldError("images", "A variation is one of a single picture.")
    if request.inputs and output_format == "svg":
        yield FieldError("output_format", "What is made from pictures is no drawing: png, webp, jpeg or gif.")
    if request.mask is not None and (request.task is not Task.EDIT or not count):
        yield FieldError("mask", "It is for the edit of a picture.")
    elif request.mask is not None and output_format == "gif":
        yield FieldError("mask", "A picture edited within a mask does not move: png, webp or jpeg.")
