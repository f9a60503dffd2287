import hashlib
from pathlib import Path
from typing import Any

import httpx2
import pytest

from .service import RunningService, eventually, running_service


@pytest.fixture(scope="module")
def image(shared_service: RunningService) -> dict[str, Any]:
    with shared_service.client() as client:
        answer = client.post("/image", json={"prompt": "a harbour at night", "visibility": "public"})
        made: dict[str, Any] = answer.json()
        return made


def test_the_content_arrives_whole_and_right(admin: httpx2.Client, image: dict[str, Any]) -> None:
    answer = admin.get(image["content_url"])
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == image["sha256"]
    assert int(answer.headers["content-length"]) == len(answer.content) == image["size_bytes"]
    assert answer.headers["content-type"] == "image/png"


def test_many_at_once_arrive_whole(service: RunningService, image: dict[str, Any]) -> None:
    with service.client(None) as visitor:
        for _ in range(50):
            answer = visitor.get(image["content_url"])
            assert hashlib.sha256(answer.content).hexdigest() == image["sha256"]


def test_head_tells_the_same_without_the_bytes(admin: httpx2.Client, image: dict[str, Any]) -> None:
    whole, head = admin.get(image["content_url"]), admin.head(image["content_url"])
    assert (head.status_code, head.content) == (200, b"")
    varying = {"date", "x-request-id"}
    assert {k: v for k, v in head.headers.items() if k not in varying} == {
        k: v for k, v in whole.headers.items() if k not in varying
    }


@pytest.mark.parametrize("asked", ["bytes=0-0", "bytes=100-999", "bytes=1000-", "bytes=-10"])
def test_a_range_is_those_bytes(admin: httpx2.Client, image: dict[str, Any], asked: str) -> None:
    whole = admin.get(image["content_url"]).content
    answer = admin.get(image["content_url"], headers={"Range": asked})
    first, _, last = asked.removeprefix("bytes=").partition("-")
    start = int(first) if first else len(whole) - int(last)
    end = int(last) + 1 if first and last else len(whole)
    assert (answer.status_code, answer.content) == (206, whole[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(whole)}"


def test_a_range_beyond_the_end_is_refused(admin: httpx2.Client, image: dict[str, Any]) -> None:
    answer = admin.get(image["content_url"], headers={"Range": f"bytes={image['size_bytes']}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{image['size_bytes']}")


def test_what_the_caller_has_is_not_sent_again(admin: httpx2.Client, image: dict[str, Any]) -> None:
    etag = admin.head(image["content_url"]).headers["etag"]
    answer = admin.get(image["content_url"], headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_the_page_to_try_the_api_brings_everything_itself(service: RunningService) -> None:
    with service.client(None) as visitor:
        page = visitor.get("/docs").text
        assert "https://" not in page
        assert visitor.get("/docs/swagger-ui-bundle.js").status_code == 200
        assert visitor.get("/openapi.json").json()["info"]["title"] == "PixyProxy"


def test_bytes_that_are_gone_are_a_defect_in_our_own_words(tmp_path: Path) -> None:
    with running_service(tmp_path) as service, service.client() as admin:
        made = admin.post("/image", json={"prompt": "soon gone"}).json()
        [file] = (tmp_path / "data" / "images").rglob("*.png")
        file.write_bytes(file.read_bytes()[:-1])
        answers = [
            admin.get(made["content_url"]),
            admin.head(made["content_url"]),
            admin.get(made["content_url"], headers={"Range": "bytes=0-9"}),
        ]
        assert [answer.status_code for answer in answers] == [500] * 3
        assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
        ids = {answer.headers["x-request-id"] for answer in answers}
        eventually(lambda: sum(line.request_id in ids for line in service.request_lines()) == 6)
