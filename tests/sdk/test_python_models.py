"""The models, in OpenAI's SDK for Python."""

import openai
import pytest
from openai import OpenAI


def test_the_models_are_listed(client: OpenAI) -> None:
    owners = {model.id: model.owned_by for model in client.models.list()}
    assert (owners["gpt-image-2"], owners["sketch"]) == ("openai", "sketch")


def test_one_model_is_told(client: OpenAI) -> None:
    model = client.models.retrieve("gpt-image-2.6-flare")
    assert (model.id, model.object, model.owned_by) == ("gpt-image-2.6-flare", "model", "openai")


def test_a_model_nobody_has_is_not_found(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("dream-9")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
