"""A request in the words of the SDK's methods. What they do not name yet goes into the body all the same."""

from collections.abc import Mapping
from inspect import signature
from typing import Any

from openai.resources.images import AsyncImages

from pixyproxy.core.models import Size, Task
from pixyproxy.core.names import EXTENSIONS
from pixyproxy.service.generators.generator import InputPicture, PictureRequest

UNSTREAMED_FORMATS = {"gif", "svg"}
_NAMED = {
    Task.GENERATE: signature(AsyncImages.generate).parameters,
    Task.EDIT: signature(AsyncImages.edit).parameters,
}
LEGACY_SIZES = {Size(256, 256), Size(512, 512)}
LEGACY_QUALITIES = {"standard": "auto", "hd": "high"}


def sent_size(size: Size) -> Size:
    """The models of today make none that small; clients of the old ones still ask for them."""
    return Size(1024, 1024) if size in LEGACY_SIZES else size


def sent_quality(quality: str) -> str:
    return LEGACY_QUALITIES.get(quality, quality)


def arguments(request: PictureRequest) -> Mapping[str, Any]:
    named = _NAMED[request.task]
    wanted = {**_wanted(request), **_pictures(request), **_streaming(request)}
    known = {name: value for name, value in wanted.items() if name in named}
    unknown = {name: value for name, value in wanted.items() if name not in named}
    return {**known, "extra_body": unknown} if unknown else known


def _wanted(request: PictureRequest) -> dict[str, Any]:
    wanted = {
        "prompt": request.prompt,
        "model": request.model,
        "size": request.size and str(sent_size(request.size)),
        "quality": request.quality and sent_quality(request.quality),
        "background": request.background,
        "output_format": request.output_format,
        **request.options,
        "style": None,  # DALL·E had styles
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _pictures(request: PictureRequest) -> dict[str, Any]:
    """One goes into the field `image`, several into as many fields `image[]`."""
    if request.task is not Task.EDIT:
        return {}
    files = [_file(f"image-{number}", each) for number, each in enumerate(request.inputs, 1)]
    images = {"image": files[0] if len(files) == 1 else files}
    return images | ({"mask": _file("mask", request.mask)} if request.mask else {})


def _file(name: str, picture: InputPicture) -> tuple[str, bytes, str]:
    return f"{name}.{EXTENSIONS[picture.media_type]}", picture.content, picture.media_type


def _streaming(request: PictureRequest) -> dict[str, Any]:
    if request.partial_images is None or request.output_format in UNSTREAMED_FORMATS:
        return {}
    return {"stream": True} | ({"partial_images": request.partial_images} if request.partial_images else {})
