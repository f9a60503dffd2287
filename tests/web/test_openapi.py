"""The published API: what tools and people build against."""

import json
from typing import Any

import pytest

from pixyproxy import __version__
from pixyproxy.web.schemas import ImageDetail, KeyDetail, Problem
from tests.built_once import published_api
from tests.conftest import Client
from tests.service.scenery import ON_SQLITE
from tests.web.error_tree import STATUS_OF_CODE

OF_IMAGES = {400, 401, 404, 408, 409, 413, 424, 429, 500, 502, 503, 504, 507}
OPERATIONS = {
    "create_image": ("POST", "/image", {401, 404, 408, 409, 413, 422, 424, 429, 500, 502, 503, 504, 507}),
    "list_images": ("GET", "/image", {401, 422, 500, 503}),
    "change_images": ("POST", "/image/bulk", {401, 408, 413, 422, 500, 503}),
    "count_images": ("GET", "/image/count", {401, 422, 500, 503}),
    "list_tags": ("GET", "/tags", {401, 422, 500, 503}),
    "rename_tag": ("POST", "/tags/rename", {401, 408, 413, 422, 500, 503}),
    "export_images": ("GET", "/image/export", {401, 422, 500, 503}),
    "export_chosen_images": ("POST", "/image/export", {401, 408, 413, 422, 500, 503}),
    "get_image": ("GET", "/image/{guid}", {401, 404, 422, 500, 503}),
    "change_image": ("PATCH", "/image/{guid}", {401, 403, 404, 408, 413, 422, 500, 503}),
    "delete_image": ("DELETE", "/image/{guid}", {401, 403, 404, 422, 500, 503}),
    "restore_image": ("POST", "/image/{guid}/restore", {401, 403, 404, 422, 500, 503}),
    "get_image_content": ("GET", "/image/{guid}/content", {401, 403, 404, 409, 412, 416, 422, 500, 503}),
    "link_image": ("POST", "/image/{guid}/link", {401, 403, 404, 408, 413, 422, 500, 503}),
    "cancel_image": ("POST", "/image/{guid}/cancel", {401, 403, 404, 422, 500, 503}),
    "follow_image": ("GET", "/image/{guid}/events", {401, 404, 422, 500, 503}),
    "follow_images": ("GET", "/image/events", {401, 404, 422, 500, 503}),
    "get_image_answer": ("GET", "/image/{guid}/answer", {401, 403, 404, 422, 500, 503}),
    "get_image_lineage": ("GET", "/image/{guid}/lineage", {401, 404, 422, 500, 503}),
    "list_similar_images": ("GET", "/image/{guid}/similar", {401, 404, 409, 422, 500, 503}),
    "generate_images": ("POST", "/v1/images/generations", OF_IMAGES),
    "edit_images": ("POST", "/v1/images/edits", OF_IMAGES),
    "vary_image": ("POST", "/v1/images/variations", OF_IMAGES),
    "list_abilities": ("GET", "/models", {401, 422, 500, 503}),
    "list_models": ("GET", "/v1/models", {401, 500, 503}),
    "get_model": ("GET", "/v1/models/{model}", {401, 404, 500, 503}),
    "list_keys": ("GET", "/key", {401, 403, 422, 500, 503}),
    "create_key": ("POST", "/key", {401, 403, 408, 413, 422, 500, 503}),
    "revoke_key": ("DELETE", "/key/{key_id}", {401, 403, 404, 422, 500, 503}),
    "get_usage": ("GET", "/usage", {401, 403, 422, 500, 503}),
    "get_operations": ("GET", "/operations", {401, 403, 422, 500, 503}),
    "get_session": ("GET", "/session", {422, 500, 503}),
    "sign_in": ("POST", "/session", {401, 403, 408, 413, 422, 500, 503}),
    "sign_out": ("DELETE", "/session", {401, 403, 422, 500, 503}),
    "health_live": ("GET", "/health/live", set()),
    "health_ready": ("GET", "/health/ready", {503}),
}
_OPEN = {
    *("list_images", "count_images", "get_image", "get_image_content", "get_image_lineage"),
    *("list_similar_images", "follow_image", "follow_images", "list_tags"),
}
"""To be asked without a key, too."""
_HEALTH = {"health_live", "health_ready"}
_SESSION = {"get_session", "sign_in", "sign_out"}
"""Of the cookie alone, whatever key is sent."""
_OPENAI = {name for name, (_, path, _) in OPERATIONS.items() if path.startswith("/v1/")}
_WITH_FORMS = {
    "edit_images": {"multipart/form-data", "application/json"},
    "vary_image": {"multipart/form-data"},
}


def _operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in published_api()["paths"].items()
        for method, operation in methods.items()
    }


def test_the_operations_have_their_stable_names() -> None:
    found = {name: (method, path) for name, (method, path, _) in _operations().items()}
    assert found == {name: (method, path) for name, (method, path, _) in OPERATIONS.items()}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_documents_its_errors_as_problems(name: str) -> None:
    _, _, operation = _operations()[name]
    errors = {int(status): answer for status, answer in operation["responses"].items() if status >= "400"}
    assert set(errors) == OPERATIONS[name][2]
    for status, answer in errors.items():
        if name in _HEALTH:
            continue
        if name in _OPENAI:
            schema = {"$ref": "#/components/schemas/OpenAIError"}
            assert answer["content"] == {"application/json": {"schema": schema}}
            continue
        assert set(answer["content"]) == {"application/problem+json"}
        content = answer["content"]["application/problem+json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        example = Problem.model_validate(content["example"], strict=True)
        assert example.status == status
        assert status in (408, 412, 416, STATUS_OF_CODE[example.code])
        assert answer["description"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_says_what_it_is_for_and_who_may_ask(name: str) -> None:
    _, path, operation = _operations()[name]
    assert operation["summary"]
    assert len(operation["tags"]) == 1
    keys: list[dict[str, list[str]]] = [{"bearer": []}, {"api-key": []}]
    asks_for_none = name in _HEALTH | _SESSION
    assert operation.get("security") == (None if asks_for_none else [{}, *keys] if name in _OPEN else keys)
    declared = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
    assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_what_is_sent_and_what_comes_back_has_examples() -> None:
    schemas = published_api()["components"]["schemas"]
    for name in ("ImagePrompt", "ImageDetail", "Problem", "NewKey"):
        examples = [each for each in schemas[name]["properties"].values() if "examples" in each]
        assert examples, name
    for name, model in (("ImageDetail", ImageDetail), ("KeyDetail", KeyDetail)):
        assert set(schemas[name]["properties"]) == set(model.model_fields)
        assert set(schemas[name]["required"]) == set(model.model_fields), "no member is ever left out"


def test_the_bodies_that_are_read_by_hand_are_described() -> None:
    bodies = {name: _operations()[name][2]["requestBody"]["content"] for name in _WITH_FORMS}
    for name, forms in _WITH_FORMS.items():
        assert set(bodies[name]) == forms
        form = bodies[name]["multipart/form-data"]["schema"]
        assert {"image", "model", "n", "response_format", "size", "tags"} <= set(form["properties"])
        assert "image" in form["required"]
    assert "$defs" not in json.dumps(bodies)
    assert bodies["edit_images"]["application/json"]["schema"]["required"] == ["prompt", "images"]


def test_both_ways_to_send_a_key_are_described() -> None:
    schemes = published_api()["components"]["securitySchemes"]
    assert schemes["bearer"]["scheme"] == "bearer"
    assert (schemes["api-key"]["in"], schemes["api-key"]["name"]) == ("header", "X-API-Key")


def test_nothing_of_the_frameworks_own_errors_is_left() -> None:
    schemas = published_api()["components"]["schemas"]
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)


@ON_SQLITE
async def test_the_api_is_served_with_its_version_and_always_the_same(visitor: Client) -> None:
    first, second = [(await visitor.get("/openapi.json")).json() for _ in range(2)]
    assert first == second == json.loads(json.dumps(published_api()))
    assert first["openapi"].startswith("3.1")
    assert first["info"]["title"] == "PixyProxy"
    assert first["info"]["version"] == __version__
