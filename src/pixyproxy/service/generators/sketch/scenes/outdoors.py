"""A scene under the open sky, told from the horizon to the viewer's feet."""

from pixyproxy.service.generators.sketch.canvas.ridges import Ridge
from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.canvas.svg import placed, stroke
from pixyproxy.service.generators.sketch.cast.fliers import has_bough, place_in_air, place_on_bough
from pixyproxy.service.generators.sketch.cast.floaters import place_afloat
from pixyproxy.service.generators.sketch.cast.grounded import has_grounded, place_on_ground, place_structures
from pixyproxy.service.generators.sketch.figures.catalogue import AFLOAT, EVERY_FIGURE, STRUCTURES, SWIMMERS
from pixyproxy.service.generators.sketch.light.colours import darker
from pixyproxy.service.generators.sketch.scenes.outdoor_plan import Plan, plan_of, structure_x
from pixyproxy.service.generators.sketch.scenes.waterside import paint_waterside
from pixyproxy.service.generators.sketch.surroundings.landscape import (
    paint_dunes,
    paint_hills,
    paint_mountains,
    paint_road,
)
from pixyproxy.service.generators.sketch.surroundings.plants import (
    plant_beside,
    plant_flowers,
    plant_grass,
    plant_trees,
)
from pixyproxy.service.generators.sketch.surroundings.sky import paint_sky
from pixyproxy.service.generators.sketch.surroundings.town import (
    paint_bridge,
    paint_roof,
    paint_skyline,
    paint_wet_street,
)
from pixyproxy.service.generators.sketch.surroundings.water import paint_river, paint_water
from pixyproxy.service.generators.sketch.surroundings.weather import paint_fog, paint_mist, paint_weather

_WITHOUT_WATER = {kind: figure for kind, figure in (AFLOAT | SWIMMERS).items() if kind != "turtle"}


def paint_outdoors(stage: Stage) -> None:
    if stage.transparent and stage.brief.named(EVERY_FIGURE):
        _cast_alone(stage)
    else:
        _paint_all(stage)


def _cast_alone(stage: Stage) -> None:
    """Without a backdrop: the figures, as they would stand in one."""
    ground = Ridge(stage.height * 0.9, ())
    is_right = not stage.is_taken or stage.chance(0.5)
    light_x = stage.width if is_right else 0.0
    place_structures(stage, ground.at, structure_x(stage, light_x))
    place_afloat(stage, stage.height * 0.45)
    centre = 0.66 if stage.brief.named(STRUCTURES) else 0.5
    if stage.is_taken:
        centre = 0.76 if is_right else 0.24
    boost = 1.2 if stage.is_taken else 1.6
    place_on_ground(stage, ground.at, centre=stage.width * centre, skip=_on_the_bough(stage), boost=boost)
    place_in_air(stage, stage.height * 0.7, light_x)
    if has_bough(stage):
        place_on_bough(stage)


def _on_the_bough(stage: Stage) -> frozenset[str]:
    return frozenset({"owl"}) if has_bough(stage) else frozenset()


def _paint_all(stage: Stage) -> None:
    plan = plan_of(stage)
    light_x = paint_sky(stage, plan.horizon)
    _distance(stage, plan)
    _flock(stage, plan.horizon)
    stage.drawing.begin_plane()
    near = _middle(stage, plan, light_x)
    if stage.names("fog"):
        paint_fog(stage, plan.horizon)
    stage.drawing.begin_plane()
    if near is not None:
        _foreground(stage, near, light_x)
    wet = plan.sea or plan.lake or stage.names("river")
    place_in_air(stage, plan.horizon, light_x, {} if wet else _WITHOUT_WATER)
    if has_bough(stage):
        place_on_bough(stage)
    paint_weather(stage)


def _distance(stage: Stage, plan: Plan) -> None:
    if stage.names("mountain") or (plan.lake and not stage.names("city")):
        paint_mountains(stage, plan.horizon + 10)
    if plan.city:
        paint_skyline(stage, plan.horizon + 30)
    elif stage.names("roof"):
        paint_skyline(stage, plan.horizon + 120)
    if plan.lake or (not plan.sea and not plan.city and stage.names("mountain", "river")):
        paint_hills(stage, plan.horizon - 20, plan.horizon + 16, 2, (0.1, 0.3))
        paint_mist(stage, plan.horizon - 10, 120, 0.35)


def _middle(stage: Stage, plan: Plan, light_x: float) -> Ridge | None:
    """The ground between the horizon and the viewer; answers the nearest ridge, if there is land at all."""
    if stage.names("roof"):
        return _roof(stage)
    if plan.sea or plan.lake:
        return paint_waterside(stage, plan, light_x)
    if plan.city:
        return _street(stage, plan)
    ridges = _dry_land(stage, plan)
    place_structures(stage, ridges[-2].at, structure_x(stage, light_x))
    if stage.names("river"):
        paint_river(stage, ridges[-3].base + 20)
        place_afloat(stage, stage.height * 0.72)
        if stage.names("bridge"):
            paint_bridge(stage, stage.height * 0.72)
    if stage.names("road", "car", "bicycle"):
        paint_road(stage, ridges[-3].base + 20)
    return ridges[-1]


def _dry_land(stage: Stage, plan: Plan) -> list[Ridge]:
    bottom = stage.height - min(stage.height * (0.25 if stage.names("flower") else 0.13), UNIT * 0.3)
    if stage.names("desert", "cactus"):
        ridges = paint_dunes(stage, plan.horizon, bottom)
        plant_beside(stage, ridges[-2], 0.13, (0.12, 0.86))
        return ridges
    ridges = []
    for index in range(4):
        t = index / 3
        base = plan.horizon + (bottom - plan.horizon) * t
        ridges += paint_hills(stage, base, base, 1, (0.12 + 0.88 * t, 1))
        if base < bottom:
            _grow_trees(stage, ridges[-1], index)
    return ridges


def _grow_trees(stage: Stage, line: Ridge, index: int) -> None:
    """A wood where one is named, otherwise a tree here and there; further ridges in more haze."""
    wooded = stage.names("forest", "pine", "tree")
    if wooded:
        per_unit, height = 24 - 5 * index, (0.09, 0.14, 0.24)[index]
    else:
        per_unit, height = 2 if stage.names("flower") else 5 - index, 0.07 + 0.03 * index
    plant_trees(stage, line, per_unit, height, 0.75 - 0.3 * index)
    paint_mist(stage, line.base + 60, 150, 0.22 if wooded else 0.12)


def _street(stage: Stage, plan: Plan) -> Ridge | None:
    top = plan.horizon + 84
    place_structures(stage, Ridge(top, ()).at, stage.width / 2)
    if stage.names("river", "bridge", "boat", "sea", "lake"):
        paint_water(stage, top, stage.width / 2)
        if stage.names("bridge"):
            paint_bridge(stage, top + 30)
        place_afloat(stage, top)
    else:
        paint_wet_street(stage, top)
    return Ridge(stage.height * 0.9, ()) if has_grounded(stage) else None


def _roof(stage: Stage) -> Ridge:
    top = stage.height - min(stage.height * 0.26, UNIT * 0.3)
    paint_roof(stage, top)
    return Ridge(top - 6, ())


def _foreground(stage: Stage, near: Ridge, light_x: float) -> None:
    on_hill = bool(near.waves) and not stage.names("desert", "beach", "cactus")
    if on_hill:
        plant_grass(stage, near, darker(stage.palette.ground(0.97), 0.04))
    for subject in stage.brief.named(("flower",)):
        plant_flowers(stage, near, 100, 0.085, subject.colour)
    if stage.names("tree", "palm", "pine", "cactus", "forest") and near.waves:
        plant_beside(stage, near, 0.55 if stage.names("palm", "tree") else 0.4, (0.06, 0.93))
    aside = stage.names("river", "road") and not stage.names("car", "bicycle")
    centre = stage.width * (0.27 if aside else 0.5)
    if stage.brief.named(STRUCTURES):
        centre = stage.width * (0.32 if light_x < stage.width / 2 else 0.66)
    depth = (stage.height - near.base) * 0.3 if near.waves else 0
    place_on_ground(stage, lambda x: near.at(x) + depth, centre=centre, skip=_on_the_bough(stage), boost=1.15)
    for subject in stage.brief.named(("flower",)):
        plant_flowers(stage, Ridge(stage.height - 60, ()), 10, 0.13, subject.colour)


def _flock(stage: Stage, horizon: float) -> None:
    """A few distant birds give the sky its scale."""
    if (
        stage.transparent
        or stage.palette.dark
        or stage.names("bird", "rocket", "balloon")
        or stage.chance(0.4)
    ):
        return
    x, y = stage.width * stage.spread(0.35, 0.65), horizon * stage.spread(0.3, 0.5)
    for _ in range(stage.rng.randint(3, 6)):
        at = (x + stage.spread(-130, 130), y + stage.spread(-60, 60))
        stage.add(
            placed(
                [stroke("M-16,-7Q-7,-9 0,0Q7,-9 16,-7", stage.palette.ink, 3.2, opacity=0.65)],
                at,
                stage.spread(0.6, 1.1),
            )
        )
