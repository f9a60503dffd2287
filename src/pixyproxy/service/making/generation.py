"""The story from the outside: what is asked for is recorded, begun or queued, and waited for."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass, replace

from pixyproxy.core.exceptions import (
    CommitLost,
    DuplicateRow,
    IdempotencyMismatch,
    ImageNotFound,
)
from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.models import Audience, Caller, Image, Job, JobState, JsonValue, Status
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.data.spool import Spool
from pixyproxy.service.generators.catalogue import Catalogue, Choice, numbered
from pixyproxy.service.generators.generator import NO_INPUTS, Inputs
from pixyproxy.service.making.admission import Admission
from pixyproxy.service.making.calls import Calls, new_attempt
from pixyproxy.service.making.circuits import Circuits
from pixyproxy.service.making.kept_inputs import KeptInputs, keys_of
from pixyproxy.service.making.leases import Leases, new_token
from pixyproxy.service.making.new_images import new_images
from pixyproxy.service.making.recording import Recording, Wanted, asked_of
from pixyproxy.service.making.recovery import Recovery
from pixyproxy.service.making.settling import Settling
from pixyproxy.service.making.watching import Watching
from pixyproxy.service.making.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operator may set about the making of images."""

    lease_s: float = 30
    most_calls: int = 1000
    reserve_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """An image as it stood when its making, or its caller's patience, had ended."""

    image: Image
    is_replay: bool = False
    """It was made, or begun, for an earlier request with the same key."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Images that were asked for together, as they stood when they were recorded."""

    images: tuple[Image, ...]
    is_replay: bool = False


class Generation:
    def __init__(
        self, library: Library, store: ImageStore, spool: Spool, catalogue: Catalogue, limits: Limits
    ) -> None:
        self._library = library
        self._spool = spool
        self._catalogue = catalogue
        self.admission = Admission(spool, store, limits.reserve_bytes)
        self.watching = Watching(library)
        self.kept_inputs = KeptInputs(library, store)
        self._leases = Leases(library, limits.lease_s)
        self._calls = Calls(library, spool, Circuits())
        self._recording = Recording(library, self.kept_inputs)
        settling = Settling(library, store, catalogue, self.admission, self.kept_inputs)
        self._workbench = Workbench(self._calls, settling, self._leases, self.watching, limits.most_calls)
        self._recovery = Recovery(
            library,
            spool,
            catalogue,
            self._leases,
            self._workbench,
            self.admission,
            self.kept_inputs,
        )

    async def begin(
        self,
        caller: Caller,
        prompt: ImagePrompt,
        count: int,
        key: IdempotencyKey | None = None,
        inputs: Inputs = NO_INPUTS,
    ) -> Batch:
        """So many images, recorded and on their way; or those that the key stands for by then.

        Whoever stops waiting for them does not stop their making.
        """
        while True:
            plan = self._calls.usable(self._catalogue.plan(prompt, inputs))
            await self.admission.check()
            starting = asyncio.create_task(self._start(caller, prompt, count, key, plan, inputs))
            try:
                return Batch(tuple(await asyncio.shield(starting)))
            except DuplicateRow:
                if key is None:
                    raise
            if earlier := await self.earlier(caller, key):
                return earlier  # Otherwise they have failed since, and let go of the key.

    def start_recovery(self) -> None:
        """From now on this process also takes up what is queued, and what others left behind."""
        self._recovery.start()

    def under_way(self) -> int:
        """How many images are being made in this process."""
        return self._workbench.under_way

    def answers_waiting(self) -> int:
        """How many are paid for, and in the spool for want of a database or a store."""
        return max(self._workbench.answers_waiting, self._spool.count_waiting())

    async def note_canceled(self, guid: str, job: Job) -> None:
        """Those who wait for it look it up; what it was to be made from is not needed any more."""
        if (watched := self.watching.find(guid)) is not None:
            watched.tell(None)
        await self.kept_inputs.forget(job.asked)

    async def drain(self) -> None:
        """Begin nothing any more; returns when nothing is on its way."""
        self.admission.is_ending = True
        await self._recovery.stop()
        await self._workbench.drain()
        self.watching.is_over = True

    async def close(self) -> None:
        await self.drain()
        await self._workbench.close()
        await self._recording.close()
        await self._leases.close()

    async def earlier(self, caller: Caller, key: IdempotencyKey | None) -> Batch | None:
        """The images that the caller's key stands for already."""
        if key is None:
            return None
        kept = await self._library.idempotency.find(caller.owner, key.route, key.key)
        if kept is None:
            return None
        if kept.fingerprint != key.fingerprint:
            raise IdempotencyMismatch
        audience = Audience.of(caller)
        if several := await self._library.images.of_batch(kept.guid, audience):
            return Batch(tuple(several), is_replay=True)
        image = await self._library.images.find(kept.guid, audience)
        if image is None:
            raise ImageNotFound("The image made with this Idempotency-Key has been deleted.")
        return Batch((image,), is_replay=True)

    async def _start(
        self,
        caller: Caller,
        prompt: ImagePrompt,
        count: int,
        key: IdempotencyKey | None,
        plan: tuple[Choice, ...],
        inputs: Inputs,
    ) -> list[Image]:
        self.admission.check_not_ending()
        images = new_images(caller, prompt, count, plan[0], inputs)
        kept = await self.kept_inputs.keep(images[0].guid, inputs)
        try:
            return await self._record(images, {**asked_of(prompt), **kept}, key, plan)
        except CommitLost:
            raise  # Perhaps they are queued, and another worker needs the inputs.
        except BaseException:
            await self.kept_inputs.remove(keys_of(kept))
            raise

    async def _record(
        self,
        images: list[Image],
        asked: dict[str, JsonValue],
        key: IdempotencyKey | None,
        plan: tuple[Choice, ...],
    ) -> list[Image]:
        """As many of them as there is room for are begun, the others queued."""
        with ExitStack() as places:
            wanted, plans = [], []
            for number, image in enumerate(images):
                plans.append(numbered(plan, number))
                has_room = self._workbench.has_room
                if has_room:
                    places.enter_context(self._workbench.reserved_place())
                of_this = {**asked, "number": number, "count": len(images)}
                wanted.append(self._wanted(image, of_this, plan[0], begin=has_room))
            recorded = await self._recording.add(wanted, key, self._leases.lease_s)
            for each, its_plan in zip(recorded, plans, strict=True):
                if each.attempt is not None:
                    self._workbench.begin(each.image, each.job, its_plan, each.attempt)
        if self._workbench.has_room and any(each.attempt is None for each in recorded):
            self._workbench.has_changed.set()
        return [each.image for each in recorded]

    def _wanted(self, image: Image, asked: dict[str, JsonValue], choice: Choice, *, begin: bool) -> Wanted:
        if not begin:
            queued = replace(image, status=Status.QUEUED)
            return Wanted(queued, Job(image_id=0, state=JobState.WAITING, asked=asked))
        holder, token = self._leases.holder, new_token()
        job = Job(image_id=0, state=JobState.SENT, asked=asked, holder=holder, token=token)
        return Wanted(image, job, new_attempt(image, choice))
