"""/v1/models: the models and the operator's other names for them."""

import pytest
from fastapi import FastAPI

from tests.conftest import Client
from tests.service.making.workshop import Other, at_work_in
from tests.service.scenery import ON_SQLITE, painting
from tests.web.openai_face import error_of

pytestmark = ON_SQLITE
ALIASES = {"dall-e-3": ["gone-1", "other-2"], "team/best": ["easel-1"], "idle": ["gone-1"], "*": ["easel-1"]}
OWNERS = {
    "easel-1": "easel",
    "easel-2": "easel",
    "other-1": "other",
    "other-2": "other",
    "dall-e-3": "other",
    "team/best": "easel",
}


async def test_models_and_aliases_are_listed_with_their_generator(app: FastAPI, alice: Client) -> None:
    other = Other(painting().generate)
    async with at_work_in(app, painting(), other, aliases=ALIASES):
        listed = (await alice.get("/v1/models")).json()
        assert listed["object"] == "list"
        assert {each["id"]: each["owned_by"] for each in listed["data"]} == OWNERS
        assert all(set(each) == {"id", "object", "created", "owned_by"} for each in listed["data"])
        assert all(each["object"] == "model" for each in listed["data"])
        for each in listed["data"]:
            assert (await alice.get(f"/v1/models/{each['id']}")).json() == each
        for nobody in ("nobody", "*", "idle"):
            error = error_of(await alice.get(f"/v1/models/{nobody}"), 404)
            assert (error["code"], error["type"]) == ("model_not_found", "invalid_request_error")


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/sketch"])
async def test_they_are_for_holders_of_a_key(visitor: Client, path: str) -> None:
    answer = await visitor.get(path)
    assert error_of(answer, 401)["code"] == "invalid_api_key"
    assert answer.headers["www-authenticate"] == "Bearer"
