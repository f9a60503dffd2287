"""An edit within a mask: outside every pixel of the input, inside a new scene, composed to fit the hole."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import pyvips

from pixyproxy.core.models import Size
from pixyproxy.service.generators.generator import InputPicture
from pixyproxy.service.generators.sketch.compose import compose
from pixyproxy.service.generators.sketch.inputs.collage import with_photographs
from pixyproxy.service.generators.sketch.inputs.loading import as_stored, coverage_of, with_alpha
from pixyproxy.service.generators.sketch.output.animation import MovingPlane
from pixyproxy.service.generators.sketch.render import on_white, paint

_FEATHER = 0.01
_MOST_FEATHER_PX = 6.0
_NARROWEST = 64


@dataclass(frozen=True, slots=True)
class Retouched:
    inputs: Sequence[InputPicture]
    mask: InputPicture
    prompt: str
    seed: int
    size: Size
    background: str | None

    def painted(self) -> pyvips.Image:
        picture = as_stored(self.inputs[0], self.size)
        if self.background == "transparent":
            picture = with_alpha(picture)
        elif self.background == "opaque":
            picture = on_white(picture)
        hole = coverage_of(self.mask, self.size)
        return self._filled(picture, hole) if hole.max() else picture

    def begun(self, size: Size, _share: float, /) -> pyvips.Image:
        """There at once; how far it is, only its sharpness tells."""
        return self.painted().thumbnail_image(size.width, height=size.height, size="force")

    def planes(self, size: Size) -> list[MovingPlane]:
        return [MovingPlane(self.painted().thumbnail_image(size.width, height=size.height, size="force"))]

    def _filled(self, picture: pyvips.Image, hole: pyvips.Image) -> pyvips.Image:
        left, top, *extent = _bounds(hole)
        patch = self._patch(Size(*extent)).embed(left, top, picture.width, picture.height)
        if picture.hasalpha():
            # What a see-through pixel hides is anybody's colour: it must not shine through the soft edge.
            share = (picture[3] == 0).ifthenelse(hole, _feathered(hole, min(extent)))
            return share.ifthenelse(with_alpha(patch), picture, blend=True).copy(interpretation="srgb")
        return (
            _feathered(hole, min(extent)).ifthenelse(patch, picture, blend=True).copy(interpretation="srgb")
        )

    def _patch(self, size: Size) -> pyvips.Image:
        """A scene for the hole alone, so that what is named stands in it."""
        transparent = self.background == "transparent"
        sheet = _sheet_for(size)
        scene = paint(
            compose(self.prompt, self.seed, sheet, transparent=transparent), transparent=transparent
        )
        rng = Random(self.seed)  # noqa: S311 - the same picture for the same seed; it guards nothing
        scene = with_photographs(scene, self.inputs[1:], rng)
        return scene.crop((sheet.width - size.width) // 2, (sheet.height - size.height) // 2, *size)


def _bounds(hole: pyvips.Image) -> tuple[int, int, int, int]:
    """The left, the top, the width and the height of what is to be changed."""
    columns, rows = hole.profile()
    from_below, from_right = hole.rot180().profile()
    left, top = int(rows.min()), int(columns.min())
    right, bottom = hole.width - int(from_right.min()), hole.height - int(from_below.min())
    return left, top, right - left, bottom - top


def _sheet_for(size: Size) -> Size:
    """A hole may be a hair line; a scene needs some room."""
    least = max(_NARROWEST, max(size) // _NARROWEST)
    return Size(max(size.width, least), max(size.height, least))


def _feathered(hole: pyvips.Image, across: int) -> pyvips.Image:
    """Soft towards its edge, but only within: half new at the outermost pixel of the hole, nothing beyond."""
    blurred = hole.gaussblur(min(_MOST_FEATHER_PX, max(0.5, across * _FEATHER)))
    return (hole > 0).ifthenelse(blurred, 0)
