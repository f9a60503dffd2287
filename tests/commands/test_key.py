import asyncio

from fastapi import FastAPI

from tests.conftest import client_of

from .conftest import Run, refused


async def status_with(app: FastAPI, key: str, address: str = "/image") -> int:
    async with client_of(app, key) as client:
        return (await client.get(address)).status_code


async def test_a_key_made_here_opens_the_api_at_once_and_revoked_it_does_not(run: Run, app: FastAPI) -> None:
    made = await asyncio.to_thread(run, "key", "create", "shop team")
    key = made.stdout.removesuffix("\n")
    key_id = key.split("_")[1]
    assert "\n" not in key
    assert made.stderr == f"Key {key_id} for shop team, shown this once:\n"
    assert await status_with(app, key) == 200
    assert await status_with(app, key, "/key") == 403

    revoked = await asyncio.to_thread(run, "key", "revoke", key_id)
    assert (revoked.stdout, revoked.stderr) == ("", f"Key {key_id} is revoked.\n")
    assert await status_with(app, key) == 401


async def test_an_administrators_key_opens_everything(run: Run, app: FastAPI) -> None:
    made = await asyncio.to_thread(run, "key", "create", "ops", "--admin")
    assert await status_with(app, made.stdout.strip(), "/key") == 200


def test_list_says_who_has_a_key_and_whether_it_is_in_force_but_no_key(run: Run) -> None:
    keys = [run("key", "create", *words).stdout.strip() for words in (("Ada",), ("Bo", "--admin"))]
    ada, bo = (key.split("_")[1] for key in keys)
    run("key", "revoke", ada)
    listed = run("key", "list").stdout
    lines = {line.split()[0]: line for line in listed.splitlines()}
    assert lines.keys() == {ada, bo}
    assert "revoked" in lines[ada]
    assert lines[ada].split()[-2:] == ["key", "Ada"]
    assert "in force" in lines[bo]
    assert lines[bo].split()[-2:] == ["administrator", "Bo"]
    assert not any(key in listed or key.split("_")[2] in listed for key in keys)


def test_a_key_that_is_not_in_force_cannot_be_revoked(with_library: dict[str, str]) -> None:
    assert refused(with_library, "key", "revoke", "abcdefghijkl") == "There is no such key in force."


def test_a_key_needs_a_name(on_sqlite: dict[str, str]) -> None:
    assert refused(on_sqlite, "key", "create", " ") == "The request is not valid: name: must not be blank."
