"""What OpenAI's Images API cannot do: told before anything is sent."""

from collections.abc import Iterator

from pixyproxy.core.exceptions import FieldError, InvalidRequest
from pixyproxy.core.models import Size, Task
from pixyproxy.service.generators.generator import PictureRequest
from pixyproxy.service.generators.openai.arguments import UNSTREAMED_FORMATS, sent_size

_MOST_SIDE, _FEWEST_PIXELS, _MOST_PIXELS = 3840, 655_360, 8_294_400
_MOST_INPUTS, _MOST_INPUT_BYTES, _MOST_MASK_BYTES = 16, 50 * 1024**2, 4 * 1024**2
_INPUT_TYPES = {"image/png", "image/jpeg", "image/webp"}


def check(request: PictureRequest) -> None:
    errors = [*_of_the_picture(request), *_of_its_format(request), *_of_the_task(request)]
    if errors:
        told = "; ".join(error.message for error in errors)
        raise InvalidRequest(f"The generator cannot do that: {told}.", errors=errors)


def _of_the_picture(request: PictureRequest) -> Iterator[FieldError]:
    if request.seed is not None:
        yield FieldError("seed", "this generator knows no seeds")
    if request.size is not None and not _is_allowed(sent_size(request.size)):
        rules = "sides divisible by 16, up to 3840, 0.66 to 8.3 megapixels, ratio 1:3 to 3:1"
        yield FieldError("size", f"this generator makes {rules}")
    if request.background == "transparent" and request.output_format not in {None, "png", "webp"}:
        yield FieldError("background", "a transparent background needs png or webp")


def _is_allowed(size: Size) -> bool:
    pixels, longer, shorter = size.width * size.height, max(size), min(size)
    return (
        size.width % 16 == size.height % 16 == 0
        and longer <= _MOST_SIDE
        and longer <= 3 * shorter
        and _FEWEST_PIXELS <= pixels <= _MOST_PIXELS
    )


def _of_its_format(request: PictureRequest) -> Iterator[FieldError]:
    wanted, options = request.output_format, request.options
    if "output_compression" in options and wanted not in {"webp", "jpeg"}:
        yield FieldError("output_compression", "only webp and jpeg are compressed")
    for name in sorted({"frame_count", "frame_duration_ms"} & options.keys()):
        if wanted != "gif":
            yield FieldError(name, "only a gif has frames")
    if "svg" in options and wanted != "svg":
        yield FieldError("svg", "it needs the output_format svg")
    if request.partial_images and wanted in UNSTREAMED_FORMATS:
        yield FieldError("partial_images", f"there are no previews of a {wanted}")
    if request.mask is not None and wanted == "gif":
        yield FieldError("mask", "a gif cannot be made with a mask")


def _of_the_task(request: PictureRequest) -> Iterator[FieldError]:
    if request.task is Task.VARY:
        yield FieldError("task", "OpenAI's models make no variations any more; use an edit")
    if request.task is Task.EDIT and not request.inputs:
        yield FieldError("images", "an edit needs a picture to start from")
    if "input_fidelity" in request.options and not request.inputs:
        yield FieldError("input_fidelity", "it needs a picture to start from")
    if len(request.inputs) > _MOST_INPUTS:
        yield FieldError("images", f"at most {_MOST_INPUTS} pictures")
    if any(each.media_type not in _INPUT_TYPES for each in request.inputs):
        yield FieldError("images", "this generator starts from png, jpeg and webp")
    if any(len(each.content) > _MOST_INPUT_BYTES for each in request.inputs):
        yield FieldError("images", "each at most 50 MiB")
    yield from _of_the_mask(request)


def _of_the_mask(request: PictureRequest) -> Iterator[FieldError]:
    if request.mask is None:
        return
    if not request.inputs:
        yield FieldError("mask", "it needs a picture to start from")
    if request.mask.media_type != "image/png":
        yield FieldError("mask", "it must be a png")
    if len(request.mask.content) > _MOST_MASK_BYTES:
        yield FieldError("mask", "at most 4 MiB")
