from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.upstream import RunningUpstream, Scenario

from .conftest import openai_at
from .service import RunningService, eventually, run_command, running_service


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
        assert client.get(f"/image/{answer.json()['guid']}").json() == answer.json()
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


def test_a_worker_does_not_outlive_the_one_that_started_it(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        service.process.kill()
        service.process.wait()
        eventually(lambda: not is_listening(service))


def is_listening(service: RunningService) -> bool:
    """Until a connection is refused: one that is reset met a worker on its way out."""
    try:
        service.connect().close()
    except ConnectionError as error:
        return not isinstance(error, ConnectionRefusedError)
    return True


def test_two_workers_are_one_service(tmp_path: Path) -> None:
    with running_service(tmp_path, {"PIXYPROXY_WORKERS": "2"}) as service, service.client() as admin:
        key = admin.post("/key", json={"name": "shop"}).json()
        eventually(lambda: both_have_answered(service, key["key"]))
        made = set.union(*(once(service, key["key"], "POST") for _ in range(8)))
        for _ in range(8):
            assert once(service, key["key"], "GET") == made
        admin.delete(f"/key/{key['id']}")
        for _ in range(8):
            assert once(service, key["key"], "GET") == {"unauthenticated"}
        assert service.end() == 0


def both_have_answered(service: RunningService, key: str) -> bool:
    once(service, key, "GET")
    return len({line.thread for line in service.request_lines()}) == 2


def once(service: RunningService, key: str, method: str) -> set[str]:
    """Over a connection of its own, so that either worker may take it: the guids, or the error's code."""
    with service.client(key) as client:
        body = {"prompt": "two hands", "size": "64x64"} if method == "POST" else None
        answer = client.request(method, "/image", json=body).json()
        images = answer if isinstance(answer, list) else [answer]
        return {image.get("guid") or image["code"] for image in images}


def test_the_command_line_sees_at_once_what_the_server_made_and_the_other_way_round(
    service: RunningService, tmp_path: Path
) -> None:
    environment = {"PIXYPROXY_DATA_DIR": str(service.folder / "data")}
    with service.client() as client:
        made = client.post("/image", json={"prompt": "a lantern", "size": "64x64"}).json()
        assert made["guid"] in run_command(environment, "list", "--prompt", "lantern").stdout
        file = tmp_path / "candle.png"
        words = ("generate", "a candle", "--size", "64x64", "-o", str(file))
        by_hand = run_command(environment, *words).stdout.strip()
        assert client.get(f"/image/{by_hand}/content").content == file.read_bytes()
