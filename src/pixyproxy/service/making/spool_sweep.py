"""Answers in the spool whose process is gone: brought to their image, or thrown away when that is done."""

import asyncio
import logging

from pixyproxy.core.exceptions import OutcomeUnknown, PixyProxyException
from pixyproxy.core.models import Attempt, AttemptStatus, Image
from pixyproxy.data.library import Library, Repositories
from pixyproxy.data.spool import Spool, SpooledAnswer
from pixyproxy.service.generators.catalogue import Catalogue
from pixyproxy.service.making.leases import Leases, new_token
from pixyproxy.service.making.outcomes import Ended
from pixyproxy.service.making.workbench import Workbench

log = logging.getLogger(__name__)

_CLOSED = {AttemptStatus.SUCCEEDED, AttemptStatus.FAILED}


class SpoolSweep:
    def __init__(
        self, library: Library, spool: Spool, catalogue: Catalogue, leases: Leases, workbench: Workbench
    ) -> None:
        self._library = library
        self._spool = spool
        self._catalogue = catalogue
        self._leases = leases
        self._workbench = workbench

    async def sweep(self) -> None:
        """One at a time: who claims the job of an answer that we hold does not find it."""
        for answer in self._spool.abandoned():
            try:
                if self._catalogue.has_generator(answer.about.generator):
                    await self._adopt(answer)
                else:
                    answer.close()
            except PixyProxyException as error:
                answer.close()
                log.warning("an answer in the spool must wait: %s (%s)", error.detail, error.origin)
            except BaseException:
                answer.close()
                raise

    async def _adopt(self, answer: SpooledAnswer) -> None:
        """Its lock is free, so the process that wrote it is gone; its lease need not be waited for."""
        token = new_token()

        async def work(repositories: Repositories) -> tuple[Attempt | None, Image | None, Ended | None]:
            attempt = await repositories.attempts.find_for_update(answer.about.storage_key)
            if attempt is None or attempt.status in _CLOSED:
                return attempt, None, None
            image = await repositories.images.find_in_making(attempt.image_id)
            job = await repositories.jobs.find_for_update(attempt.image_id)
            if job is not None:
                await repositories.jobs.take(job.image_id, self._leases.holder, token, self._leases.lease_s)
            guid, held = image.guid if image else "", token if job else None
            failure = None if answer.is_whole else OutcomeUnknown(guid=guid)
            asked = job.asked if job else {}
            return attempt, image, Ended(attempt.image_id, guid, held, attempt, answer, failure, asked)

        attempt, image, ended = await self._library.transact(work)
        if ended is not None:
            self._workbench.settle(ended, image)
        elif attempt is not None:
            await asyncio.to_thread(answer.discard)
        else:
            answer.close()  # of another library
