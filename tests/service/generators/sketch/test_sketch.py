import asyncio
import hashlib
import io
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from pixyproxy.core.exceptions import InvalidRequest, Unavailable, UnreadablePicture
from pixyproxy.core.models import Size
from pixyproxy.service.generators.generator import Generator, PictureRequest
from pixyproxy.service.generators.sketch import Sketch
from tests.service.generators.receiving import Received, content_of, made_by
from tests.service.generators.studio import asking, decoded

REPOSITORY = Path(__file__).parents[4]

IN_A_FRESH_PROCESS = """
import asyncio, hashlib, sys
from pixyproxy.core.models import Size
from pixyproxy.service.generators.generator import PictureRequest
from pixyproxy.service.generators.sketch import Sketch
from tests.service.generators.receiving import Received

async def main():
    sketch = Sketch()
    for prompt in sys.argv[1:]:
        received = Received()
        await sketch.call(PictureRequest(prompt, "sketch", size=Size(300, 200)), received)
        print(hashlib.sha256(received.answer).hexdigest())
    await sketch.close()

asyncio.run(main())
"""


def test_it_speaks_the_protocol(sketch: Sketch) -> None:
    generator: Generator = sketch
    assert generator.name == "sketch"
    assert generator.models == ("sketch",)


def test_two_processes_draw_the_same_bytes() -> None:
    prompts = ["three cats on a roof at night", "quarterly strategy", "a city in the rain", "🐱🌊"]

    def digests(hash_seed: str) -> str:
        command = [sys.executable, "-c", IN_A_FRESH_PROCESS, *prompts]
        environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(REPOSITORY)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert digests("1") == digests("2")
    assert len(set(digests("3").split())) == len(prompts)


@pytest.mark.parametrize("prompt", ["hello", "a boat on a lake"])
async def test_no_seed_is_a_fixed_seed_that_is_reported(sketch: Sketch, prompt: str) -> None:
    unseeded = await made_by(sketch, asking(prompt))
    seeded = await made_by(sketch, asking(prompt, seed=unseeded.parameters["seed"]))
    assert unseeded.content == seeded.content


async def test_another_prompt_or_another_seed_is_another_picture(sketch: Sketch) -> None:
    requests = [
        asking(prompt, seed=seed) for prompt in ("one", "two", "a cat", "a dog") for seed in (1, 2, -3)
    ]
    pictures = [await made_by(sketch, request) for request in requests]
    assert len({hashlib.sha256(content_of(picture)).digest() for picture in pictures}) == len(requests)


@pytest.mark.parametrize(
    "prompt", ["hills and a fox", "the sea", "nothing known", "a cat on a chair", "space", "fish"]
)
@pytest.mark.parametrize("size", ["64x64", "4096x64", "64x4096", "1536x1024", "257x991"])
async def test_the_size_is_exactly_the_one_asked_for(sketch: Sketch, prompt: str, size: str) -> None:
    picture = await made_by(sketch, asking(prompt, size=Size.parse(size)))
    image = decoded(content_of(picture))
    assert f"{image.width}x{image.height}" == size
    assert picture.parameters["size"] == size


async def test_without_a_size_it_is_a_square_of_1024(sketch: Sketch) -> None:
    picture = await made_by(sketch, asking(size=None))
    assert picture.parameters["size"] == "1024x1024"
    assert decoded(content_of(picture)).width == 1024


@pytest.mark.parametrize(
    ("output_format", "start"),
    [
        (None, b"\x89PNG\r\n\x1a\n"),
        ("png", b"\x89PNG\r\n\x1a\n"),
        ("webp", b"RIFF"),
        ("jpeg", b"\xff\xd8\xff"),
    ],
)
async def test_the_bytes_are_of_the_format_asked_for(
    sketch: Sketch, output_format: str | None, start: bytes
) -> None:
    picture = await made_by(sketch, asking(output_format=output_format))
    assert content_of(picture).startswith(start)
    assert picture.parameters["output_format"] == (output_format or "png")


@pytest.mark.parametrize(
    "prompt", ["a cat", "a cat on a chair", "the sea", "a fish", "space", "abstract", "a city"]
)
@pytest.mark.parametrize("output_format", ["png", "webp"])
async def test_a_transparent_background_lets_something_and_not_everything_through(
    sketch: Sketch, prompt: str, output_format: str
) -> None:
    picture = await made_by(sketch, asking(prompt, background="transparent", output_format=output_format))
    alpha = decoded(content_of(picture))[3]
    assert alpha.max() > 200
    if "abstract" not in prompt:
        assert alpha.min() == 0


async def test_an_opaque_picture_has_no_alpha(sketch: Sketch) -> None:
    picture = await made_by(sketch, asking(background="opaque"))
    assert decoded(content_of(picture)).bands == 3


async def test_it_reports_what_it_was_asked_and_that_it_is_free(sketch: Sketch) -> None:
    picture = await made_by(sketch, asking(seed=7, quality="high", background="auto"))
    assert picture.parameters == {
        "size": "96x64", "seed": 7, "output_format": "png", "quality": "high", "background": "auto",
    }  # fmt: skip
    assert picture.cost is not None
    assert picture.cost.usd == Decimal(0)
    assert picture.cost.source == "built-in"
    assert picture.revised_prompt is None


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("quality", asking(quality="best")),
        ("background", asking(background="blue")),
        ("output_format", asking(output_format="avif")),
        ("background", asking(background="transparent", output_format="jpeg")),
    ],
)
def test_what_it_cannot_do_is_refused_by_the_name_of_the_field(
    sketch: Sketch, field: str, request_: PictureRequest
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        sketch.check(request_)
    assert [error.field for error in refusal.value.errors] == [field]


def test_everything_wrong_is_named_at_once(sketch: Sketch) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        sketch.check(asking(quality="best", background="blue", output_format="avif"))
    assert len(refusal.value.errors) == 3


@pytest.mark.parametrize("quality", [None, "auto", "low", "medium", "high", "xhigh", "max", "standard", "hd"])
@pytest.mark.parametrize("background", [None, "auto", "opaque", "transparent"])
@pytest.mark.parametrize("output_format", [None, "png", "webp"])
def test_what_it_can_do_passes(
    sketch: Sketch, quality: str | None, background: str | None, output_format: str | None
) -> None:
    sketch.check(asking(quality=quality, background=background, output_format=output_format, seed=3))


@pytest.fixture
def ticks() -> Iterator[io.StringIO]:
    with io.StringIO() as log:
        yield log


@pytest.mark.parametrize("prompt", ["a cat on a chair", "the sea"])
async def test_who_watches_sees_a_small_preview_before_the_picture_comes(sketch: Sketch, prompt: str) -> None:
    watched, unwatched = Received(is_watched=True), Received()
    for received in (watched, unwatched):
        await sketch.call(asking(prompt, size=Size(1024, 768)), received)
    assert (watched.order, unwatched.order) == (["preview", "bytes"], ["bytes"])
    assert watched.answer == unwatched.answer
    [preview] = watched.previews
    assert preview.startswith(b"RIFF")
    assert len(preview) < len(watched.answer)
    assert decoded(preview).width / decoded(preview).height == pytest.approx(4 / 3, abs=0.01)


async def test_an_answer_can_be_read_by_another_process_long_after(sketch: Sketch) -> None:
    received = Received()
    await sketch.call(asking(seed=7), received)
    another = Sketch()
    read = another.read(bytes(received.answer), "sketch")
    await another.close()
    assert read == await made_by(sketch, asking(seed=7))


@pytest.mark.parametrize("length", [0, 1, 20])
async def test_an_answer_cut_within_what_is_known_is_no_picture(sketch: Sketch, length: int) -> None:
    received = Received()
    await sketch.call(asking(), received)
    with pytest.raises(UnreadablePicture):
        sketch.read(bytes(received.answer[:length]), "sketch")


async def test_the_event_loop_keeps_ticking_while_it_draws(sketch: Sketch, ticks: io.StringIO) -> None:
    async def tick() -> None:
        while True:
            ticks.write(".")
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    await made_by(sketch, asking("a forest at night", size=Size(1024, 1024)))
    ticking.cancel()
    assert len(ticks.getvalue()) > 3


async def test_after_close_it_is_unavailable() -> None:
    generator = Sketch()
    await made_by(generator, asking())
    await generator.close()
    with pytest.raises(Unavailable):
        await made_by(generator, asking())
