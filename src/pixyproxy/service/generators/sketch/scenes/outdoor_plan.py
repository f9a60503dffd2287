"""What an outdoor scene is made of, decided before the first stroke."""

from dataclasses import dataclass

from pixyproxy.service.generators.sketch.canvas.stage import UNIT, Stage
from pixyproxy.service.generators.sketch.cast.grounded import has_grounded

_OPEN_WATER = ("sea", "boat", "whale", "dolphin", "bridge", "lighthouse", "fish")


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the sky ends, and what lies below it."""

    horizon: float
    sea: bool
    lake: bool
    city: bool
    shore: bool


def plan_of(stage: Stage) -> Plan:
    lake = stage.names("lake", "swan")
    sea = stage.names("sea", "beach") or (
        stage.names(*_OPEN_WATER) and not lake and not stage.names("river", "city", "desert")
    )
    city = stage.names("city")
    shore = has_grounded(stage) or stage.names(
        "beach", "palm", "flower", "tree", "house", "castle", "windmill"
    )
    horizon = stage.height * _sky_share(stage, wet=sea or lake, built=city, shore=shore)
    return Plan(horizon + stage.spread(-0.02, 0.02) * UNIT, sea, lake, city, shore)


def _sky_share(stage: Stage, *, wet: bool, built: bool, shore: bool) -> float:
    """How much of the sheet lies above the horizon; a shore in front of water needs room below."""
    if built or stage.names("roof"):
        return 0.62
    if wet:
        return 0.5 if shore else 0.58
    return 0.56


def structure_x(stage: Stage, light_x: float) -> float:
    """Away from the light; in the middle when nobody else needs it."""
    if not has_grounded(stage):
        return stage.width * (0.58 if light_x < stage.width / 2 else 0.42)
    return stage.width * (0.72 if light_x < stage.width / 2 else 0.28)
