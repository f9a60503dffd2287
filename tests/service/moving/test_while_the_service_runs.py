"""The whole way that docs/operations.md tells, while images are made, looked at and deleted."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from pixyproxy.service.services import Services
from tests.conftest import ADMIN_KEY, Client, client_of, running_app
from tests.service.upkeep.ground import AT_ONCE, REPAIR, fixed, wrong

PIXYPROXY = str(Path(sys.executable).with_name("pixyproxy"))


class Visitors:
    """They look at every image again and again, and note what they did not get."""

    def __init__(self) -> None:
        self.alive: dict[str, bytes] = {}
        self.looks = 0
        self.missed: list[str] = []

    async def make(self, client: Client) -> str:
        answer = await client.post("/image", json={"prompt": "a fox", "size": "64x64", "seed": self.looks})
        guid: str = answer.json()["guid"]
        self.alive[guid] = (await client.get(f"/image/{guid}/content")).content
        return guid

    async def delete(self, client: Client, guid: str) -> None:
        del self.alive[guid]
        answer = await client.delete(f"/image/{guid}", params={"permanently": True})
        assert answer.status_code == 204

    async def look_at_all(self, client: Client) -> None:
        for guid, content in list(self.alive.items()):
            answer = await client.get(f"/image/{guid}/content")
            self.looks += 1
            if guid in self.alive and (answer.status_code != 200 or answer.content != content):
                self.missed.append(f"{guid}: {answer.status_code}")

    @asynccontextmanager
    async def at_work(self, client: Client) -> AsyncIterator[None]:
        """One looks all the time, one makes two images and deletes one of the oldest, over and over."""
        is_over = asyncio.Event()

        async def look() -> None:
            while not is_over.is_set():
                await self.look_at_all(client)
                await asyncio.sleep(0)

        async def change() -> None:
            while not is_over.is_set():
                for _ in range(2):
                    await self.make(client)
                await self.delete(client, next(iter(self.alive)))
                await asyncio.sleep(0.02)

        async with asyncio.TaskGroup() as group:
            group.create_task(look())
            group.create_task(change())
            yield
            is_over.set()
        await self.look_at_all(client)


async def move(environment: Mapping[str, str], *words: str) -> str:
    """In another process."""
    process = await asyncio.create_subprocess_exec(
        *(PIXYPROXY, "move-images", *words),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, (out + err).decode()
    return out.decode()


async def test_no_image_is_missing_at_any_moment(tmp_path: Path) -> None:
    old, new = tmp_path / "images", tmp_path / "new"
    first = {"PIXYPROXY_DATA_DIR": str(tmp_path), "PIXYPROXY_ADMIN_KEY": ADMIN_KEY}
    both = first | {"PIXYPROXY_IMAGES": str(new), "PIXYPROXY_IMAGES_BEFORE": str(old)}
    last = first | {"PIXYPROXY_IMAGES": str(new)}
    visitors = Visitors()

    async with running_app(first) as app, client_of(app, ADMIN_KEY) as client:
        for _ in range(10):
            await visitors.make(client)
        async with visitors.at_work(client):
            assert "all copied and read back" in await move(first, "--to", str(new))
        left = await visitors.make(client)
        await move(first, "--to", str(new))
        await visitors.delete(client, left)  # after it was copied, and the copy is not known here
        late = await visitors.make(client)

    async with running_app(both) as app, client_of(app, ADMIN_KEY) as client:
        await visitors.look_at_all(client)
        assert late in visitors.alive
        async with visitors.at_work(client):
            assert "all copied and read back" in await move(both)
        await visitors.delete(client, late)

    shutil.rmtree(old)
    async with running_app(last) as app, client_of(app, ADMIN_KEY) as client:
        await visitors.look_at_all(client)
        assert visitors.missed == []
        assert min(visitors.looks, len(visitors.alive)) > 10
        services: Services = app.state.services
        [told] = await fixed(services, replace(REPAIR, force=True))
        assert told.startswith("store: Bytes of images that are deleted: ")
        assert await wrong(services, AT_ONCE) == []
        await visitors.look_at_all(client)
        assert visitors.missed == []
        assert len([each async for each in services.store.list_()]) == len(visitors.alive)
