"""What OpenAI's models can be asked for; what they cannot do is told before anything is sent.

Refused is what the text of the API rules out. It says which sizes and qualities a model has for some of them
alone, each by its name; with all others any size and any quality goes to OpenAI, who knows.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pixyproxy.core.exceptions import FieldError, InvalidRequest
from pixyproxy.core.models import Task
from pixyproxy.core.requests import MOST_PARTIAL_IMAGES
from pixyproxy.service.generators.abilities import Abilities, SizeRange, sizes_of
from pixyproxy.service.generators.generator import PictureRequest
from pixyproxy.service.generators.openai.arguments import UNSTREAMED_FORMATS, sent_quality, sent_size

_MOST_INPUT_BYTES, _MOST_MASK_BYTES = 50 * 1024**2, 4 * 1024**2
_INPUT_TYPES = {"image/png", "image/jpeg", "image/webp"}
_FORMATS = ("png", "webp", "jpeg", "gif", "svg")
_COMPRESSED_FORMATS = {"webp", "jpeg"}

_OF_FIXED_SIZES = Abilities(
    sizes=sizes_of("1024x1024", "1536x1024", "1024x1536"),
    any_size=None,
    qualities=("auto", "low", "medium", "high"),
    backgrounds=("auto", "opaque", "transparent"),
    output_formats=_FORMATS,
    transparent_formats=("png", "webp"),
    preview_formats=tuple(each for each in _FORMATS if each not in UNSTREAMED_FORMATS),
    edit_formats=_FORMATS,
    mask_formats=tuple(each for each in _FORMATS if each != "gif"),
    variations=False,
    most_inputs=16,
    knows_seeds=False,
    most_partial_images=MOST_PARTIAL_IMAGES,
)
_OF_ANY_SIZE = replace(
    _OF_FIXED_SIZES,
    sizes=(
        *_OF_FIXED_SIZES.sizes,
        *sizes_of("2048x2048", "2048x1152", "1152x2048", "2880x2880", "3840x2160", "2160x3840"),
    ),
    any_size=SizeRange(  # The shorter side follows from the pixels and the ratio.
        min_side=480, max_side=3840, multiple_of=16, min_pixels=655_360, max_pixels=8_294_400, max_ratio=3
    ),
)
_WITH_MORE_EFFORT = replace(_OF_ANY_SIZE, qualities=(*_OF_ANY_SIZE.qualities, "xhigh", "max"))
_BY_NAME: Mapping[str, Abilities] = {
    "gpt-image-1-mini": _OF_FIXED_SIZES,
    "gpt-image-1.5": _OF_FIXED_SIZES,
    "gpt-image-2": _OF_ANY_SIZE,
    "gpt-image-2.5-sunburst": _WITH_MORE_EFFORT,
    "gpt-image-2.5-flare": _WITH_MORE_EFFORT,
    # Seen to make any size, though the text does not say so.
    "gpt-image-2.6-sunburst": replace(_OF_ANY_SIZE, takes_others=True),
    "gpt-image-2.6-flare": replace(_OF_ANY_SIZE, takes_others=True),
}
_OF_OTHERS = replace(_OF_FIXED_SIZES, takes_others=True)
_DATE_AT_END = re.compile(r"-\d{4}-\d\d-\d\d$")


def abilities_of(model: str) -> Abilities:
    """A dated one is as the one without its date."""
    return _BY_NAME.get(_DATE_AT_END.sub("", model), _OF_OTHERS)


def check(request: PictureRequest) -> None:
    able = abilities_of(request.model)
    errors = [*_of_the_picture(request, able), *_of_its_format(request, able), *_of_the_task(request, able)]
    if errors:
        told = "; ".join(error.message for error in errors)
        raise InvalidRequest(f"The generator cannot do that: {told}.", errors=errors)


def _of_the_picture(request: PictureRequest, able: Abilities) -> Iterator[FieldError]:
    if request.seed is not None and not able.knows_seeds:
        yield FieldError("seed", "this generator knows no seeds")
    if request.size is not None and not able.makes(sent_size(request.size)):
        yield FieldError("size", f"this model makes {_sizes(able)}")
    if request.quality is not None and not able.knows_quality(sent_quality(request.quality)):
        yield FieldError("quality", f"the qualities of this model are {', '.join(able.qualities)}")
    if request.background is not None and request.background not in able.backgrounds:
        yield FieldError("background", f"the backgrounds of this model are {', '.join(able.backgrounds)}")
    if (request.partial_images or 0) > able.most_partial_images:
        yield FieldError("partial_images", f"at most {able.most_partial_images} previews")


def _sizes(able: Abilities) -> str:
    if able.any_size is None:
        return ", ".join(map(str, able.sizes))
    return "sides divisible by 16, up to 3840, 0.66 to 8.3 megapixels, ratio 1:3 to 3:1"


def _of_its_format(request: PictureRequest, able: Abilities) -> Iterator[FieldError]:
    wanted, options = request.output_format or able.output_formats[0], request.options
    if wanted not in able.output_formats:
        yield FieldError("output_format", f"the formats of this model are {', '.join(able.output_formats)}")
        return
    if request.background == "transparent" and wanted not in able.transparent_formats:
        yield FieldError(
            "background", f"a transparent background needs {' or '.join(able.transparent_formats)}"
        )
    if "output_compression" in options and wanted not in _COMPRESSED_FORMATS:
        yield FieldError("output_compression", "only webp and jpeg are compressed")
    for name in sorted({"frame_count", "frame_duration_ms"} & options.keys()):
        if wanted != "gif":
            yield FieldError(name, "only a gif has frames")
    if "svg" in options and wanted != "svg":
        yield FieldError("svg", "it needs the output_format svg")
    if request.partial_images and wanted not in able.preview_formats:
        yield FieldError("partial_images", f"there are no previews of a {wanted}")
    if request.mask is not None and wanted not in able.mask_formats:
        yield FieldError("mask", f"a {wanted} cannot be made with a mask")


def _of_the_task(request: PictureRequest, able: Abilities) -> Iterator[FieldError]:
    if request.task is Task.VARY and not able.variations:
        yield FieldError("task", "OpenAI's models make no variations any more; use an edit")
    if request.task is Task.EDIT and not request.inputs:
        yield FieldError("images", "an edit needs a picture to start from")
    if "input_fidelity" in request.options and not request.inputs:
        yield FieldError("input_fidelity", "it needs a picture to start from")
    if len(request.inputs) > able.most_inputs:
        yield FieldError("images", f"at most {able.most_inputs} pictures")
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
