import pytest

from pixyproxy.service.generators.sketch.words.brief import Subject
from pixyproxy.service.generators.sketch.words.lexicon import COLOURS
from pixyproxy.service.generators.sketch.words.reading import MOST_OF_A_KIND, read_prompt


def hue(name: str) -> str:
    return COLOURS[name][0]


@pytest.mark.parametrize(
    ("prompt", "subjects"),
    [
        ("a cat", [Subject("cat", 1)]),
        ("three cats on a roof", [Subject("cat", 3), Subject("roof", 1)]),
        ("3 small boats", [Subject("boat", 3)]),
        ("butterflies", [Subject("butterfly", 3)]),
        ("1000 birds", [Subject("bird", MOST_OF_A_KIND)]),
        ("a fox in a fox den", [Subject("fox", 1)]),
        ("Château", [Subject("castle", 1)]),
        ("猫坐在椅子上", [Subject("cat", 1), Subject("chair", 1)]),
        ("两只猫", [Subject("cat", 2)]),
        ("🐱🌊", [Subject("cat", 1), Subject("sea", 1)]),
        ("dos perros y un gato", [Subject("dog", 2), Subject("cat", 1)]),
        ("concatenate the catalogue", []),
    ],
)
def test_it_reads_what_is_named_and_how_many(prompt: str, subjects: list[Subject]) -> None:
    assert list(read_prompt(prompt).subjects) == subjects


def test_a_colour_before_a_noun_is_the_colour_of_that_thing() -> None:
    brief = read_prompt("a red fox and a small blue bird")
    assert brief.subjects == (Subject("fox", 1, hue("red")), Subject("bird", 1, hue("blue")))
    assert brief.colours == ()


def test_a_colour_without_a_noun_colours_the_picture() -> None:
    assert read_prompt("purple thoughts").colours == (hue("purple"),)
    assert read_prompt("a cat, everything in teal").colours == (hue("teal"),)


def test_a_place_in_a_colour_steers_that_part_of_the_palette() -> None:
    assert read_prompt("green hills under a pink sky").places_in_colour == (
        ("land", hue("green")),
        ("sky", hue("pink")),
    )


def test_moods_and_times_are_read() -> None:
    assert read_prompt("a stormy autumn night").moods == {"storm", "autumn", "night"}


@pytest.mark.parametrize("prompt", ["", "quarterly strategy", "pastel", "blue", "an abstract cat"])
def test_without_a_thing_or_a_place_the_picture_is_abstract(prompt: str) -> None:
    assert read_prompt(prompt).is_abstract


@pytest.mark.parametrize("prompt", ["sunset", "winter", "a cat", "pastel hills"])
def test_a_thing_a_place_or_an_hour_makes_a_scene(prompt: str) -> None:
    assert not read_prompt(prompt).is_abstract
