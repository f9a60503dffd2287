"""Which generator makes a picture."""

import pytest

from pixyproxy.core.exceptions import CannotStart, InvalidRequest, ModelNotFound
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


def _chosen(
    model: str | None, aliases: dict[str, str] | None = None, default: str | None = None
) -> tuple[str, str]:
    catalogue = Catalogue([EASEL, CAMERA], aliases or {}, default)
    choice = catalogue.choose(ImagePrompt(prompt="a cat", model=model))
    return choice.generator.name, choice.request.model


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
    assert _chosen("gpt-image-1", {"gpt-image-1": "camera-1"}) == ("camera", "camera-1")


def test_an_alias_goes_before_a_model_of_the_same_name() -> None:
    assert _chosen("easel-2", {"easel-2": "camera-1"}) == ("camera", "camera-1")


def test_the_default_model_may_be_an_alias() -> None:
    assert _chosen(None, {"ours": "camera-1"}, "ours") == ("camera", "camera-1")


@pytest.mark.parametrize("aliases", [{}, {"dall-e-2": "easel-2"}])
def test_an_unknown_model_is_not_found(aliases: dict[str, str]) -> None:
    with pytest.raises(ModelNotFound):
        _chosen("dall-e-3", aliases)


def test_a_star_catches_every_unknown_model_and_no_known_one() -> None:
    assert _chosen("dall-e-3", {"*": "easel-2"}) == ("easel", "easel-2")
    assert _chosen("camera-1", {"*": "easel-2"}) == ("camera", "camera-1")


def test_an_alias_to_a_model_that_is_not_configured_falls_to_the_star() -> None:
    aliases = {"gpt-image-1": "gpt-image-2", "*": "easel-2"}
    assert _chosen("gpt-image-1", aliases) == ("easel", "easel-2")


@pytest.mark.parametrize(
    ("aliases", "default", "setting"),
    [({}, "nobody", "PIXYPROXY_DEFAULT_MODEL"), ({"*": "nobody"}, None, "PIXYPROXY_MODEL_ALIASES")],
)
def test_a_setting_that_names_no_model_stops_the_start_by_its_name(
    aliases: dict[str, str], default: str | None, setting: str
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
    request = Catalogue([EASEL], {}, None).choose(asked).request
    assert request == PictureRequest("a cat", "easel-1", Size(640, 480), "high", "opaque", "webp", 7)
    assert Catalogue([EASEL], {}, None).choose(ImagePrompt(prompt="a cat")).request.size is None


def test_a_generator_says_no_before_anything_else_happens() -> None:
    picky = Picky(painting().generate)
    with pytest.raises(InvalidRequest, match="easel-1"):
        Catalogue([picky], {}, None).choose(ImagePrompt(prompt="a cat"))
    assert picky.asked == []
