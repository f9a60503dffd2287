import json
from pathlib import Path

import httpx2
import pytest

from tests.upstream import RunningUpstream, Scenario

from .service import RunningService, eventually, running_service

REQUESTS = [
    ("GET", "/health/live", "health_live", 200),
    ("GET", "/image?prompt=secret", "list_images", 200),
    ("GET", "/image/nothing", "get_image", 404),
    ("POST", "/image", "create_image", 422),
    ("GET", "/nowhere", "answer_error", 404),
    ("PUT", "/image", "answer_error", 405),
]


@pytest.mark.parametrize(("method", "address", "place", "status"), REQUESTS)
def test_every_request_writes_two_lines_under_the_id_it_is_answered_with(
    service: RunningService, admin: httpx2.Client, method: str, address: str, place: str, status: int
) -> None:
    answer = admin.request(method, address)
    assert answer.status_code == status
    request_id = answer.headers["x-request-id"]
    eventually(lambda: len(service.request_lines(request_id)) == 2)
    start, end = service.request_lines(request_id)
    assert (start.event, start.facts, end.event) == ("START", None, "END")
    assert start.place.partition(":")[0] == end.place.partition(":")[0]
    assert end.place.startswith(place)
    assert (end.facts or "").startswith(f"{method} {address.partition('?')[0]} {status} ")
    assert request_id.endswith(f"-{start.thread}")


def test_a_caller_who_hangs_up_gets_two_lines_and_the_image_is_finished_and_listed(
    service: RunningService, admin: httpx2.Client, upstream: RunningUpstream
) -> None:
    upstream.answer_with(Scenario(delay_seconds=1, unique=True))
    before = {line.request_id for line in service.request_lines()}
    body = json.dumps({"prompt": "an impatient caller", "model": "gpt-image-2"})
    with service.connect() as connection:
        head = f"POST /image HTTP/1.1\r\nHost: x\r\nX-API-Key: {admin.headers['X-API-Key']}\r\n"
        connection.sendall(
            f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        eventually(lambda: len(upstream.ledger()) == 1)

    def found() -> list[dict[str, str]]:
        images: list[dict[str, str]] = admin.get("/image", params={"prompt": "impatient"}).json()
        return images

    eventually(lambda: bool(found()))
    [image] = found()
    assert (image["status"], image["sha256"]) == ("ready", upstream.ledger()[0].pictures[0])
    assert admin.get(image["content_url"]).status_code == 200

    def lines() -> list[str]:
        new = (line for line in service.request_lines() if line.request_id not in before)
        return [line.event for line in new if line.place.startswith("create_image:")]

    eventually(lambda: lines() == ["START", "END"])


def test_neither_keys_nor_prompts_nor_query_strings_are_in_the_log(
    service: RunningService, admin: httpx2.Client
) -> None:
    with service.client("a-key-that-is-wrong") as stranger:
        assert stranger.get("/image").status_code == 401
    answer = admin.post("/image", json={"prompt": "a whispered prompt", "size": "64x64"})
    last = admin.get("/image", params={"prompt": "a whispered question"}).headers["x-request-id"]
    eventually(lambda: len(service.request_lines(last)) == 2)
    assert answer.status_code == 201
    assert not any(
        word in service.log() for word in ("whispered", "a-key-that-is-wrong", admin.headers["X-API-Key"])
    )


def test_as_json_the_log_says_the_same(tmp_path: Path) -> None:
    with running_service(tmp_path, {"PIXYPROXY_LOG_FORMAT": "json"}) as service:
        with service.client() as client:
            request_id = client.get("/image/nothing").headers["x-request-id"]
        eventually(lambda: service.log().count(request_id) == 2)
        lines = [json.loads(line) for line in service.log().splitlines()]
        start, end = (line for line in lines if line["request_id"] == request_id)
    assert (start["message"], end["message"]) == ("REQUEST START", "REQUEST END")
    assert (end["http_method"], end["path"], end["status"]) == ("GET", "/image/nothing", 404)
    assert end["place"] == start["place"]
