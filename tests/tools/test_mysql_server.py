import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tools.mysql_package import mirrors
from tools.mysql_server import (
    URL_VARIABLE,
    WAYS,
    GivenServer,
    MySQLServer,
    NoMySQLError,
    Way,
    first_open_way,
    mysqld_on_path,
    running_mysql,
)
from tools.ways import WayClosedError

REPOSITORY = Path(__file__).resolve().parents[2]


def test_the_ways_are_in_order_of_preference() -> None:
    assert list(WAYS) == [URL_VARIABLE, "mysqld on PATH", "Debian's package", "docker", "podman"]


def test_the_first_open_way_is_taken_and_no_later_one_is_tried() -> None:
    ways = {
        "closed": closed("it is shut."),
        "open": way_to("mysql://first/"),
        "later": closed("never asked."),
    }
    with ExitStack() as stack:
        assert first_open_way(ways, stack).url == "mysql://first/"


def test_the_error_names_every_way_and_why_it_is_closed() -> None:
    ways = {"one": closed("it is shut."), "two": closed("it is locked.")}
    with pytest.raises(NoMySQLError) as caught, ExitStack() as stack:
        first_open_way(ways, stack)
    assert str(caught.value).splitlines()[1:] == ["  - one: it is shut.", "  - two: it is locked."]


def test_a_machine_that_offers_nothing_is_told_so_way_by_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoMySQLError) as caught, running_mysql():
        pass
    assert str(caught.value).splitlines()[1:] == [
        f"  - {URL_VARIABLE}: it is not set.",
        "  - mysqld on PATH: there is none.",
        "  - Debian's package: this machine has no apt-get.",
        "  - docker: it is not installed.",
        "  - podman: it is not installed.",
    ]


def test_a_given_url_is_used_as_it_is_and_its_server_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, "mysql://admin:p%40ss@db.example:3307/?ssl=1")
    with running_mysql() as server:
        assert server.url == "mysql://admin:p%40ss@db.example:3307/?ssl=1"
        assert not server.is_ours
        for command in (server.start, server.stop, server.kill, server.restart):
            with pytest.raises(RuntimeError, match="not ours"):
                command()


def test_mariadb_is_not_taken_for_mysql(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "mysqld", "echo 'mysqld  Ver 11.8.3-MariaDB-1 for debian-linux-gnu on x86_64'")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(WayClosedError, match="MariaDB"), mysqld_on_path(()):
        pass


def test_mirrors_come_from_apt_and_without_security(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    printed = [
        "'https://one.example/debian/dists/trixie/InRelease' one_InRelease 0",
        "'https://one.example/debian/dists/trixie-updates/InRelease' two_InRelease 0",
        "'https://one.example/debian-security/dists/trixie-security/updates/InRelease' three_InRelease 0",
        "'mirror+file:/etc/apt/mirrors/two.list/dists/trixie/InRelease' four_InRelease 0",
        "'https://one.example/debian/dists/trixie/main/binary-amd64/Packages.xz' five_Packages 0",
    ]
    program(tmp_path / "apt-get", f'cat <<"END"\n{chr(10).join(printed)}\nEND')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert mirrors() == [
        "https://one.example/debian",
        "mirror+file:/etc/apt/mirrors/two.list",
    ]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_server_of_the_command_line_ends_with_it(end: signal.Signals, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "tools.mysql_server", "run")
    environment = {**os.environ, "TMPDIR": str(tmp_path), URL_VARIABLE: ""}
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        port = port_of(process.stdout.readline())
        socket.create_connection(("127.0.0.1", port)).close()
        process.send_signal(end)
    wait_until_free(port)
    assert end == signal.SIGKILL or not list(tmp_path.iterdir())


def program(path: Path, script: str) -> str:
    path.write_text(f"#!{shutil.which('sh')}\n{script}\n")
    path.chmod(0o755)
    return str(path)


def closed(reason: str) -> Way:
    @contextmanager
    def way(_: Sequence[str]) -> Iterator[MySQLServer]:
        raise WayClosedError(reason)
        yield

    return way


def way_to(url: str) -> Way:
    @contextmanager
    def way(_: Sequence[str]) -> Iterator[MySQLServer]:
        yield GivenServer(url)

    return way


def port_of(url: str) -> int:
    return urlsplit(url.strip()).port or 0


def wait_until_free(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            continue  # it is dying
