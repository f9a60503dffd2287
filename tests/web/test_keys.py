"""/key: administrators make, list and revoke keys."""

import re
from typing import Any

import pytest
from fastapi import FastAPI

from tests.conftest import Client, client_of
from tests.service.scenery import ON_SQLITE
from tests.web.problems import fields_of, problem_of

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


async def test_a_key_is_shown_once(admin: Client) -> None:
    answer = await admin.post("/key", json={"name": "shop team"})
    assert answer.status_code == 201
    made = answer.json()
    text = made.pop("key")
    assert re.fullmatch(r"pxy_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}", text)
    assert set(made) == {"id", "name", "is_admin", "created_at", "revoked_at"}
    assert (made["name"], made["is_admin"], made["revoked_at"]) == ("shop team", False, None)
    assert TIME.fullmatch(made["created_at"])
    assert text.startswith(f"pxy_{made['id']}_")
    listed = await admin.get("/key")
    assert listed.json() == [made]
    assert text not in listed.text


async def test_a_revoked_key_is_listed_with_the_time(admin: Client) -> None:
    made = (await admin.post("/key", json={"name": "n"})).json()
    answer = await admin.delete(f"/key/{made['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    [listed] = (await admin.get("/key")).json()
    assert TIME.fullmatch(listed["revoked_at"])


async def test_an_administrators_key_makes_keys(app: FastAPI, admin: Client) -> None:
    made = (await admin.post("/key", json={"name": "ops", "is_admin": True})).json()
    assert made["is_admin"] is True
    async with client_of(app, made["key"]) as ops:
        assert (await ops.post("/key", json={"name": "n"})).status_code == 201


@pytest.mark.parametrize("key_id", ["nobody", "%C3%A9", "%F0%9F%90%88", "%00", "x" * 32])
async def test_a_key_that_is_not_there_cannot_be_revoked(admin: Client, key_id: str) -> None:
    problem_of(await admin.delete(f"/key/{key_id}"), 404, "invalid_request")


@ON_SQLITE
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": None}, "name"),
        ({"name": "n", "is_admin": "perhaps"}, "is_admin"),
        ({"name": "n", "owner": "admin"}, "owner"),
    ],
)
async def test_a_wrong_key_is_refused_by_its_field(admin: Client, body: dict[str, Any], field: str) -> None:
    assert fields_of(await admin.post("/key", json=body)) == [field]
    assert (await admin.get("/key")).json() == []
