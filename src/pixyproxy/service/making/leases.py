"""Which images this process holds, and the sign of life that keeps them its own."""

import asyncio
import logging
from secrets import token_hex

from pixyproxy.core.exceptions import LeaseLost, PixyProxyException
from pixyproxy.core.models import Job
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.background import stop

log = logging.getLogger(__name__)


def new_token() -> str:
    """Of one claim; no other ever has the same."""
    return token_hex(12)


async def held_job(repositories: Repositories, image_id: int, token: str) -> Job:
    """The job, locked until the transaction's end. Raises `LeaseLost` when it is another's, or gone."""
    job = await repositories.jobs.find_for_update(image_id)
    if job is None or job.token != token:
        raise LeaseLost
    return job


class Leases:
    def __init__(self, library: Library, lease_s: float) -> None:
        self.holder = token_hex(8)
        self.lease_s = lease_s
        self._library = library
        self._held: set[int] = set()
        self._renewing: asyncio.Task[None] | None = None

    def hold(self, image_id: int) -> None:
        self._held.add(image_id)
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._go_on_renewing())

    def let_go(self, image_id: int) -> None:
        self._held.discard(image_id)

    async def renew(self) -> None:
        await self._library.jobs.renew(self._held, self.holder, self.lease_s)

    async def close(self) -> None:
        self._held.clear()
        if self._renewing is not None:
            await stop([self._renewing])

    async def _go_on_renewing(self) -> None:
        """As long as anything is held. While the database is away nobody else can claim it either."""
        while self._held:
            await asyncio.sleep(self.lease_s / 3)
            try:
                await self.renew()
            except PixyProxyException as error:
                log.warning("the leases were not renewed (%s)", error.origin)
            except Exception:  # without a sign of life all would be lost that is held
                log.exception("the leases were not renewed")
