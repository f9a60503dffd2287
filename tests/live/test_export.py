"""An export from the real server: whole, given up by its caller, cut off in the middle."""

import asyncio
import io
import os
import random
import signal
import socket
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import pytest

from pixyproxy.app import open_services
from pixyproxy.settings import Settings
from tests.service.scenery import shelve

from .service import ADMIN_KEY, RunningService, eventually, running_service

IMAGES, IMAGE_BYTES = 10, 6_000_000
A_PAGE = 200  # After so many images the library is asked for more.


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunningService]:
    """Its pictures are more than fits between a server and a client that does not read."""
    asyncio.run(_fill(tmp_path / "data"))
    with running_service(tmp_path) as service:
        yield service


async def _fill(folder: Path, *, small: int = 0) -> None:
    services = await open_services(Settings.from_environment({"PIXYPROXY_DATA_DIR": str(folder)}))
    for _ in range(small):
        await shelve(services)
    for number in range(IMAGES):
        await shelve(services, random.Random(number).randbytes(IMAGE_BYTES), filename=f"{number}.png")  # noqa: S311 - any bytes will do
    await services.close()


def _wait_for_the_end(service: RunningService, answer: httpx2.Response) -> None:
    request_id = answer.headers["x-request-id"]
    eventually(lambda: len(service.request_lines(request_id)) == 2)


def test_an_export_arrives_whole(service: RunningService) -> None:
    with service.client() as admin:
        answer = admin.get("/image/export")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert len(archive.namelist()) == IMAGES + 1
    assert len(answer.content) > IMAGES * IMAGE_BYTES
    _wait_for_the_end(service, answer)


def test_who_hangs_up_in_the_middle_ends_it_and_has_no_archive(service: RunningService) -> None:
    for _ in range(3):  # More than there is room for at once.
        with service.client() as admin, admin.stream("GET", "/image/export") as answer:
            assert answer.status_code == 200
            begun = next(answer.iter_bytes(1000))
        assert not zipfile.is_zipfile(io.BytesIO(begun))
        _wait_for_the_end(service, answer)


@contextmanager
def _unread(service: RunningService) -> Iterator[socket.socket]:
    """An export whose caller has stopped reading after its first bytes."""
    with service.connect() as connection:
        head = f"GET /image/export HTTP/1.1\r\nHost: x\r\nX-API-Key: {ADMIN_KEY}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(12) == b"HTTP/1.1 200"
        yield connection


def test_a_service_told_to_end_does_not_wait_for_who_reads_slowly(service: RunningService) -> None:
    with _unread(service) as connection:
        began = time.monotonic()
        assert service.end() == 0
        assert time.monotonic() - began < 5
        content = b"".join(iter(lambda: connection.recv(2**20), b""))
    assert not content.endswith(b"0\r\n\r\n")
    assert len(content) < IMAGES * IMAGE_BYTES
    assert service.log().count("an export is cut off: The service is ending.") == 1
    assert "Traceback" not in service.log() + service.printed()


def test_a_library_that_goes_away_is_noticed_by_the_client_and_told_without_a_traceback(
    tmp_path: Path,
) -> None:
    asyncio.run(_fill(tmp_path / "data", small=A_PAGE))
    with (
        running_service(tmp_path) as service,
        service.client() as admin,
        admin.stream("GET", "/image/export") as answer,
    ):
        pieces = answer.iter_bytes(1000)
        begun = next(pieces)
        with closing(sqlite3.connect(tmp_path / "data" / "pixyproxy.db")) as database:
            database.execute("ALTER TABLE image RENAME TO lost")
        with pytest.raises(httpx2.TransportError):
            begun += b"".join(pieces)
        _wait_for_the_end(service, answer)
        assert service.log().count("an export is cut off") == 1
        assert "Traceback" not in service.log() + service.printed()
    assert not zipfile.is_zipfile(io.BytesIO(begun))


def test_a_server_that_ends_in_the_middle_is_noticed_by_the_client(service: RunningService) -> None:
    begun = b""
    with service.client() as admin, admin.stream("GET", "/image/export") as answer:
        pieces = answer.iter_bytes(1000)
        begun += next(pieces)
        os.killpg(service.process.pid, signal.SIGKILL)
        with pytest.raises(httpx2.TransportError):
            begun += b"".join(pieces)
    assert not zipfile.is_zipfile(io.BytesIO(begun))
