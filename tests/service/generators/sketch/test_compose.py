import re

import pytest

from pixyproxy.core.models import Size
from pixyproxy.service.generators.sketch.compose import compose
from pixyproxy.service.generators.sketch.figures.catalogue import EVERY_FIGURE
from pixyproxy.service.generators.sketch.output.formats import encoded
from pixyproxy.service.generators.sketch.render import paint
from pixyproxy.service.generators.sketch.words.lexicon import COLOURS, COUNTS, MOODS, SUBJECTS
from pixyproxy.service.generators.sketch.words.reading import read_prompt

SMALL = Size(64, 64)
EVERY_WORD = sorted({word for words in SUBJECTS.values() for word in words.split()}
                    | {word for words in MOODS.values() for word in words.split()}
                    | {word for _, words in COLOURS.values() for word in words.split()}
                    | set(COUNTS))  # fmt: skip
HOSTILE = [
    "",
    " ",
    "</svg><script>alert(1)</script>",
    "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x;",
    '"/><image href="http://example.org/cat.png"/>',
    "]]> & < > \" '",
    "cat\x00\x01\x1b\x7f dog",
    "\ud800 lone surrogate",
    "👩‍🚀🏳️‍🌈🐱🌊",
    "٣ قطط على السطح",
    "99999999999999999999 cats, 0 dogs, -3 boats",
    "cat " * 8000,
    "ж" * 32_000,
    "九" * 32_000,
]


def png_of(svg: str) -> bytes:
    return encoded(paint(svg), "png")


@pytest.mark.parametrize("words", [EVERY_WORD[start::8] for start in range(8)])
def test_every_word_of_the_lexicon_is_understood_and_drawn(words: list[str]) -> None:
    for word in words:
        brief = read_prompt(word)
        assert brief.subjects or brief.moods or brief.colours or word in COUNTS, word
        assert png_of(compose(word, 0, SMALL)).startswith(b"\x89PNG"), word


@pytest.mark.parametrize("kind", sorted(EVERY_FIGURE))
@pytest.mark.parametrize(
    "setting", ["", "on a beach", "in a city at night", "in space", "on a roof", "underwater"]
)
def test_every_figure_finds_a_place_in_every_setting(kind: str, setting: str) -> None:
    without = compose(setting, 0, SMALL)
    svg = compose(f"seven {kind} {setting}", 0, SMALL)
    assert svg != without
    assert png_of(svg)


@pytest.mark.parametrize("prompt", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_prompts_are_drawn_too(prompt: str) -> None:
    assert png_of(compose(prompt, 0, SMALL)).startswith(b"\x89PNG")


@pytest.mark.parametrize("prompt", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_of_a_prompt_is_written_into_the_scene(prompt: str) -> None:
    svg = compose(prompt, 0, SMALL)
    assert set(re.findall(r"<([a-zA-Z]+)", svg)) <= {
        "svg", "defs", "g", "path", "circle", "ellipse", "rect", "linearGradient", "radialGradient", "stop",
    }  # fmt: skip
    assert svg.isascii()
    assert "nan" not in svg
    assert "inf" not in svg


def test_a_scene_follows_the_aspect_of_its_size() -> None:
    assert 'viewBox="0 0 1500 1000"' in compose("hills", 0, Size(1536, 1024))
    assert 'viewBox="0 0 1000 64000"' in compose("hills", 0, Size(64, 4096))


@pytest.mark.parametrize("family_seed", range(12))
@pytest.mark.parametrize("size", ["64x64", "640x64", "64x640"])
def test_words_that_name_nothing_become_an_abstract_picture(family_seed: int, size: str) -> None:
    assert read_prompt("quarterly strategy").is_abstract
    assert png_of(compose("quarterly strategy", family_seed, Size.parse(size)))
