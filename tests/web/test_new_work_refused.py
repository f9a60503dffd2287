"""New work is refused before money is spent: no room, no store, no database, no time left."""

from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from pixyproxy.core.exceptions import PixyProxyException, StorageFull, Unavailable
from pixyproxy.core.models import Caller
from pixyproxy.service.making import settling
from pixyproxy.service.making.generation import Limits
from pixyproxy.service.services import Services
from tests.conftest import ADMIN_KEY, Client, client_of, running_app
from tests.service.generators.openai_services import OPENAI_KEY
from tests.service.making.workshop import Stubborn, at_work_in, eventually, shaky
from tests.service.scenery import PNG, painting, rows, shelve
from tests.upstream import RunningUpstream
from tests.web.problems import problem_of

CAT = {"prompt": "a cat"}
NO_ROOM = Limits(reserve_bytes=2**62)


@pytest.fixture
def store(tmp_path: Path) -> Stubborn:
    return Stubborn(tmp_path / "images")


async def _ready(visitor: Client) -> httpx2.Response:
    return await visitor.get("/health/ready")


async def _nothing_was_recorded(services: Services) -> None:
    for table in ("image", "attempt", "job", "idempotency"):
        assert await rows(services, table) == []
    assert services.spool.files() == []


async def test_below_the_reserve_nothing_is_recorded_or_called(
    app: FastAPI, alice: Client, visitor: Client, services: Services
) -> None:
    easel = painting()
    async with at_work_in(app, easel, limits=NO_ROOM):
        answer = await alice.post("/image", json=CAT, headers={"Idempotency-Key": "a"})
        problem_of(answer, 507, "storage_full")
        assert int(answer.headers["retry-after"]) > 0
        ready = await _ready(visitor)
        assert (ready.status_code, ready.json()["reasons"]) == (503, {"images": "storage_full"})
    assert easel.asked == []
    await _nothing_was_recorded(services)
    assert (await _ready(visitor)).status_code == 200


async def test_a_reserve_of_the_settings_is_in_force(
    environment: dict[str, str], upstream: RunningUpstream
) -> None:
    provider = {"OPENAI_API_KEY": OPENAI_KEY, "OPENAI_BASE_URL": upstream.base_url}
    reserve = {"PIXYPROXY_RESERVE_MB": str(2**40)}
    async with running_app(environment | provider | reserve) as app, client_of(app, ADMIN_KEY) as admin:
        problem_of(await admin.post("/image", json=CAT), 507, "storage_full")
        assert (await admin.get("/image")).status_code == 200
    assert upstream.ledger() == []


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(Unavailable(retry_after_s=5), 503), (StorageFull(retry_after_s=60), 507)],
    ids=["unavailable", "full"],
)
async def test_a_store_that_cannot_be_written_lets_no_new_work_in(
    app: FastAPI,
    alice: Client,
    as_alice: Caller,
    store: Stubborn,
    trouble: PixyProxyException,
    status: int,
) -> None:
    image = await shelve(app.state.services, owner=as_alice.owner)
    easel, store.why_not = painting(), trouble
    async with at_work_in(app, easel, store=store):
        answer = await alice.post("/image", json=CAT)
        problem_of(answer, status, trouble.code)
        assert answer.headers["retry-after"] == str(trouble.retry_after_s)
        assert (await _ready(alice)).json()["reasons"] == {"images": trouble.code}
        assert (await alice.get(f"/image/{image.guid}/content")).content == PNG
        assert len((await alice.get("/image")).json()) == 1
        store.why_not = None
        assert (await _ready(alice)).status_code == 200
        assert (await alice.post("/image", json=CAT)).status_code == 201
    assert len(easel.asked) == 1


async def test_a_folder_that_is_a_file_is_such_a_store(
    app: FastAPI, alice: Client, visitor: Client, services: Services, tmp_path: Path
) -> None:
    easel, folder = painting(), tmp_path / "not-a-folder"
    folder.write_text("")
    async with at_work_in(app, easel, store=Stubborn(folder)):
        problem_of(await alice.post("/image", json=CAT), 503, "unavailable")
        assert (await _ready(visitor)).status_code == 503
    assert easel.asked == []
    await _nothing_was_recorded(services)


async def test_without_a_database_nothing_is_called(app: FastAPI, alice: Client, services: Services) -> None:
    shaken, database = shaky(services)
    app.state.services = shaken
    easel = painting()
    async with at_work_in(app, easel):
        database.is_away = True
        for headers in ({}, {"Idempotency-Key": "a"}):
            answer = await alice.post("/image", json=CAT, headers=headers)
            problem_of(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0
        ready = await alice.get("/health/ready")
        assert (ready.status_code, ready.json()["reasons"]) == (503, {"database": "unavailable"})
        assert (await alice.get("/health/live")).status_code == 200
        database.is_away = False
        assert (await alice.post("/image", json=CAT)).status_code == 201
    app.state.services = services
    assert len(easel.asked) == 1


async def test_at_the_end_of_the_process_new_work_is_refused_and_the_rest_answered(
    app: FastAPI, alice: Client, visitor: Client, services: Services, as_alice: Caller
) -> None:
    image = await shelve(services, owner=as_alice.owner)
    easel = painting()
    async with at_work_in(app, easel) as at_work:
        await at_work.drain()
        answer = await alice.post("/image", json=CAT)
        problem_of(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        ready = await _ready(visitor)
        assert (ready.status_code, ready.json()["reasons"]) == (503, {"service": "ending"})
        assert (await alice.get(f"/image/{image.guid}")).status_code == 200
        assert (await alice.get(f"/image/{image.guid}/content")).content == PNG
    assert easel.asked == []
    assert len(await rows(services, "image")) == 1


async def test_answers_that_wait_are_counted_where_readiness_is_told(
    app: FastAPI, alice: Client, visitor: Client, store: Stubborn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "_FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(settling, "_LONGEST_PAUSE_S", 0.1)
    easel = painting()
    generate = easel._work

    async def work(request: object) -> object:
        store.why_not = StorageFull(retry_after_s=60)
        return await generate(request)  # type: ignore[arg-type]

    easel._work = work  # type: ignore[assignment]
    async with at_work_in(app, easel, store=store):
        assert (await _ready(visitor)).json()["answers_waiting"] == 0
        answer = await alice.post("/image", json=CAT)
        assert (answer.status_code, answer.json()["status"]) == (202, "generating")
        assert int(answer.headers["retry-after"]) > 0
        guid = answer.json()["guid"]
        assert answer.headers["location"] == f"/image/{guid}"
        problem_of(await alice.get(f"/image/{guid}/content"), 409, "image_not_ready")

        async def one_waits() -> bool:
            ready = (await _ready(visitor)).json()
            return bool(ready["answers_waiting"] == 1 and ready["reasons"] == {"images": "storage_full"})

        await eventually(one_waits)
        store.why_not = None

        async def is_ready() -> bool:
            return bool((await alice.get(f"/image/{guid}")).json()["status"] == "ready")

        await eventually(is_ready)

        async def none_waits() -> bool:
            return bool(
                (await _ready(visitor)).json() == {"status": "ok", "reasons": {}, "answers_waiting": 0}
            )

        await eventually(none_waits)
    assert len(easel.asked) == 1
