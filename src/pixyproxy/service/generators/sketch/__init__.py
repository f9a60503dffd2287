"""The built-in generator: no key, no network, the same picture for the same request.

From prompt to picture, in the order of `compose.py`:

    words/          reads the prompt into a brief: things, counts, colours, moods
    light/          chooses the palette for that brief
    canvas/         the stage: a sheet, its palette, its chance and its brief; writes SVG
    scenes/         chooses a scene and paints it back to front: outdoors, a room, space ...
    surroundings/   what scenes are made of: sky, weather, land, water, plants, town
    cast/           sets down who appears, standing, flying or afloat
    figures/        how each animal, person, vehicle, building and thing is drawn

What else there is to a request:

    asked.py        what is taken of it, and what is refused
    inputs/         pictures to start from: repainted, retouched within a mask, varied
    output/         the formats, the movement of a gif
    previews.py     what is seen before it is finished

A `Motif` (`motif.py`) is what a request is to become: `drawn.py`, or one of `inputs/`.
`render.py` makes pixels of a scene; `sketch.py` speaks the protocol of the generators.
"""

from pixyproxy.service.generators.sketch.sketch import Sketch

__all__ = ["Sketch"]
