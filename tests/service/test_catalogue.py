"""Which generator makes a picture."""

from collections.abc import Mapping, Sequence

import pytest

from pixyproxy.core.exceptions import CannotStart, InvalidRequest, ModelNotFound, Unavailable
from pixyproxy.core.models import Size
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.service.generators.catalogue import Catalogue
from pixyproxy.service.generators.generator import PictureRequest
from tests.service.scenery import Easel, painting


class Camera(Easel):
    name = "camera"
    models = ("camera-1", "easel-1")


class Picky(Easel):
    def check(self, request: PictureRequest) -> None:
        raise InvalidRequest(f"It does not like {request.model}.")


EASEL, CAMERA = painting(), Camera(painting().generate)


def _planned(
    model: str | None, aliases: Mapping[str, Sequence[str]] | None = None, default: str | None = None
) -> list[tuple[str, str]]:
    catalogue = Catalogue([EASEL, CAMERA], aliases or {}, default)
    plan = catalogue.plan(ImagePrompt(prompt="a cat", model=model))
    return [(choice.generator.name, choice.request.model) for choice in plan]


def _chosen(
    model: str | None, aliases: Mapping[str, Sequence[str]] | None = None, default: str | None = None
) -> tuple[str, str]:
    [choice] = _planned(model, aliases, default)
    return choice


def test_without_a_model_the_first_of_the_first_generator_is_used() -> None:
    assert _chosen(None) == ("easel", "easel-1")


def test_the_operator_may_name_another_default() -> None:
    assert _chosen(None, default="camera-1") == ("camera", "camera-1")


@pytest.mark.parametrize(("model", "generator"), [("easel-2", "easel"), ("camera-1", "camera")])
def test_a_model_belongs_to_its_generator(model: str, generator: str) -> None:
    assert _chosen(model) == (generator, model)


def test_a_model_that_two_generators_have_is_made_by_the_first() -> None:
    assert _chosen("easel-1") == ("easel", "easel-1")


def test_an_alias_is_another_name_of_a_model() -> None:
    assert _chosen("gpt-image-1", {"gpt-image-1": ("camera-1",)}) == ("camera", "camera-1")


def test_an_alias_goes_before_a_model_of_the_same_name() -> None:
    assert _chosen("easel-2", {"easel-2": ("camera-1",)}) == ("camera", "camera-1")


def test_the_default_model_may_be_an_alias() -> None:
    assert _chosen(None, {"ours": ("camera-1",)}, "ours") == ("camera", "camera-1")


@pytest.mark.parametrize("aliases", [{}, {"dall-e-2": ("easel-2",)}])
def test_an_unknown_model_is_not_found(aliases: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ModelNotFound):
        _chosen("dall-e-3", aliases)


def test_a_star_catches_every_unknown_model_and_no_known_one() -> None:
    assert _chosen("dall-e-3", {"*": ("easel-2",)}) == ("easel", "easel-2")
    assert _chosen("camera-1", {"*": ("easel-2",)}) == ("camera", "camera-1")


def test_an_alias_to_a_model_that_is_not_configured_falls_to_the_star() -> None:
    aliases = {"gpt-image-1": ("gpt-image-2",), "*": ("easel-2",)}
    assert _chosen("gpt-image-1", aliases) == ("easel", "easel-2")


def test_an_alias_of_several_models_is_all_of_them_in_their_order() -> None:
    aliases = {"ours": ("camera-1", "easel-2", "easel-1")}
    assert _planned("ours", aliases) == [("camera", "camera-1"), ("easel", "easel-2"), ("easel", "easel-1")]
    assert _planned(None, aliases, "ours") == _planned("ours", aliases)
    assert _planned("dall-e-3", {"*": ("easel-2", "camera-1")}) == [
        ("easel", "easel-2"),
        ("camera", "camera-1"),
    ]


def test_of_several_models_those_that_are_not_configured_are_passed_over() -> None:
    aliases = {"ours": ("gpt-image-2", "easel-2"), "*": ("camera-1",)}
    assert _planned("ours", aliases) == [("easel", "easel-2")]


def test_an_alias_is_idle_while_one_of_its_models_is_not_configured() -> None:
    aliases = {"a": ("easel-1", "nobody"), "b": ("nobody",), "c": ("easel-1", "camera-1")}
    assert Catalogue([EASEL, CAMERA], aliases, None).idle_aliases == ("a", "b")


def test_of_several_generators_those_that_cannot_do_it_are_passed_over() -> None:
    picky = Picky(painting().generate)
    catalogue = Catalogue([picky, CAMERA], {"ours": ("easel-2", "camera-1")}, None)
    [choice] = catalogue.plan(ImagePrompt(prompt="a cat", model="ours"))
    assert choice.generator is CAMERA


def test_when_not_one_of_several_can_do_it_the_first_says_why() -> None:
    catalogue = Catalogue([Picky(painting().generate)], {"ours": ("easel-2", "easel-1")}, None)
    with pytest.raises(InvalidRequest, match="easel-2"):
        catalogue.plan(ImagePrompt(prompt="a cat", model="ours"))


def test_a_generator_is_found_by_the_name_it_answered_under_or_later_perhaps() -> None:
    catalogue = Catalogue([EASEL, CAMERA], {}, None)
    assert catalogue.generator_named("camera") is CAMERA
    with pytest.raises(Unavailable) as missing:
        catalogue.generator_named("openai")
    assert missing.value.retry_after_s


@pytest.mark.parametrize(
    ("aliases", "default", "setting"),
    [({}, "nobody", "PIXYPROXY_DEFAULT_MODEL"), ({"*": ("nobody",)}, None, "PIXYPROXY_MODEL_ALIASES")],
)
def test_a_setting_that_names_no_model_stops_the_start_by_its_name(
    aliases: dict[str, tuple[str, ...]], default: str | None, setting: str
) -> None:
    with pytest.raises(CannotStart, match=rf"{setting}.*'nobody'.*easel-1, easel-2, camera-1"):
        Catalogue([EASEL, CAMERA], aliases, default)


def test_what_was_asked_reaches_the_generator() -> None:
    asked = ImagePrompt(
        prompt="a cat",
        size="640x480",
        quality="high",
        background="opaque",
        output_format="webp",
        seed=7,
    )
    [choice] = Catalogue([EASEL], {}, None).plan(asked)
    request = choice.request
    assert request == PictureRequest("a cat", "easel-1", Size(640, 480), "high", "opaque", "webp", 7)
    [unsized] = Catalogue([EASEL], {}, None).plan(ImagePrompt(prompt="a cat"))
    assert unsized.request.size is None


def test_a_generator_says_no_before_anything_else_happens() -> None:
    picky = Picky(painting().generate)
    with pytest.raises(InvalidRequest, match="easel-1"):
        Catalogue([picky], {}, None).plan(ImagePrompt(prompt="a cat"))
    assert picky.asked == []


def _offers(
    aliases: Mapping[str, Sequence[str]], default: str | None = None
) -> list[tuple[str, str | None, bool]]:
    catalogue = Catalogue([EASEL, CAMERA], aliases, default)
    return [(offer.name, offer.stands_for, offer.is_default) for offer in catalogue.offers]


@pytest.mark.parametrize("default", ["camera-1", "ours"])
def test_the_default_is_offered_first_and_once(default: str) -> None:
    names = [name for name, _, _ in _offers({"ours": ("easel-2",)}, default)]
    assert names[0] == default
    assert sorted(names) == ["camera-1", "easel-1", "easel-2", "ours"]


def test_a_default_that_only_the_star_catches_is_offered_too() -> None:
    assert _offers({"*": ("camera-1",)}, "dall-e-3")[0] == ("dall-e-3", "camera-1", True)


def test_a_model_whose_name_is_an_alias_is_offered_as_what_it_stands_for() -> None:
    assert ("easel-2", "camera-1", False) in _offers({"easel-2": ("camera-1",)})


def test_what_nothing_stands_for_is_not_offered() -> None:
    names = [name for name, _, _ in _offers({"easel-2": ("gone",), "old": ("gone",)})]
    assert names == ["easel-1", "camera-1"]
