"""The catalogue: how each named thing is drawn, what colour it has of its own, and how large it is."""

from dataclasses import dataclass

from pixyproxy.service.generators.sketch.figures import (
    buildings,
    people,
    sea_animals,
    sitting_animals,
    standing_animals,
    things,
    vehicles,
    winged_animals,
)
from pixyproxy.service.generators.sketch.figures.coat import Draw


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing; its height is a share of the short side, its width and its seat are shares of its height."""

    draw: Draw
    colours: tuple[str, ...]
    height: float
    width: float
    light: str | None = None
    seat: float | None = None


GROUNDED: dict[str, Figure] = {
    "cat": Figure(sitting_animals.cat, ("#e8964a", "#55596a", "#f0e2cc", "#3a3540"), 0.27, 0.95),
    "tiger": Figure(sitting_animals.cat, ("#ee8f35",), 0.34, 0.95, "#fff3de"),
    "dog": Figure(sitting_animals.dog, ("#c98a52", "#e3c08f", "#8a6248"), 0.26, 0.95, "#fff1dc"),
    "fox": Figure(sitting_animals.fox, ("#e2672b",), 0.29, 1.1, "#fff1e0"),
    "wolf": Figure(sitting_animals.fox, ("#7b8798",), 0.34, 1.1, "#eef1f3"),
    "rabbit": Figure(sitting_animals.rabbit, ("#cdb59a", "#a99486", "#f1e7da"), 0.23, 0.75),
    "frog": Figure(sitting_animals.frog, ("#5fae57",), 0.17, 1.3),
    "bear": Figure(standing_animals.bear, ("#8a5a3b", "#6e4a38"), 0.36, 0.95),
    "panda": Figure(standing_animals.panda, ("#fbf8f0",), 0.34, 0.95),
    "lion": Figure(standing_animals.lion, ("#ecb45a",), 0.33, 0.95),
    "elephant": Figure(standing_animals.elephant, ("#7f8fa6", "#8d8ba5"), 0.33, 1.7),
    "horse": Figure(standing_animals.horse, ("#9a5f3c", "#6b4433", "#d8b48a"), 0.38, 1.2),
    "unicorn": Figure(standing_animals.unicorn, ("#fbf3f4",), 0.38, 1.2),
    "deer": Figure(standing_animals.deer, ("#b97a45",), 0.38, 1.0, "#fff0d8"),
    "sheep": Figure(standing_animals.sheep, ("#fbf4e6",), 0.21, 1.1),
    "owl": Figure(winged_animals.owl, ("#8a6a52", "#7a6b7f"), 0.24, 0.75, "#f3e2c4"),
    "penguin": Figure(winged_animals.penguin, ("#2b3547",), 0.25, 0.8, "#fdf8ee"),
    "turtle": Figure(sea_animals.turtle, ("#6d9a5c",), 0.17, 2.0),
    "person": Figure(people.person, ("#d1495b", "#2e6f95", "#edae49", "#3d6b5c"), 0.42, 0.45),
    "robot": Figure(people.robot, ("#8fb3c4", "#e9b25b", "#d86f5c"), 0.33, 0.75),
    "astronaut": Figure(people.astronaut, ("#f3f0ea",), 0.33, 0.75),
    "snowman": Figure(people.snowman, ("#fbfbfd",), 0.33, 0.8),
    "car": Figure(vehicles.car, ("#d8453d", "#2f8f9d", "#efb23e"), 0.19, 1.9),
    "train": Figure(vehicles.train, ("#b8323a", "#27647b"), 0.15, 2.8),
    "bicycle": Figure(vehicles.bicycle, ("#d8453d", "#2f8f9d"), 0.22, 1.5),
    "chair": Figure(things.chair, ("#2f7f86", "#d9644a", "#e0a63e"), 0.4, 0.9, None, 0.54),
    "table": Figure(things.table, ("#a9713f",), 0.36, 1.9, None, 0.7),
    "cup": Figure(things.cup, ("#e4694f", "#3d7f93", "#f1e6d2"), 0.24, 1.2),
    "lamp": Figure(things.lamp, ("#e9a94a",), 0.36, 0.8),
    "book": Figure(things.book, ("#b8453f", "#2f6f8a"), 0.3, 1.4),
    "vase": Figure(things.vase, ("#3d7f93", "#e4d3b5"), 0.28, 0.7),
    "apple": Figure(things.apple, ("#d8392f",), 0.22, 1.0),
    "heart": Figure(things.heart, ("#df3f55",), 0.34, 1.2),
    "mushroom": Figure(things.mushroom, ("#d3402f",), 0.2, 1.1),
    "tent": Figure(buildings.tent, ("#e2703a", "#d9a441"), 0.2, 1.7),
}

STRUCTURES: dict[str, Figure] = {
    "house": Figure(buildings.house, ("#8a5a3b",), 0.25, 1.1, "#fbf1de"),
    "castle": Figure(buildings.castle, ("#a99bb0", "#b7a48f", "#8f9bb0"), 0.38, 1.2),
    "lighthouse": Figure(buildings.lighthouse, ("#8a5a3b",), 0.5, 0.35, "#fdf6e8"),
    "windmill": Figure(buildings.windmill, ("#8a5a3b",), 0.34, 0.9, "#f8ecd6"),
    "tower": Figure(buildings.tower, ("#6b3a34",), 0.4, 0.8, "#f6e6cb"),
}

AIRBORNE: dict[str, Figure] = {
    "bird": Figure(winged_animals.flying_bird, ("#2f6f95", "#f4efe6", "#d9573f", "#e9a63c"), 0.14, 1.3),
    "balloon": Figure(vehicles.balloon, ("#d8453d", "#2f8f9d", "#edae49", "#8a4f7d"), 0.3, 0.8, "#fff1d8"),
    "rocket": Figure(vehicles.rocket, ("#d8453d",), 0.33, 0.6, "#fbf5ea"),
    "plane": Figure(vehicles.plane, ("#3d7fa6",), 0.2, 1.7, "#fbf5ea"),
    "butterfly": Figure(winged_animals.butterfly, ("#ef8a3c", "#4a8fd0", "#b55fa6"), 0.17, 1.2),
}

AFLOAT: dict[str, Figure] = {
    "boat": Figure(vehicles.boat, ("#a5432f", "#27536b", "#8a5a3b"), 0.25, 1.0, "#fdf4e2"),
    "swan": Figure(winged_animals.swan, ("#fdfaf3",), 0.16, 1.3, "#ffffff"),
}

SWIMMERS: dict[str, Figure] = {
    "fish": Figure(sea_animals.fish, ("#f0803c", "#f2b53f", "#e5567a", "#5fb4c9"), 0.16, 1.5, "#fff0d8"),
    "whale": Figure(sea_animals.whale, ("#35618f", "#4a6f95"), 0.34, 2.0, "#dcebf0"),
    "dolphin": Figure(sea_animals.dolphin, ("#5f8fb0",), 0.24, 1.8, "#e4f0f3"),
    "turtle": GROUNDED["turtle"],
}

PERCHED = Figure(winged_animals.perched_bird, AIRBORNE["bird"].colours, 0.17, 1.3)
EVERY_FIGURE = {**GROUNDED, **STRUCTURES, **AIRBORNE, **AFLOAT, **SWIMMERS}
