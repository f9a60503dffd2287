"""What sketch takes of a request, and what it refuses by the name of the field."""

from collections.abc import Iterator, Mapping

from pixyproxy.core.exceptions import FieldError, InvalidRequest
from pixyproxy.core.models import JsonValue, Size, Task
from pixyproxy.core.requests import LARGEST_SIDE, MOST_INPUTS, MOST_PARTIAL_IMAGES, SMALLEST_SIDE
from pixyproxy.service.generators.abilities import Abilities, SizeRange, sizes_of
from pixyproxy.service.generators.generator import PictureRequest
from pixyproxy.service.generators.sketch.output import animation
from pixyproxy.service.generators.sketch.output.formats import WITH_COMPRESSION
from pixyproxy.service.pictures import MOST_PIXELS

DEFAULT_SIZE = Size(1024, 1024)
DEFAULT_FORMAT = "png"
ABILITIES = Abilities(
    sizes=sizes_of("1024x1024", "1536x1024", "1024x1536", "2048x2048", "1920x1080", "1080x1920"),
    any_size=SizeRange(
        min_side=SMALLEST_SIDE,
        max_side=LARGEST_SIDE,
        multiple_of=1,
        min_pixels=SMALLEST_SIDE**2,
        max_pixels=LARGEST_SIDE**2,
        max_ratio=LARGEST_SIDE // SMALLEST_SIDE,
    ),
    qualities=("auto", "low", "medium", "high", "xhigh", "max"),
    backgrounds=("auto", "opaque", "transparent"),
    output_formats=(DEFAULT_FORMAT, "webp", "jpeg", "gif", "svg"),
    transparent_formats=("png", "webp", "svg"),
    preview_formats=("png", "webp", "jpeg"),
    edit_formats=("png", "webp", "jpeg", "gif"),
    mask_formats=("png", "webp", "jpeg"),
    variations=True,
    most_inputs=MOST_INPUTS,
    knows_seeds=True,
    most_partial_images=MOST_PARTIAL_IMAGES,
)
OLD_QUALITIES = ("standard", "hd")
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
        *_beyond_bounds(request),
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
        ("quality", request.quality, (*ABILITIES.qualities, *OLD_QUALITIES)),
        ("background", request.background, ABILITIES.backgrounds),
        ("output_format", request.output_format, ABILITIES.output_formats),
        *((option, request.options.get(option), allowed) for option, allowed in _WORDS.items()),
    ]
    for field, value, allowed in words:
        if value is not None and value not in allowed:
            yield FieldError(field, f"must be one of {', '.join(allowed)}")
    for option in sorted(request.options.keys() - _OPTIONS):
        yield FieldError(option, "is not known to sketch")


def _beyond_bounds(request: PictureRequest) -> Iterator[FieldError]:
    if request.size is not None and not ABILITIES.makes(request.size):
        yield FieldError("size", f"must have sides of {SMALLEST_SIDE} to {LARGEST_SIDE}")
    if (request.partial_images or 0) > ABILITIES.most_partial_images:
        yield FieldError("partial_images", f"must be at most {ABILITIES.most_partial_images}")
    if len(request.inputs) > ABILITIES.most_inputs:
        yield FieldError("images", f"must be at most {ABILITIES.most_inputs}")


def _misfits_of_format(request: PictureRequest) -> Iterator[FieldError]:
    output_format, given = format_of(request), request.options.keys()
    if output_format not in ABILITIES.output_formats:
        return
    if request.background == "transparent" and output_format not in ABILITIES.transparent_formats:
        yield FieldError("background", "can be transparent with png, webp or svg only")
    if "output_compression" in given and output_format not in WITH_COMPRESSION:
        yield FieldError("output_compression", "is for webp and jpeg")
    if output_format != "gif":
        for option in sorted(given & {"frame_count", "frame_duration_ms"}):
            yield FieldError(option, "is for gif")
    elif _pixels(request) > MOST_PIXELS:  # Over all frames, what a picture that does not move may have.
        most = MOST_PIXELS // 1_000_000
        yield FieldError("size", f"must have at most {most} megapixels, all frames of a gif together")
    if request.partial_images and output_format not in ABILITIES.preview_formats:
        yield FieldError("partial_images", f"must be 0: there are no previews of a {output_format}")


def _pixels(request: PictureRequest) -> int:
    size = request.size or (request.inputs[0].size if request.inputs else DEFAULT_SIZE)
    return size.width * size.height * frames_of(request)[0]


def _wrong_svg(request: PictureRequest) -> Iterator[FieldError]:
    svg = request.options.get("svg")
    if svg is None:
        return
    if format_of(request) != "svg":
        yield FieldError("svg", "is for the output_format svg")
    elif not isinstance(svg, dict) or not svg.keys() <= {"model", "reasoning"}:
        yield FieldError("svg", "must have nothing but model and reasoning")
    elif not isinstance(svg.get("model", ""), str) or not _is_reasoning(svg.get("reasoning")):
        yield FieldError(
            "svg", f"must have a name as model, and as reasoning.effort one of {', '.join(_EFFORTS)}"
        )


def _is_reasoning(reasoning: JsonValue) -> bool:
    if reasoning is None:
        return True
    return (
        isinstance(reasoning, dict)
        and reasoning.keys() <= {"effort"}
        and reasoning.get("effort") in (None, *_EFFORTS)
    )


def _misfits_of_inputs(request: PictureRequest) -> Iterator[FieldError]:
    count = len(request.inputs)
    if (request.task is Task.GENERATE) == bool(count):
        yield FieldError("images", "must be given for an edit or a variation, and for nothing else")
    if request.task is Task.VARY and count > 1:
        yield FieldError("images", "must be a single picture for a variation")
    if request.mask is not None and (request.task is not Task.EDIT or not count):
        yield FieldError("mask", "is for the edit of a picture")
    yield from _formats_without_inputs(request)


def _formats_without_inputs(request: PictureRequest) -> Iterator[FieldError]:
    able, output_format = ABILITIES, format_of(request)
    if output_format not in able.output_formats:
        return
    if request.inputs and output_format not in able.edit_formats:
        yield FieldError("output_format", "must be png, webp, jpeg or gif for what is made from pictures")
    elif request.mask is not None and request.inputs and output_format not in able.mask_formats:
        yield FieldError("mask", "is for png, webp and jpeg: what is edited within it does not move")
