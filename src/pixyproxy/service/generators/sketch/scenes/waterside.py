"""Where land and water meet: a shore in front of the water, a headland rising from it."""

from pixyproxy.service.generators.sketch.canvas.ridges import Ridge, paint_layer, wavy_ridge
from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import group, number, path, placed, smooth, stroke
from pixyproxy.service.generators.sketch.cast.floaters import place_afloat
from pixyproxy.service.generators.sketch.cast.grounded import has_grounded, place_structures
from pixyproxy.service.generators.sketch.figures.catalogue import STRUCTURES
from pixyproxy.service.generators.sketch.light.colours import darker, lighter, mix
from pixyproxy.service.generators.sketch.scenes.outdoor_plan import Plan, structure_x
from pixyproxy.service.generators.sketch.surroundings.plants import plant_beside
from pixyproxy.service.generators.sketch.surroundings.town import paint_bridge
from pixyproxy.service.generators.sketch.surroundings.water import paint_water, paint_waves


def paint_waterside(stage: Stage, plan: Plan, light_x: float) -> Ridge | None:
    if not stage.transparent or not has_grounded(stage):
        paint_water(stage, plan.horizon, light_x)
    if plan.sea and not stage.names("calm"):
        paint_waves(stage, plan.horizon)
    if stage.names("bridge"):
        paint_bridge(stage, plan.horizon - 20)
    place_afloat(stage, plan.horizon)
    if stage.names("lighthouse") or (stage.brief.named(STRUCTURES) and not plan.shore):
        _headland(stage, plan, light_x)
    if not (plan.shore or plan.lake):
        return None
    base = stage.height - min(stage.height * 0.17, UNIT * 0.22)
    line = wavy_ridge(stage, base, UNIT * 0.025, 330)
    sand = stage.palette.lit("#f2d6a2") if stage.names("beach", "palm") else stage.palette.ground(0.85)
    foam = [(x, y - 14) for x, y in line.points(stage)]
    if plan.sea:
        paint_layer(stage, foam, lighter(stage.palette.water[0], 0.6), sand)
    paint_layer(stage, line.points(stage), lighter(sand, 0.08), darker(sand, 0.12))
    if plan.lake:
        plant_beside(stage, line, 0.3, (0.04, 0.13, 0.9, 0.97))
    if not stage.names("lighthouse"):
        place_structures(stage, line.at, structure_x(stage, light_x))
    return line


def _headland(stage: Stage, plan: Plan, light_x: float) -> None:
    """A rock that rises from the sea on the side away from the light, what was built on its top."""
    right = light_x < stage.width / 2
    x = stage.width * 0.5 + UNIT * (0.27 if right else -0.27)
    foot = plan.horizon + UNIT * 0.2
    near = mix(stage.palette.land[1], stage.palette.ink, 0.2)
    rock = stage.drawing.vertical_gradient((0, lighter(near, 0.1), 1), (1, darker(near, 0.35), 1))
    shape = "M-250,0L-205,-46L-160,-52L-120,-112L-70,-140H60L96,-104L150,-92L190,-40L420,-24V60H-250Z"
    facets = (
        "M-70,-140L-40,-60L-90,0H-250L-205,-46L-160,-52L-120,-112Z M60,-140L30,-50L90,0H150L110,-60L96,-104Z"
    )
    stage.add(placed([path(shape, rock), path(facets, near, opacity=0.5)], (x, foot), 1, flipped=not right))
    if stage.names("lighthouse"):
        _beam(stage, (x, foot - 140 - UNIT * 0.46), right)
    place_structures(stage, lambda _: foot - 144, x)
    line = wavy_ridge(stage, foot + 26, UNIT * 0.009, 50).points(stage, 14)
    colour = mix(stage.palette.water[0], stage.palette.water[1], 0.6)
    paint_layer(stage, line, lighter(colour, 0.1), stage.palette.water[1], shadow=0.03)
    stage.add(stroke(smooth(line), lighter(colour, 0.6), 4, opacity=0.6))


def _beam(stage: Stage, at: tuple[float, float], right: bool) -> None:
    reach = UNIT * 0.9 * (-1 if right else 1)
    beam = stage.drawing.horizontal_gradient(
        (0, "#fff3b8", 0 if right else 0.75), (1, "#fff3b8", 0.75 if right else 0)
    )
    stage.add(
        path(f"M0,-8L{reach},-110V90L0,8Z", beam, transform=f"translate({number(at[0])},{number(at[1])})")
    )
    glow = stage.drawing.radial_gradient((0, "#fff3b8", 0.9), (1, "#fff3b8", 0))
    stage.add(
        group([f'<circle r="90" fill="{glow}"/>'], transform=f"translate({number(at[0])},{number(at[1])})")
    )
