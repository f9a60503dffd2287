import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from tests.upstream import RunningUpstream, Scenario
from tools.mysql_process import free_port

from .conftest import openai_at
from .service import (
    LONGEST_WAIT_SECONDS,
    PIXYPROXY,
    RunningService,
    clean_environment,
    eventually,
    is_listening,
    run_command,
    running_service,
)


def terminate(service: RunningService) -> None:
    """As `kill` and Docker do: the one process."""
    service.process.terminate()


def terminate_all(service: RunningService) -> None:
    """As systemd does: each process."""
    os.killpg(service.process.pid, signal.SIGTERM)


def press_ctrl_c(service: RunningService) -> None:
    """As a terminal does: each process."""
    os.killpg(service.process.pid, signal.SIGINT)


def terminate_a_worker(service: RunningService) -> None:
    os.kill(workers_of(service)[0], signal.SIGTERM)


def workers_of(service: RunningService) -> list[int]:
    main = service.process.pid
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    return [int(each) for each in children if not is_tracker(each)]


def is_tracker(process: str) -> bool:
    """Where Python starts workers afresh instead of forking, it has a helper beside them."""
    with suppress(FileNotFoundError):
        return b"resource_tracker" in Path(f"/proc/{process}/cmdline").read_bytes()
    return True


@contextmanager
def making_one(service: RunningService, upstream: RunningUpstream) -> Iterator[Future[httpx2.Response]]:
    """An image on its way: the generator has been asked and has not answered."""
    with ThreadPoolExecutor() as pool, service.client() as client:
        waiting = pool.submit(client.post, "/image", json={"prompt": "one last picture"})
        eventually(lambda: len(upstream.ledger()) == 1)
        yield waiting


def ask(service: RunningService, method: str, path: str) -> httpx2.Response:
    """Over a connection of its own."""
    with service.client() as client:
        return client.request(method, path, json={"prompt": "too late"} if method == "POST" else None)


def is_draining(service: RunningService) -> bool:
    """Once the workers that have nothing to finish are gone."""
    with suppress(httpx2.TransportError):
        return len(workers_of(service)) == 1 and ask(service, "GET", "/health/ready").status_code == 503
    return False


@pytest.mark.parametrize(
    ("workers", "tell", "code"),
    [
        ("1", terminate, 0),
        ("1", terminate_a_worker, 1),
        ("2", terminate, 0),
        ("2", terminate_all, 0),
        ("2", press_ctrl_c, 0),
    ],
)
def test_told_to_end_it_refuses_new_work_and_answers_until_the_image_is_made(
    tmp_path: Path,
    upstream: RunningUpstream,
    workers: str,
    tell: Callable[[RunningService], None],
    code: int,
) -> None:
    upstream.answer_with(Scenario(delay_seconds=3))
    environment = openai_at(upstream) | {"PIXYPROXY_WORKERS": workers}
    with running_service(tmp_path, environment) as service, making_one(service, upstream) as waiting:
        tell(service)
        eventually(lambda: is_draining(service))
        refused = ask(service, "POST", "/image")
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert int(refused.headers["Retry-After"]) > 0
        assert ask(service, "GET", "/health/live").status_code == 200
        assert ask(service, "GET", "/image").status_code == 200
        assert not waiting.done()
        assert waiting.result().status_code == 201
        assert service.process.wait(LONGEST_WAIT_SECONDS) == code
        assert len(upstream.ledger()) == 1
        assert "Traceback" not in service.log()


def test_told_twice_it_stops_listening_and_still_answers_what_is_open(
    tmp_path: Path, upstream: RunningUpstream
) -> None:
    upstream.answer_with(Scenario(delay_seconds=4))
    with running_service(tmp_path, openai_at(upstream)) as service, making_one(service, upstream) as waiting:
        terminate(service)
        eventually(lambda: is_draining(service))
        eventually(lambda: has_stopped_listening_when_told_again(service))
        assert not waiting.done()
        assert waiting.result().status_code == 201
        assert service.process.wait(LONGEST_WAIT_SECONDS) == 0
        assert "Traceback" not in service.log()


def has_stopped_listening_when_told_again(service: RunningService) -> bool:
    """What comes within a second of the first signal is the same wish."""
    terminate(service)
    return not is_listening(service)


@pytest.mark.parametrize("tell", [terminate, terminate_all, press_ctrl_c])
def test_with_nothing_to_finish_it_ends_at_once(
    tmp_path: Path, tell: Callable[[RunningService], None]
) -> None:
    with running_service(tmp_path, {"PIXYPROXY_WORKERS": "2"}) as service, service.client() as client:
        assert client.get("/health/ready").status_code == 200
        began = time.monotonic()
        tell(service)
        assert service.process.wait(LONGEST_WAIT_SECONDS) == 0
        assert time.monotonic() - began < 5
        assert "Traceback" not in service.log()


@pytest.mark.parametrize("milliseconds", [5, 10, 15, 20])
def test_told_to_end_while_it_starts_it_ends(tmp_path: Path, milliseconds: int) -> None:
    settings = {"PIXYPROXY_DATA_DIR": str(tmp_path), "PIXYPROXY_PORT": str(free_port())}
    with subprocess.Popen(
        [PIXYPROXY, "serve", "--workers", "2"],
        env=clean_environment() | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(milliseconds / 1000)
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(LONGEST_WAIT_SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def test_a_worker_that_dies_does_not_leave_the_others_alone(tmp_path: Path) -> None:
    with running_service(tmp_path, {"PIXYPROXY_WORKERS": "2"}) as service:
        os.kill(workers_of(service)[0], signal.SIGKILL)
        assert service.process.wait(LONGEST_WAIT_SECONDS) == 1
        assert not is_listening(service)


def test_told_to_end_it_answers_first_and_the_image_is_there_after_a_restart(
    tmp_path: Path, upstream: RunningUpstream
) -> None:
    upstream.answer_with(Scenario(delay_seconds=1, unique=True))
    environment = openai_at(upstream)
    with (
        running_service(tmp_path, environment) as service,
        ThreadPoolExecutor() as pool,
        service.client() as client,
    ):
        waiting = pool.submit(client.post, "/image", json={"prompt": "one last picture"})
        eventually(lambda: len(upstream.ledger()) == 1)
        assert service.end() == 0
        answer = waiting.result()
        assert (answer.status_code, answer.json()["status"]) == (201, "ready")
        assert "Traceback" not in service.log()
    with running_service(tmp_path, environment) as again, again.client() as client:
        now = client.get(f"/image/{answer.json()['guid']}").json()
        assert now | {"colors": None} == answer.json(), "but for what is seen of it in the meantime"
        assert client.get(answer.json()["content_url"]).status_code == 200


def test_told_to_end_it_finishes_also_the_image_of_a_caller_who_has_gone(
    tmp_path: Path, upstream: RunningUpstream
) -> None:
    upstream.answer_with(Scenario(delay_seconds=1, unique=True))
    environment = openai_at(upstream)
    body = b'{"prompt": "nobody waits for it"}'
    with running_service(tmp_path, environment, admin_key="k") as service:
        with service.connect() as connection:
            head = b"POST /image HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nContent-Type: application/json\r\n"
            connection.sendall(head + b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            eventually(lambda: len(upstream.ledger()) == 1)
        assert service.end() == 0
    listed = run_command({"PIXYPROXY_DATA_DIR": f"{tmp_path}/data"}, "list", "--prompt", "nobody waits")
    assert "1024x1024  nobody waits for it" in listed.stdout
