from pathlib import Path

from .service import (
    RunningService,
    eventually,
    is_listening,
    run_command,
    running_service,
)


def test_a_worker_does_not_outlive_the_one_that_started_it(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        service.process.kill()
        service.process.wait()
        eventually(lambda: not is_listening(service))


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
