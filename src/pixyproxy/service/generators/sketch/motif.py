"""What a request is to become, before it is known at which size and in which format."""

from typing import Protocol

import pyvips

from pixyproxy.core.models import Size
from pixyproxy.service.generators.sketch.output.animation import MovingPlane


class Motif(Protocol):
    """Paints one picture, and knows how it comes to be."""

    @property
    def size(self) -> Size: ...

    def painted(self) -> pyvips.Image: ...

    def begun(self, size: Size, share: float, /) -> pyvips.Image:
        """Small, as it looks when that share of the work is done."""

    def planes(self, size: Size) -> list[MovingPlane]:
        """Back to front, to be moved past each other."""
