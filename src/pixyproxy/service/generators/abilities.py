"""What a generator can be asked for: the tables that its `check` goes by, and that callers are shown."""

from dataclasses import dataclass

from pixyproxy.core.models import Size


@dataclass(frozen=True, slots=True)
class SizeRange:
    """Every size within these bounds can be made."""

    min_side: int
    max_side: int
    multiple_of: int
    min_pixels: int
    max_pixels: int
    max_ratio: int
    """How often the shorter side may fit into the longer one."""

    def allows(self, size: Size) -> bool:
        longer, shorter = max(size), min(size)
        return (
            self.min_side <= shorter
            and longer <= self.max_side
            and longer <= self.max_ratio * shorter
            and longer % self.multiple_of == shorter % self.multiple_of == 0
            and self.min_pixels <= longer * shorter <= self.max_pixels
        )


@dataclass(frozen=True, slots=True)
class Abilities:
    """What one model can be asked for; the rest is refused, but for words of models that are gone."""

    sizes: tuple[Size, ...]
    """All there are, or where any size within bounds can be made, good ones to offer."""
    any_size: SizeRange | None
    qualities: tuple[str, ...]
    backgrounds: tuple[str, ...]
    output_formats: tuple[str, ...]
    """The one that is made when none is named first."""
    transparent_formats: tuple[str, ...]
    preview_formats: tuple[str, ...]
    edit_formats: tuple[str, ...]
    mask_formats: tuple[str, ...]
    variations: bool
    most_inputs: int
    knows_seeds: bool
    most_partial_images: int
    takes_others: bool = False
    """Its maker does not say which sizes and qualities it has: these are offered, others are not refused."""

    @property
    def edits(self) -> bool:
        return bool(self.edit_formats)

    @property
    def masks(self) -> bool:
        return bool(self.mask_formats)

    def makes(self, size: Size) -> bool:
        if self.takes_others:
            return True
        return self.any_size.allows(size) if self.any_size else size in self.sizes

    def knows_quality(self, quality: str) -> bool:
        return self.takes_others or quality in self.qualities


def sizes_of(*texts: str) -> tuple[Size, ...]:
    return tuple(Size.parse(text) for text in texts)
