"""Every operation of the published API, asked by everybody there is."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI

from pixyproxy.core.models import Image, Visibility
from pixyproxy.core.requests import NewKey, SignInRequest
from pixyproxy.service.keys import _checksum
from pixyproxy.service.making.outcomes import quarantine_key
from pixyproxy.service.services import Services
from tests.built_once import published_api
from tests.conftest import ADMIN_KEY, client_of
from tests.data.builders import an_attempt
from tests.service.scenery import ON_SQLITE, PNG, painting, shelve, throw_away, with_generator

pytestmark = ON_SQLITE

Headers = dict[str, dict[str, str]]
Recognised = Callable[[Services], Awaitable[tuple[str, Headers]]]

BAD_KEYS = ["malformed key", "wrong checksum", "wrong secret", "revoked key"]
BAD_SESSIONS = ["no such session", "session that was ended", "session of a revoked key"]
OURS = {"X-Requested-With": "PixyProxy"}
A_PICTURE = f"data:image/png;base64,{b64encode(PNG).decode()}"
BODIES: dict[str, dict[str, Any]] = {
    "link_image": {},
    "create_image": {"prompt": "a cat"},
    "change_image": {"tags": ["x"]},
    "change_images": {"action": "change", "filter": {"status": "ready"}, "author": "x"},
    "export_chosen_images": {"filter": {}},
    "rename_tag": {"tag": "sea", "to": "ocean"},
    "create_key": {"name": "somebody"},
    "sign_in": {"key": ADMIN_KEY},
    "generate_images": {"prompt": "a cat"},
    "edit_images": {"prompt": "a cat", "images": [{"image_url": A_PICTURE}]},
}
FORMS: dict[str, dict[str, bytes]] = {"vary_image": {"image": PNG}}
QUERIES = {"follow_images": "?guid={guid}"}
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
    "follow_images": (404, 401, 404, 200, 200),
    "get_image_lineage": (404, 401, 404, 200, 200),
    "list_similar_images": (404, 401, 404, 200, 200),
    "get_image_answer": (401, 401, 404, 200, 200),
    "generate_images": (401, 401, 200, 200, 200),
    "edit_images": (401, 401, 200, 200, 200),
    "vary_image": (401, 401, 200, 200, 200),
    "list_abilities": (401, 401, 200, 200, 200),
    "list_models": (401, 401, 200, 200, 200),
    "get_model": (401, 401, 200, 200, 200),
    "list_keys": (401, 401, 403, 403, 200),
    "create_key": (401, 401, 403, 403, 201),
    "revoke_key": (401, 401, 403, 403, 204),
    "get_usage": (401, 401, 403, 403, 200),
    "get_operations": (401, 401, 403, 403, 200),
    "get_session": (200, 200, 200, 200, 200),
    "sign_in": (201, 201, 201, 201, 201),
    "sign_out": (204, 204, 204, 204, 204),
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
    "follow_images": (200, 401, 200, 200, 200),
    "get_image_lineage": (200, 401, 200, 200, 200),
    "list_similar_images": (200, 401, 200, 200, 200),
    "get_image_answer": (401, 401, 403, 200, 200),
}
OF_AN_IMAGE_IN_THE_TRASH = {
    "get_image": (404, 401, 404, 404, 404),
    "get_image_content": (404, 401, 404, 404, 404),
    "get_image_content?deleted=true": (404, 401, 404, 200, 200),
    "get_image_content?deleted=true&width=16": (404, 401, 404, 200, 200),
    "link_image": (401, 401, 404, 404, 404),
    "restore_image": (401, 401, 404, 200, 200),
}


def _expected(row: tuple[int, int, int, int, int], bad: list[str]) -> dict[str, int]:
    nobody, bad_key, other, owner, administrator = row
    named = {"no key": nobody, "other owner": other, "owner": owner, "administrator": administrator}
    return {**named, **dict.fromkeys(bad, bad_key)}


def _operations() -> dict[str, tuple[str, str]]:
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in published_api()["paths"].items()
        for method, operation in methods.items()
    }


async def _by_key(services: Services) -> tuple[str, Headers]:
    """The owner, and what each caller sends along."""
    owner, other, revoked = [
        await services.keys.create(NewKey(name=name)) for name in ("owner", "other", "revoked")
    ]
    await services.keys.revoke(revoked.key.id)
    wrong = "x" * 32
    keys = {
        "malformed key": "pxy_nonsense",
        "wrong checksum": owner.text[:-1] + ("0" if owner.text[-1] != "0" else "1"),
        "wrong secret": f"pxy_{owner.key.id}_{wrong}{_checksum(owner.key.id, wrong)}",
        "revoked key": revoked.text,
        "other owner": other.text,
        "owner": owner.text,
        "administrator": ADMIN_KEY,
    }
    sent = {caller: {"Authorization": f"Bearer {key}"} for caller, key in keys.items()}
    return owner.key.owner, {"no key": {}, **sent}


async def _by_session(services: Services) -> tuple[str, Headers]:
    """The same callers, signed in."""
    owner, other, revoked = [
        await services.keys.create(NewKey(name=name)) for name in ("owner", "other", "revoked")
    ]
    tokens = [await _token(services, text) for text in (owner.text, other.text, ADMIN_KEY)]
    ended, of_revoked = await _token(services, owner.text), await _token(services, revoked.text)
    await services.sessions.end(ended)
    await services.keys.revoke(revoked.key.id)
    callers = ["owner", "other owner", "administrator", *BAD_SESSIONS]
    sent = {
        caller: {"Cookie": f"{services.sessions.cookie}={token}"}
        for caller, token in zip(callers, [*tokens, "x" * 43, ended, of_revoked], strict=True)
    }
    return owner.key.owner, {"no key": {}, **sent}


async def _token(services: Services, key: str) -> str:
    return (await services.sessions.sign_in(SignInRequest(key=key))).token


BY = [pytest.param(_by_key, BAD_KEYS, id="by-key"), pytest.param(_by_session, BAD_SESSIONS, id="by-session")]


async def _answers(
    app: FastAPI, asked: str, visibility: Visibility, recognised: Recognised, *, in_trash: bool = False
) -> dict[str, int]:
    """By caller, each of whom finds an image and a key that nobody has touched."""
    services: Services = app.state.services
    app.state.services = with_generator(services, painting())
    operation, mark, query = asked.partition("?")
    method, path = _operations()[operation]
    statuses = {}
    _, callers = await recognised(services)
    for caller in callers:
        owner, sent_by = await recognised(services)
        image = await shelve(services, owner=owner, visibility=visibility)
        await _put_an_answer_aside(services, image)
        if in_trash or operation == "restore_image":
            await throw_away(services, image)
        async with client_of(app, None) as client:
            url = (path + QUERIES.get(operation, mark + query)).format(
                guid=image.guid, key_id=owner, model="easel-1"
            )
            sent: dict[str, Any] = {"json": BODIES.get(operation), "files": FORMS.get(operation)}
            answer = await client.request(method, url, headers=OURS | sent_by[caller], **sent)
        statuses[caller] = answer.status_code
    return statuses


async def _put_an_answer_aside(services: Services, image: Image) -> None:
    """Of an attempt that brought no picture."""
    attempt = an_attempt(image.id, owner=image.owner)
    await services.library.attempts.add(attempt)
    await services.store.put(quarantine_key(attempt.storage_key), b"I am sorry.")


@pytest.mark.parametrize(("recognised", "bad"), BY)
@pytest.mark.parametrize("operation", OF_A_PRIVATE_IMAGE)
async def test_everybody_may_do_what_the_contract_says(
    app: FastAPI, operation: str, recognised: Recognised, bad: list[str]
) -> None:
    expected = _expected(OF_A_PRIVATE_IMAGE[operation], bad)
    assert await _answers(app, operation, Visibility.PRIVATE, recognised) == expected


@pytest.mark.parametrize(("recognised", "bad"), BY)
@pytest.mark.parametrize("operation", OF_A_PUBLIC_IMAGE)
async def test_what_is_public_is_seen_by_all_and_changed_by_its_owner(
    app: FastAPI, operation: str, recognised: Recognised, bad: list[str]
) -> None:
    expected = _expected(OF_A_PUBLIC_IMAGE[operation], bad)
    assert await _answers(app, operation, Visibility.PUBLIC, recognised) == expected


@pytest.mark.parametrize(("recognised", "bad"), BY)
@pytest.mark.parametrize("visibility", Visibility)
@pytest.mark.parametrize("asked", OF_AN_IMAGE_IN_THE_TRASH)
async def test_what_lies_in_the_trash_is_shown_to_who_may_restore_it(
    app: FastAPI, asked: str, visibility: Visibility, recognised: Recognised, bad: list[str]
) -> None:
    expected = _expected(OF_AN_IMAGE_IN_THE_TRASH[asked], bad)
    assert await _answers(app, asked, visibility, recognised, in_trash=True) == expected


async def test_no_operation_is_left_out(app: FastAPI) -> None:
    assert app.openapi() == published_api()
    assert set(_operations()) == set(OF_A_PRIVATE_IMAGE)
