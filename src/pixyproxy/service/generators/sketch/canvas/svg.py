"""Writes SVG: elements with rounded numbers, gradients in `defs`, and nothing that came from a caller."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Stop: TypeAlias = tuple[float, str, float]
Attribute: TypeAlias = str | float


def number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def element(tag: str, content: str = "", /, **attributes: Attribute) -> str:
    written = "".join(
        f' {name.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
        for name, value in attributes.items()
    )
    return f"<{tag}{written}>{content}</{tag}>" if content else f"<{tag}{written}/>"


def path(d: str, fill: str, **attributes: Attribute) -> str:
    return element("path", d=d, fill=fill, **attributes)


def stroke(d: str, colour: str, width: float, **attributes: Attribute) -> str:
    return element(
        "path",
        d=d,
        fill="none",
        stroke=colour,
        stroke_width=width,
        stroke_linecap="round",
        stroke_linejoin="round",
        **attributes,
    )


def circle(x: float, y: float, radius: float, fill: str, **attributes: Attribute) -> str:
    return element("circle", cx=x, cy=y, r=radius, fill=fill, **attributes)


def ellipse(x: float, y: float, radius_x: float, radius_y: float, fill: str, **attributes: Attribute) -> str:
    return element("ellipse", cx=x, cy=y, rx=radius_x, ry=radius_y, fill=fill, **attributes)


def rect(x: float, y: float, width: float, height: float, fill: str, **attributes: Attribute) -> str:
    return element("rect", x=x, y=y, width=width, height=height, fill=fill, **attributes)


def group(shapes: Iterable[str], **attributes: Attribute) -> str:
    return element("g", "".join(shapes), **attributes)


def placed(
    shapes: Iterable[str], at: Point, scale: float, *, flipped: bool = False, turn: float = 0.0
) -> str:
    """Shapes drawn around their own origin, set down somewhere at some size."""
    x, y = at
    mirrored = -scale if flipped else scale
    rotation = f"rotate({number(turn)})" if turn else ""
    transform = f"translate({number(x)},{number(y)}){rotation}scale({mirrored:.4f},{scale:.4f})"
    return group(shapes, transform=transform)


def polygon(points: Iterable[Point]) -> str:
    """The path data of straight lines through the points, closed."""
    return "M" + "L".join(f"{number(x)},{number(y)}" for x, y in points) + "Z"


def smooth(points: Sequence[Point]) -> str:
    """The path data of an open curve through the points (Catmull-Rom, as cubic Béziers)."""
    padded = [points[0], *points, points[-1]]
    data = [f"M{number(points[0][0])},{number(points[0][1])}"]
    for (ax, ay), (bx, by), (cx, cy), (dx, dy) in zip(
        padded, padded[1:], padded[2:], padded[3:], strict=False
    ):
        controls = (bx + (cx - ax) / 6, by + (cy - ay) / 6, cx - (dx - bx) / 6, cy - (dy - by) / 6, cx, cy)
        data.append("C" + " ".join(number(value) for value in controls))
    return "".join(data)


@dataclass(frozen=True, slots=True)
class Plane:
    """The shapes at one distance, from `first` to the next plane: what moves together when a scene moves."""

    first: int
    fall: int = 0
    """1 when it falls down the sheet, as rain does; -1 when it rises."""


@dataclass(slots=True)
class Drawing:
    """A sheet being drawn on: what is on it so far, back to front."""

    width: float
    height: float
    shapes: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    planes: list[Plane] = field(default_factory=lambda: [Plane(0)])

    def add(self, *shapes: str) -> None:
        self.shapes.extend(shapes)

    def begin_plane(self, fall: int = 0) -> None:
        """What is added from here on is nearer than what was added before."""
        if self.planes[-1].first == len(self.shapes):
            self.planes.pop()
        self.planes.append(Plane(len(self.shapes), fall))

    def _define(self, tag: str, stops: Sequence[Stop], **attributes: Attribute) -> str:
        identity = f"g{len(self.definitions)}"
        content = "".join(
            element("stop", offset=at, stop_color=colour, stop_opacity=opacity)
            for at, colour, opacity in stops
        )
        self.definitions.append(element(tag, content, id=identity, **attributes))
        return f"url(#{identity})"

    def vertical_gradient(self, *stops: Stop) -> str:
        return self._define("linearGradient", stops, x1=0.0, y1=0.0, x2=0.0, y2=1.0)

    def diagonal_gradient(self, *stops: Stop) -> str:
        return self._define("linearGradient", stops, x1=0.0, y1=0.0, x2=1.0, y2=1.0)

    def horizontal_gradient(self, *stops: Stop) -> str:
        return self._define("linearGradient", stops, x1=0.0, y1=0.0, x2=1.0, y2=0.0)

    def radial_gradient(self, *stops: Stop) -> str:
        return self._define("radialGradient", stops)

    def write(self, width_px: int, height_px: int, first: int = 0, last: int | None = None) -> str:
        """The sheet, or only some of its shapes."""
        return element(
            "svg",
            element("defs", "".join(self.definitions)) + "".join(self.shapes[first:last]),
            xmlns="http://www.w3.org/2000/svg",
            width=width_px,
            height=height_px,
            viewBox=f"0 0 {number(self.width)} {number(self.height)}",
            preserveAspectRatio="none",
        )
