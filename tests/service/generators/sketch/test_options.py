"""What sketch takes beside the prompt, and what it refuses."""

import pytest

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.core.models import Size, Task
from pixyproxy.service.generators.generator import PictureRequest
from pixyproxy.service.generators.sketch import Sketch
from tests.service.generators.receiving import content_of, made_by
from tests.service.generators.studio import asking, editing, hole, input_of, mask_of, meadow, varying

PICTURE = input_of(meadow())
MASK = mask_of(hole())


def told(output_format: str | None = None, **options: object) -> PictureRequest:
    return asking(output_format=output_format, options=options)


REFUSED = [
    ("output_compression", told(output_compression=50)),
    ("output_compression", told("gif", output_compression=50)),
    ("output_compression", told("svg", output_compression=50)),
    ("frame_count", told(frame_count=4)),
    ("frame_duration_ms", told("webp", frame_duration_ms=100)),
    ("size", asking(size=Size(2048, 2048), output_format="gif", options={"frame_count": 16})),
    ("svg", told("png", svg={"model": "gpt-5"})),
    ("svg", told("svg", svg={"model": 5})),
    ("svg", told("svg", svg={"model": "gpt-5", "script": "alert(1)"})),
    ("svg", told("svg", svg={"model": "gpt-5", "reasoning": {"effort": "enormous"}})),
    ("moderation", told(moderation="off")),
    ("complexity", told(complexity="extreme")),
    ("style", told(style="baroque")),
    ("input_fidelity", told(input_fidelity="medium")),
    ("steps", told(steps=30)),
    ("background", asking(output_format="gif", background="transparent")),
    ("partial_images", asking(output_format="gif", partial_images=1)),
    ("partial_images", asking(output_format="svg", partial_images=3)),
    ("images", asking(task=Task.EDIT)),
    ("images", asking(inputs=(PICTURE,))),
    ("images", varying(PICTURE, PICTURE)),
    ("output_format", editing("a cat", PICTURE, output_format="svg")),
    ("mask", editing("a cat", PICTURE, mask=MASK, output_format="gif")),
    ("mask", varying(PICTURE, mask=MASK)),
    ("mask", asking(mask=MASK)),
]


@pytest.mark.parametrize(("field", "request_"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_honoured_is_refused_by_the_name_of_the_field(
    sketch: Sketch, field: str, request_: PictureRequest
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        sketch.check(request_)
    [error] = refusal.value.errors
    assert error.field == field
    assert error.message[0].islower(), "it goes on after the field's name"
    assert not error.message.endswith(".")


@pytest.mark.parametrize(
    "request_",
    [
        told("webp", output_compression=0),
        told("jpeg", output_compression=100),
        told("gif", frame_count=2, frame_duration_ms=20),
        told("svg", svg={"model": "gpt-5"}),
        told("svg", svg={"reasoning": {"effort": "xhigh"}}),
        told(moderation="low", complexity="medium", style="vivid", input_fidelity="high"),
        told(safety_identifier="somebody", user="else"),
        asking(output_format="svg", background="transparent"),
        asking(output_format="gif", partial_images=0),
        editing("a cat", PICTURE, PICTURE, output_format="gif"),
        editing("a cat", PICTURE, mask=MASK, background="transparent", output_format="webp"),
        varying(PICTURE, output_format="jpeg"),
    ],
)
def test_what_can_be_honoured_passes(sketch: Sketch, request_: PictureRequest) -> None:
    sketch.check(request_)


async def test_an_option_without_effect_leaves_the_picture_as_it_is(sketch: Sketch) -> None:
    plain = await made_by(sketch, asking())
    options = {
        "moderation": "low", "complexity": "high", "style": "natural", "input_fidelity": "low", "user": "u",
    }  # fmt: skip
    assert content_of(await made_by(sketch, told(**options))) == content_of(plain)


async def test_what_was_honoured_is_reported(sketch: Sketch) -> None:
    moving = await made_by(sketch, told("gif", frame_count=3, user="u"))
    assert moving.parameters == {
        "size": "96x64", "seed": 0, "output_format": "gif", "frame_count": 3, "frame_duration_ms": 200,
    }  # fmt: skip
    packed = await made_by(sketch, told("webp", output_compression=0))
    assert packed.parameters["output_compression"] == 0
    assert (await made_by(sketch, editing("a cat", PICTURE))).parameters["size"] == str(PICTURE.size)
