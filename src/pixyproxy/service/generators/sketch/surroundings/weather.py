"""What falls and drifts before everything else, and the finish: mist, rain, snow, petals, a vignette."""

from pixyproxy.service.generators.sketch.canvas.stage import Stage
from pixyproxy.service.generators.sketch.canvas.svg import number, path, rect, stroke
from pixyproxy.service.generators.sketch.light.colours import lighter

_STEP = 26


def paint_weather(stage: Stage) -> None:
    if stage.transparent:
        return
    paint_falling(stage)
    _vignette(stage)


def paint_falling(stage: Stage) -> None:
    stage.drawing.begin_plane(fall=1)
    if stage.names("rain", "storm"):
        _rain(stage)
    if stage.names("snow", "winter"):
        _snow(stage)
    if stage.names("autumn"):
        _leaves(stage)
    stage.drawing.begin_plane()


def paint_mist(stage: Stage, y: float, depth: float, opacity: float) -> None:
    if stage.transparent:
        return
    haze = stage.palette.sky[2]
    fill = stage.drawing.vertical_gradient((0, haze, 0), (0.5, haze, opacity), (1, haze, 0))
    stage.add(rect(0, y - depth / 2, stage.width, depth, fill))


def _rain(stage: Stage) -> None:
    for width, length, opacity in ((1.6, 34, 0.28), (2.6, 62, 0.34)):
        drops = "".join(
            f"M{number(stage.spread(0, stage.width + 40))},{number(stage.spread(-40, stage.height))}"
            f"l{number(-length * 0.22)},{length}"
            for _ in range(stage.many(110 * stage.height / 1000, 500))
        )
        stage.add(stroke(drops, lighter(stage.palette.sky[2], 0.55), width, opacity=opacity))


def _snow(stage: Stage) -> None:
    for size, opacity in ((4, 0.7), (7, 0.85), (12, 0.75)):
        flakes = "".join(
            f"M{number(stage.spread(0, stage.width))},{number(stage.spread(0, stage.height))}h0"
            for _ in range(stage.many(34 * stage.height / 1000, 200))
        )
        stage.add(stroke(flakes, "#ffffff", size, opacity=opacity))


def _leaves(stage: Stage) -> None:
    for _ in range(stage.many(16 * stage.height / 1000, 90)):
        x, y = stage.spread(0, stage.width), stage.spread(0.1, 1) * stage.height
        size, turn = stage.spread(0.7, 1.5), stage.spread(0, 360)
        colour = stage.rng.choice(stage.palette.foliage)
        stage.add(
            path(
                "M-12,0Q0,-11 13,0Q0,11 -12,0Z",
                colour,
                opacity=0.9,
                transform=f"translate({number(x)},{number(y)})rotate({number(turn)})scale({number(size)})",
            )
        )


def paint_fog(stage: Stage, horizon: float) -> None:
    for share, opacity in ((0.0, 0.75), (0.14, 0.55), (0.3, 0.4)):
        paint_mist(stage, horizon + (stage.height - horizon) * share * 2, 260, opacity)


def _vignette(stage: Stage) -> None:
    """Darkens the foot of the sheet a little, so that the eye stays in the middle."""
    fill = stage.drawing.vertical_gradient((0, stage.palette.ink, 0), (1, stage.palette.ink, 0.2))
    stage.add(rect(0, stage.height * 0.78, stage.width, stage.height * 0.22, fill))
