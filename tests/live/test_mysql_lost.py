"""MySQL dies and comes back under the running service. On a server of its own: others use the shared one."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from pixyproxy.data.init import create_database_and_user
from tools.mysql_server import MySQLServer, running_mysql

from .service import RunningService, eventually, running_service


@pytest.fixture
def own_server() -> Iterator[MySQLServer]:
    with running_mysql() as server:
        if not server.is_ours:
            pytest.skip("the MySQL server that was given to us is not ours to kill")
        yield server


@pytest.fixture
def on_it(own_server: MySQLServer, tmp_path: Path) -> Iterator[RunningService]:
    url = f"mysql://pixyproxy:secret@{own_server.url.rpartition('@')[2]}pixyproxy"
    asyncio.run(create_database_and_user(url, own_server.url))
    with running_service(tmp_path, {"PIXYPROXY_DATABASE_URL": url}) as service:
        yield service


def test_while_mysql_is_lost_it_is_unavailable_and_it_recovers_by_itself(
    own_server: MySQLServer, on_it: RunningService
) -> None:
    with on_it.client() as admin:
        key = admin.post("/key", json={"name": "shop"}).json()["key"]
    with on_it.client(key) as client:
        made = client.post("/image", json={"prompt": "before", "size": "64x64"}).json()
        assert client.get("/health/ready").json() == {"status": "ok", "reasons": {}, "answers_waiting": 0}

        own_server.kill()
        for method, address in (("GET", "/image"), ("GET", made["content_url"]), ("POST", "/image")):
            answer = client.request(method, address, json={"prompt": "x"} if method == "POST" else None)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0
            assert "MySQL" not in answer.text
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()) == (
            503,
            {"status": "not ready", "reasons": {"database": "unavailable"}, "answers_waiting": 0},
        )
        assert client.get("/health/live").status_code == 200

        own_server.start()
        eventually(lambda: client.get("/health/ready").status_code == 200)
        assert [image["guid"] for image in client.get("/image").json()] == [made["guid"]]
        assert client.get(made["content_url"]).status_code == 200
        assert client.post("/image", json={"prompt": "after", "size": "64x64"}).status_code == 201
    assert on_it.process.poll() is None
