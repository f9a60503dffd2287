"""A real S3 server, whatever the machine offers; and its certain end."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.contracts.stores import s3_store
from tools import s3_package
from tools.s3_address import S3Address
from tools.s3_configuration import check_attributes
from tools.s3_package import packaged_swift
from tools.s3_process import private_folder
from tools.s3_server import (
    URL_VARIABLE,
    WAYS,
    GivenServer,
    NoS3Error,
    S3Server,
    Way,
    first_open_way,
    running_s3,
)
from tools.ways import WayClosedError

REPOSITORY = Path(__file__).resolve().parents[2]
ADDRESS = S3Address("http://127.0.0.1:9000", "bucket", "key:1", "se/cret", "eu-1")
URL = "http://key%3A1:se%2Fcret@127.0.0.1:9000/bucket?region=eu-1"


def test_the_given_server_comes_first() -> None:
    assert list(WAYS) == [URL_VARIABLE, "OpenStack Swift"]


def test_an_address_is_written_as_one_url_and_read_back() -> None:
    assert ADDRESS.url == URL
    assert S3Address.parse(URL) == ADDRESS


@pytest.mark.parametrize(
    "url", ["", "http://h/bucket", "http://k@h/bucket", "http://k:s@h", "http://k:s@h/a/b", "k:s@h/bucket"]
)
def test_another_url_is_told_how_it_must_be(url: str) -> None:
    with pytest.raises(WayClosedError, match="it must be http://KEY:SECRET@HOST:PORT/BUCKET"):
        S3Address.parse(url)


def test_the_given_server_is_used_and_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, URL)
    with running_s3() as server:
        assert server.address == ADDRESS
        assert not server.is_ours
        for end in (server.start, server.stop, server.kill, server.restart):
            with pytest.raises(RuntimeError, match="not ours"):
                end()


def closed(why: str) -> Way:
    @contextmanager
    def way(_: int) -> Iterator[S3Server]:
        raise WayClosedError(why)
        yield GivenServer(ADDRESS)

    return way


def test_the_error_names_every_way_and_why_it_is_closed() -> None:
    ways = {"one": closed("it is shut."), "two": closed("it is locked.")}
    with pytest.raises(NoS3Error) as caught, ExitStack() as stack:
        first_open_way(ways, stack)
    assert str(caught.value).splitlines()[1:] == ["  - one: it is shut.", "  - two: it is locked."]


def test_two_that_come_at_once_install_it_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed = []

    def slowly(place: Path, _: Path) -> None:
        installed.append(place)
        time.sleep(0.3)
        place.mkdir()

    monkeypatch.setattr(s3_package, "_install", slowly)
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(lambda _: packaged_swift(tmp_path / "swift"), range(3)))
    assert len(installed) == 1
    assert set(found) == {installed[0] / "bin"}


def test_an_install_that_fails_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    wrong = tmp_path / "swift.txt"
    wrong.write_text("swift==2.38.3 --hash=sha256:00\n")
    with pytest.raises(WayClosedError, match="failed with"):
        packaged_swift(tmp_path / "swift", wrong)
    assert list((tmp_path / "swift").iterdir()) == []


def test_a_folder_without_attributes_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "setxattr", refuse)
    with pytest.raises(
        WayClosedError, match=r"take no extended attributes .* set TMPDIR to a folder on ext4"
    ):
        check_attributes(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_is_in_use_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "pixyproxy-s3-left").mkdir()
    with private_folder() as first, private_folder() as second:
        assert sorted(tmp_path.iterdir()) == sorted([first, second])
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(URL_VARIABLE, raising=False)
        with running_s3() as server:
            yield server


async def test_it_is_killed_and_comes_back_with_its_port_and_its_data(server: S3Server) -> None:
    address = server.address
    store = s3_store(server, "kept")
    await store.put("ab/picture.png", b"x" * 1000)
    server.kill()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", urlsplit(address.endpoint).port or 0))
    server.start()
    assert server.address == address
    assert [each.key async for each in store.list_()] == ["ab/picture.png"]
    assert b"".join([piece async for piece in store.read("ab/picture.png")]) == b"x" * 1000
    server.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", urlsplit(address.endpoint).port or 0))
    await store.close()


@contextmanager
def running_command(*prefix: str, **given: str) -> Iterator[tuple[subprocess.Popen[str], S3Address]]:
    """`python -m tools.s3_server run`, and the address it prints."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), **given}
    command = [*prefix, sys.executable, "-m", "tools.s3_server", "run"]
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        lines = iter(process.stdout or [])
        url = next(line for line in lines if line.startswith(URL_VARIABLE)).partition("=")[2].strip()
        yield process, S3Address.parse(url)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_the_process_that_started_it(end: signal.Signals, tmp_path: Path) -> None:
    with running_command(TMPDIR=str(tmp_path)) as (process, address):
        port = urlsplit(address.endpoint).port or 0
        socket.create_connection(("127.0.0.1", port)).close()
        process.send_signal(end)
        process.wait()
        deadline = time.monotonic() + 10
        while processes_in(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert processes_in(tmp_path) == []
    if end is signal.SIGTERM:
        assert list(tmp_path.iterdir()) == []


def processes_in(folder: Path) -> list[str]:
    """Those whose command names something in the folder."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = file.read_bytes().decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if str(folder) in command:
            found.append(command)
    return found
