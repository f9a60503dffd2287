"""What OpenAI's SDK for Python is given arrives at the provider as it was given."""

from typing import Any

import pytest
from openai import OpenAI

from tests.live.service import RunningService
from tests.upstream import RunningUpstream, Scenario

from .library import content_of, guid_of, kept
from .pictures import CAT
from .tables import names, of_resource

ALWAYS: dict[str, Any] = {"prompt": "a fox", "model": "gpt-image-2"}
GENERATED, EDITED = of_resource("generate"), of_resource("edit")


def given_in(row: dict[str, Any]) -> dict[str, Any]:
    return {**ALWAYS, **{name: value for name, value in row.items() if name not in {"name", "only"}}}


def as_in_a_form(value: Any, name: str = "") -> dict[str, str]:
    """`svg[reasoning][effort]`; truth as JSON has it."""
    if not isinstance(value, dict):
        return {name: str(value).lower() if isinstance(value, bool) else str(value)}
    members = ((f"{name}[{inner}]" if name else inner, each) for inner, each in value.items())
    return {path: text for inner, each in members for path, text in as_in_a_form(each, inner).items()}


def consumed(answer: Any) -> None:
    """A stream to its end; a picture is there already."""
    if not hasattr(answer, "data"):
        assert list(answer)[-1].type.endswith(".completed")


@pytest.mark.parametrize("row", GENERATED, ids=names(GENERATED))
def test_a_parameter_of_a_new_picture_arrives_unchanged(
    client: OpenAI, upstream: RunningUpstream, row: dict[str, Any]
) -> None:
    given = given_in(row)
    consumed(client.images.generate(**given))
    [call] = upstream.ledger()
    assert (call.path, call.parameters) == ("/v1/images/generations", given)


@pytest.mark.parametrize("row", EDITED, ids=names(EDITED))
def test_a_parameter_of_an_edit_arrives_unchanged(
    client: OpenAI, upstream: RunningUpstream, row: dict[str, Any]
) -> None:
    given = given_in(row)
    consumed(client.images.edit(image=CAT, **given))
    [call] = upstream.ledger()
    assert (call.path, call.parameters) == ("/v1/images/edits", as_in_a_form(given))


def test_three_at_once_are_three_calls_each_with_a_picture_of_its_own(
    client: OpenAI, gateway: RunningService, upstream: RunningUpstream
) -> None:
    upstream.answer_with(Scenario("ok", unique=True))
    made = client.images.generate(**ALWAYS, n=3)
    images = [kept(gateway, guid_of(item), content_of(item)) for item in made.data or []]
    calls = upstream.ledger()
    assert [call.parameters for call in calls] == [ALWAYS] * 3
    assert sorted(image["sha256"] for image in images) == sorted(call.pictures[0] for call in calls)
    assert len({image["sha256"] for image in images}) == 3
    assert made.usage is not None
    assert made.usage.output_tokens == 3 * 1056


@pytest.mark.parametrize(
    ("old", "sent"),
    [
        ({"response_format": "b64_json"}, {}),
        ({"style": "vivid"}, {}),
        ({"quality": "hd"}, {"quality": "high"}),
        ({"quality": "standard"}, {"quality": "auto"}),
        ({"size": "512x512"}, {"size": "1024x1024"}),
        ({"size": "auto"}, {}),
    ],
    ids=["response_format", "style", "hd", "standard", "512x512", "auto"],
)
def test_what_the_models_of_today_do_not_know_is_not_sent(
    client: OpenAI, upstream: RunningUpstream, old: dict[str, Any], sent: dict[str, Any]
) -> None:
    client.images.generate(**ALWAYS, **old)
    [call] = upstream.ledger()
    assert call.parameters == {**ALWAYS, **sent}


def test_no_model_is_the_default_model(client: OpenAI, upstream: RunningUpstream) -> None:
    client.images.generate(prompt="a fox")
    [call] = upstream.ledger()
    assert call.model == "gpt-image-2"
