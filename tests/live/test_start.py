"""What `make run` shows to a stranger, and what it says when it cannot start."""

import re
import socket
import subprocess
from pathlib import Path

import pytest

from tools.mysql_process import free_port

from .service import clean_environment, run_command, running_service

KEY = re.compile(r"pxy_\w{12}_\w{38}")


def commands_shown(printed: str) -> str:
    lines = (line.strip() for line in printed.splitlines())
    return "\n".join(line for line in lines if line.startswith(("export ", "curl ")))


def pasted(commands: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """As a stranger does it, in another terminal."""
    environment = clean_environment() | {"no_proxy": "*"}
    return subprocess.run(
        ["bash", "-ec", commands], cwd=folder, env=environment, capture_output=True, check=True
    )


def test_the_lines_it_prints_make_an_image_and_fetch_it(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "a folder with blanks", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    with running_service(folder, {"PIXYPROXY_DATA_DIR": "its data"}, admin_key=None) as service:
        commands = commands_shown(service.printed())
        assert commands.count("\n") == 2
        pasted(commands, elsewhere)
    assert (elsewhere / "lighthouse.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_the_first_start_shows_the_key_once_and_keeps_it_for_the_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "admin.key"
    with running_service(tmp_path, admin_key=None) as service:
        [key] = KEY.findall(service.printed())
        assert f"It is kept in {file}, readable by you alone." in service.printed()
        assert file.read_text() == f"{key}\n"
        assert file.stat().st_mode & 0o777 == 0o600
        with service.client(key) as client:
            assert client.get("/key").status_code == 200
        assert key not in service.log()
    with running_service(tmp_path, admin_key=None) as again:
        assert KEY.findall(again.printed()) == []
        assert f"The administrator's key is kept in {file}." in again.printed()
        with again.client(key) as client:
            assert client.get("/key").status_code == 200


def test_a_start_whose_key_lies_elsewhere_says_how_to_get_another(tmp_path: Path) -> None:
    assert run_command({"PIXYPROXY_DATA_DIR": f"{tmp_path}/data"}, "init").returncode == 0
    (tmp_path / "data" / "admin.key").unlink()
    with running_service(tmp_path, admin_key=None) as service:
        assert "`pixyproxy key create NAME --admin` makes another." in service.printed()
        assert "$(cat" not in service.printed()


def test_a_key_from_the_environment_is_not_shown(tmp_path: Path) -> None:
    with running_service(tmp_path, admin_key="open-sesame") as service:
        assert "sesame" not in service.printed() + service.log()
        assert "The administrator's key is the one in PIXYPROXY_ADMIN_KEY." in service.printed()
        assert "export PIXY_KEY=…   # the text of PIXYPROXY_ADMIN_KEY\n" in service.printed()
        assert not (tmp_path / "data" / "admin.key").exists()
        with service.client("open-sesame") as client:
            assert client.get("/key").status_code == 200


def test_a_start_shows_a_link_first_that_signs_one_browser_in(tmp_path: Path) -> None:
    with running_service(tmp_path, None, "--sign-in-link", admin_key=None) as service:
        first = service.printed().split("\n")[1]
        shown = re.fullmatch(
            rf"  Open:  {service.url}/#code=([\w-]{{22}})  \(signs this browser in once, within an hour\)",
            first,
        )
        assert shown
        ours = {"X-Requested-With": "PixyProxy"}
        with service.client(None) as browser:
            answers = [browser.post("/session", json={"code": shown[1]}, headers=ours) for _ in range(2)]
            assert [answer.status_code for answer in answers] == [201, 401]
            assert browser.get("/key").status_code == 200
        assert shown[1] not in service.log()
    with running_service(tmp_path, admin_key=None) as plain:
        assert "#code=" not in plain.printed()
        assert f"  Open:  {plain.url}  (`pixyproxy sign-in` prints a link" in plain.printed()


def test_a_start_that_cannot_show_a_link_starts(tmp_path: Path) -> None:
    assert run_command({"PIXYPROXY_DATA_DIR": f"{tmp_path}/data"}, "init").returncode == 0
    (tmp_path / "data" / "admin.key").unlink()
    with running_service(tmp_path, None, "--sign-in-link", admin_key=None) as service:
        assert "(`pixyproxy sign-in` prints a link" in service.printed()
    with running_service(tmp_path, {"PIXYPROXY_GALLERY": "off"}, "--sign-in-link") as service:
        assert "Open:" not in service.printed()
        assert service.printed().startswith(f"\n  PixyProxy  {service.url} ")


def refused(environment: dict[str, str], *options: str) -> str:
    """The one sentence on stderr of a start that ends with exit code 1."""
    done = run_command(environment, "serve", *options)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    [line] = done.stderr.splitlines()
    assert line.startswith("Error: ")
    return line


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused({"PIXYPROXY_DATA_DIR": str(tmp_path / "data")}, "--port", str(port))
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use." in line
    assert not (tmp_path / "data").exists()


def test_an_address_that_is_not_ours_is_told(tmp_path: Path) -> None:
    line = refused({"PIXYPROXY_DATA_DIR": str(tmp_path)}, "--host", "192.0.2.1")
    assert "Cannot listen on 192.0.2.1:8000: Cannot assign requested address. See PIXYPROXY_HOST" in line


@pytest.mark.parametrize("name", ["nowhere.invalid", "a..name"])
def test_a_name_that_has_no_address_is_told(tmp_path: Path, name: str) -> None:
    line = refused({"PIXYPROXY_DATA_DIR": str(tmp_path / "data"), "PIXYPROXY_HOST": name})
    assert f"Cannot listen on {name}:8000: " in line
    assert line.endswith(". See PIXYPROXY_HOST and PIXYPROXY_PORT.")
    assert not (tmp_path / "data").exists()


def test_a_name_is_listened_on_at_its_address(tmp_path: Path) -> None:
    with running_service(tmp_path, {"PIXYPROXY_HOST": "localhost"}) as service, service.client() as client:
        assert f"http://localhost:{service.port} " in service.printed()
        assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        (
            "PIXYPROXY_DATA_DIR",
            "{file}/data",
            "The data directory {file}/data cannot be made: Not a directory.",
        ),
        (
            "PIXYPROXY_IMAGES",
            "{file}",
            "The images at {file} cannot be written: [Errno 17] File exists: '{file}'",
        ),
        (
            "PIXYPROXY_DATABASE_URL",
            "sqlite:///{file}/db",
            "The sqlite database at {file}/db cannot be used: unable to open database file",
        ),
    ],
)
def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path, name: str, value: str, reason: str) -> None:
    file = tmp_path / "file"
    file.touch()
    environment = {"PIXYPROXY_DATA_DIR": str(tmp_path / "data"), "PIXYPROXY_PORT": str(free_port())}
    assert refused(environment | {name: value.format(file=file)}) == f"Error: {reason.format(file=file)}"


def test_a_mysql_that_is_not_there_is_told_without_the_password(tmp_path: Path) -> None:
    port = free_port()
    line = refused(
        {
            "PIXYPROXY_DATA_DIR": str(tmp_path),
            "PIXYPROXY_PORT": str(free_port()),
            "PIXYPROXY_DATABASE_URL": f"mysql://ada:open-sesame@127.0.0.1:{port}/pixyproxy",
        }
    )
    assert line.startswith(f"Error: The mysql database at 127.0.0.1:{port} cannot be used: Can't connect")
    assert "sesame" not in line


def test_a_mysql_that_refuses_the_password_is_told_without_it(tmp_path: Path, mysql_url: str) -> None:
    line = refused(
        {
            "PIXYPROXY_DATA_DIR": str(tmp_path),
            "PIXYPROXY_PORT": str(free_port()),
            "PIXYPROXY_DATABASE_URL": mysql_url.replace("a%40secret", "open-sesame"),
        }
    )
    assert "cannot be used: Access denied for user" in line
    assert "sesame" not in line
