"""Is it alive, is it ready."""

from pathlib import Path

from tests.conftest import Client


async def test_a_service_that_works_is_alive_and_ready(visitor: Client) -> None:
    ready = {"status": "ok", "reasons": {}, "answers_waiting": 0}
    for path, body in (("/health/live", {"status": "ok"}), ("/health/ready", ready)):
        answer = await visitor.get(path)
        assert (answer.status_code, answer.json()) == (200, body)


async def test_a_service_that_cannot_write_images_is_alive_and_not_ready(
    visitor: Client, tmp_path: Path
) -> None:
    (tmp_path / "images").write_text("a file where the folder should be")
    answer = await visitor.get("/health/ready")
    assert answer.status_code == 503
    reasons = {"images": "unavailable"}
    assert answer.json() == {"status": "not ready", "reasons": reasons, "answers_waiting": 0}
    assert (await visitor.get("/health/live")).status_code == 200
