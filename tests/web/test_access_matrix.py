"""Every operation of the published API, asked by everybody there is."""

from base64 import b64encode
from typing import Any

import pytest
from fastapi import FastAPI

from pixyproxy.core.models import Image, Visibility
from pixyproxy.core.requests import NewKey
from pixyproxy.service.keys import _checksum
from pixyproxy.service.making.outcomes import quarantine_key
from pixyproxy.service.services import Services
from tests.built_once import published_api
from tests.conftest import ADMIN_KEY, client_of
from tests.data.builders import an_attempt
from tests.service.scenery import ON_SQLITE, PNG, painting, shelve, throw_away, with_generator

pytestmark = ON_SQLITE

BAD_KEYS = ["malformed key", "wrong checksum", "wrong secret", "revoked key"]
CALLERS = ["no key", *BAD_KEYS, "other owner", "owner", "administrator"]
A_PICTURE = f"data:image/png;base64,{b64encode(PNG).decode()}"
BODIES: dict[str, dict[str, Any]] = {
    "link_image": {},
    "create_image": {"prompt": "a cat"},
    "change_image": {"tags": ["x"]},
    "change_images": {"action": "change", "filter": {"status": "ready"}, "author": "x"},
    "export_chosen_images": {"filter": {}},
    "rename_tag": {"tag": "sea", "to": "ocean"},
    "create_key": {"name": "somebody"},
    "generate_images": {"prompt": "a cat"},
    "edit_images": {"prompt": "a cat", "images": [{"image_url": A_PICTURE}]},
}
FORMS: dict[str, dict[str, bytes]] = {"vary_image": {"image": PNG}}
# For: no key, a key that is not in force, another's key, the owner's, an administrator's.
OF_A_PRIVATE_IMAGE = {
    "create_image": (401, 401, 201, 201, 201),
    "list_images": (200, 401, 200, 200, 200),
    "count_images": (200, 401, 200, 200, 200),
    "list_tags": (200, 401, 200, 200, 200),
    "rename_tag": (401, 401, 200, 200, 200),
    "change_images": (401, 401, 200, 200, 200),
    "export_images": (401, 401, 200, 200, 200),
    "export_chosen_images": (401, 401, 200, 200, 200),
    "get_image": (404, 401, 404, 200, 200),
    "change_image": (401, 401, 404, 200, 200),
    "delete_image": (401, 401, 404, 204, 204),
    "restore_image": (401, 401, 404, 200, 200),
    "get_image_content": (404, 401, 404, 200, 200),
    "link_image": (401, 401, 404, 201, 201),
    "cancel_image": (401, 401, 404, 202, 202),
    "follow_image": (404, 401, 404, 200, 200),
    "get_image_lineage": (404, 401, 404, 200, 200),
    "list_similar_images": (404, 401, 404, 200, 200),
    "get_image_answer": (401, 401, 404, 200, 200),
    "generate_images": (401, 401, 200, 200, 200),
    "edit_images": (401, 401, 200, 200, 200),
    "vary_image": (401, 401, 200, 200, 200),
    "list_models": (401, 401, 200, 200, 200),
    "get_model": (401, 401, 200, 200, 200),
    "list_keys": (401, 401, 403, 403, 200),
    "create_key": (401, 401, 403, 403, 201),
    "revoke_key": (401, 401, 403, 403, 204),
    "health_live": (200, 200, 200, 200, 200),
    "health_ready": (200, 200, 200, 200, 200),
}
OF_A_PUBLIC_IMAGE = {
    "get_image": (200, 401, 200, 200, 200),
    "get_image_content": (200, 401, 200, 200, 200),
    "change_image": (401, 401, 403, 200, 200),
    "delete_image": (401, 401, 403, 204, 204),
    "restore_image": (401, 401, 404, 200, 200),
    "link_image": (401, 401, 403, 201, 201),
    "cancel_image": (401, 401, 403, 202, 202),
    "follow_image": (200, 401, 200, 200, 200),
    "get_image_lineage": (200, 401, 200, 200, 200),
    "list_similar_images": (200, 401, 200, 200, 200),
    "get_image_answer": (401, 401, 403, 200, 200),
}


def _expected(row: tuple[int, int, int, int, int]) -> dict[str, int]:
    nobody, bad_key, other, owner, administrator = row
    named = {"no key": nobody, "other owner": other, "owner": owner, "administrator": administrator}
    return {**named, **dict.fromkeys(BAD_KEYS, bad_key)}


def _operations() -> dict[str, tuple[str, str]]:
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in published_api()["paths"].items()
        for method, operation in methods.items()
    }


async def _keys(services: Services) -> dict[str, str | None]:
    owner, other, revoked = [
        await services.keys.create(NewKey(name=name)) for name in ("owner", "other", "revoked")
    ]
    await services.keys.revoke(revoked.key.id)
    wrong = "x" * 32
    return {
        "no key": None,
        "malformed key": "pxy_nonsense",
        "wrong checksum": owner.text[:-1] + ("0" if owner.text[-1] != "0" else "1"),
        "wrong secret": f"pxy_{owner.key.id}_{wrong}{_checksum(owner.key.id, wrong)}",
        "revoked key": revoked.text,
        "other owner": other.text,
        "owner": owner.text,
        "administrator": ADMIN_KEY,
    }


async def _answers(app: FastAPI, operation: str, visibility: Visibility) -> dict[str, int]:
    """By caller, each of whom finds an image and a key that nobody has touched."""
    services: Services = app.state.services
    app.state.services = with_generator(services, painting())
    method, path = _operations()[operation]
    statuses = {}
    for caller in CALLERS:
        keys = await _keys(services)
        owner = await services.keys.recognise(str(keys["owner"]))
        image = await shelve(services, owner=owner.owner, visibility=visibility)
        await _put_an_answer_aside(services, image)
        if operation == "restore_image":
            await throw_away(services, image)
        async with client_of(app, keys[caller]) as client:
            url = path.format(guid=image.guid, key_id=owner.owner, model="easel-1")
            sent: dict[str, Any] = {"json": BODIES.get(operation), "files": FORMS.get(operation)}
            answer = await client.request(method, url, **sent)
        statuses[caller] = answer.status_code
    return statuses


async def _put_an_answer_aside(services: Services, image: Image) -> None:
    """Of an attempt that brought no picture."""
    attempt = an_attempt(image.id, owner=image.owner)
    await services.library.attempts.add(attempt)
    await services.store.put(quarantine_key(attempt.storage_key), b"I am sorry.")


@pytest.mark.parametrize("operation", OF_A_PRIVATE_IMAGE)
async def test_everybody_may_do_what_the_contract_says(app: FastAPI, operation: str) -> None:
    expected = _expected(OF_A_PRIVATE_IMAGE[operation])
    assert await _answers(app, operation, Visibility.PRIVATE) == expected


@pytest.mark.parametrize("operation", OF_A_PUBLIC_IMAGE)
async def test_what_is_public_is_seen_by_all_and_changed_by_its_owner(app: FastAPI, operation: str) -> None:
    assert await _answers(app, operation, Visibility.PUBLIC) == _expected(OF_A_PUBLIC_IMAGE[operation])


async def test_no_operation_is_left_out(app: FastAPI) -> None:
    assert app.openapi() == published_api()
    assert set(_operations()) == set(OF_A_PRIVATE_IMAGE)
