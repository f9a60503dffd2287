"""Over a socket of our own: no client library shows what is answered before a body is sent."""

import json
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from .service import ADMIN_KEY, RunningService, running_service

HEAD = f"POST /image HTTP/1.1\r\nHost: x\r\nX-API-Key: {ADMIN_KEY}\r\nContent-Type: application/json\r\n"


def answer_on(connection: socket.socket) -> tuple[int, dict[str, object]]:
    """Status and body, as soon as they are there."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(headers[b"content-length"]):
        body += _more(connection)
    return int(head.split()[1]), json.loads(body)


def _more(connection: socket.socket) -> bytes:
    more = connection.recv(65536)
    assert more, "the connection was closed without an answer"
    return more


def test_a_body_announced_as_100_mb_is_refused_before_it_is_sent(service: RunningService) -> None:
    with service.connect() as connection:
        connection.sendall(f"{HEAD}Content-Length: {100 * 1024 * 1024}\r\n\r\n".encode())
        status, problem = answer_on(connection)
    assert (status, problem["code"]) == (413, "payload_too_large")
    assert problem["detail"] == "The body of a request may have 33554432 bytes."


def test_a_body_in_chunks_is_refused_as_soon_as_it_is_too_long(service: RunningService) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with service.connect() as connection:
        connection.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".replace("/image", "/key").encode())
        for _ in range(17):  # 1 MiB and 64 KiB; the end of the body is never sent
            connection.sendall(chunk)
        status, problem = answer_on(connection)
    assert (status, problem["code"]) == (413, "payload_too_large")


def test_a_body_of_1_mib_is_read(admin: httpx2.Client) -> None:
    body = json.dumps({"prompt": "a fox", "size": "64x64"}).encode()
    padded = body + b" " * (1024 * 1024 - len(body))
    answer = admin.post("/image", content=padded, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201


def test_a_longer_one_is_read_for_a_key_that_is_in_force(service: RunningService) -> None:
    body = json.dumps({"prompt": "a fox", "size": "64x64"}).encode() + b" " * (1024 * 1024)
    for key, status in ((ADMIN_KEY, 201), ("pxy_nobody", 401)):
        with service.client(key) as client:
            answer = client.post("/image", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status


def test_after_a_refused_body_the_server_answers_on(service: RunningService, admin: httpx2.Client) -> None:
    for _ in range(20):
        with service.connect() as connection:
            connection.sendall(f"{HEAD}Content-Length: {100 * 1024 * 1024}\r\n\r\n".encode())
            assert answer_on(connection)[0] == 413
    assert admin.get("/health/ready").status_code == 200


@pytest.fixture
def _room_for_connections() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("_room_for_connections")
def test_more_than_a_thousand_that_send_nothing_or_half_a_body_do_not_stop_it(tmp_path: Path) -> None:
    with running_service(tmp_path) as service, ExitStack() as idle:
        for number in range(1100):
            connection = idle.enter_context(service.connect())
            if number % 2:
                connection.sendall(f"{HEAD}Content-Length: 400\r\n\r\n{{".encode())
        with service.client() as client:
            assert client.get("/health/live", timeout=10).status_code == 200  # before any is given up
            assert client.post("/image", json={"prompt": "a fox", "size": "64x64"}).status_code == 201
