"""The story from the outside: what is asked for is recorded, begun or queued, and waited for."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pixyproxy.core.exceptions import DuplicateRow, IdempotencyMismatch, ImageNotFound, PixyProxyException
from pixyproxy.core.idempotency import IdempotencyKey
from pixyproxy.core.models import Audience, Caller, Image, Job, JobState, JsonValue, Status
from pixyproxy.core.names import new_guid, readable_name
from pixyproxy.core.requests import ImagePrompt
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.data.spool import Spool
from pixyproxy.service.generators.catalogue import Catalogue, Choice
from pixyproxy.service.making.admission import Admission
from pixyproxy.service.making.calls import Calls, Making, new_attempt
from pixyproxy.service.making.circuits import Circuits
from pixyproxy.service.making.leases import Leases, new_token
from pixyproxy.service.making.recording import Recording, asked_of
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


class Generation:
    def __init__(
        self, library: Library, store: ImageStore, spool: Spool, catalogue: Catalogue, limits: Limits
    ) -> None:
        self._library = library
        self._spool = spool
        self._catalogue = catalogue
        self.admission = Admission(spool, store, limits.reserve_bytes)
        self.watching = Watching(library)
        self._leases = Leases(library, limits.lease_s)
        self._calls = Calls(library, spool, Circuits())
        self._recording = Recording(library)
        settling = Settling(library, store, catalogue, self.admission)
        self._workbench = Workbench(self._calls, settling, self._leases, self.watching, limits.most_calls)
        self._recovery = Recovery(
            library, spool, catalogue, self._leases, self._workbench, self.watching, self.admission
        )

    async def make(
        self,
        caller: Caller,
        prompt: ImagePrompt,
        key: IdempotencyKey | None = None,
        patience_s: float | None = None,
    ) -> Made:
        """Whoever stops waiting for the image does not stop its making."""
        image, is_replay = await self._earlier(caller, key), True
        while image is None:
            plan = self._calls.usable(self._catalogue.plan(prompt))
            await self.admission.check()
            starting = asyncio.create_task(self._start(caller, prompt, key, plan))
            try:
                image, is_replay = await asyncio.shield(starting), False
            except DuplicateRow:
                if key is None:
                    raise
                image = await self._earlier(caller, key)  # None: it has failed since, and let go of the key
        try:
            return Made(await self.watching.until_settled(image, patience_s), is_replay)
        except PixyProxyException as error:
            error.is_replay = is_replay and not error.may_be_asked_again
            raise

    def start_recovery(self) -> None:
        """From now on this process also takes up what is queued, and what others left behind."""
        self._recovery.start()

    def answers_waiting(self) -> int:
        """How many are paid for, and in the spool for want of a database or a store."""
        return max(self._workbench.answers_waiting, self._spool.count_waiting())

    def note_canceled(self, guid: str) -> None:
        """Those who wait for it look it up."""
        if (watched := self.watching.find(guid)) is not None:
            watched.tell(None)

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

    async def _earlier(self, caller: Caller, key: IdempotencyKey | None) -> Image | None:
        """The image that the caller's key stands for already."""
        if key is None:
            return None
        kept = await self._library.idempotency.find(caller.owner, key.route, key.key)
        if kept is None:
            return None
        if kept.fingerprint != key.fingerprint:
            raise IdempotencyMismatch
        image = await self._library.images.find(kept.guid, Audience.of(caller))
        if image is None:
            raise ImageNotFound("The image made with this Idempotency-Key has been deleted.")
        return image

    async def _start(
        self, caller: Caller, prompt: ImagePrompt, key: IdempotencyKey | None, plan: tuple[Choice, ...]
    ) -> Image:
        self.admission.check_not_ending()
        image = _new_image(caller, prompt, plan[0])
        if self._workbench.has_room:
            with self._workbench.reserved_place():
                return await self._begin(image, prompt, key, plan)
        job = Job(image_id=0, state=JobState.WAITING, asked=asked_of(prompt))
        image = await self._recording.queue(replace(image, status=Status.QUEUED), job, key)
        if self._workbench.has_room:
            self._workbench.has_changed.set()
        return image

    async def _begin(
        self, image: Image, prompt: ImagePrompt, key: IdempotencyKey | None, plan: tuple[Choice, ...]
    ) -> Image:
        token, attempt = new_token(), new_attempt(image, plan[0])
        job = Job(
            image_id=0, state=JobState.SENT, asked=asked_of(prompt), holder=self._leases.holder, token=token
        )
        image, attempt = await self._recording.begin(image, job, key, attempt, self._leases.lease_s)
        self._workbench.begin(Making(image, token, plan, self.watching.begin(image.guid), attempt))
        return image


def _new_image(caller: Caller, prompt: ImagePrompt, choice: Choice) -> Image:
    guid, now = new_guid(), datetime.now(UTC)
    return Image(
        guid=guid,
        owner=caller.owner,
        filename=prompt.filename or readable_name(prompt.prompt, guid),
        prompt=prompt.prompt,
        tags=tuple(prompt.tags),
        author=prompt.author or caller.name,
        status=Status.GENERATING,
        visibility=prompt.visibility,
        generator=choice.generator.name,
        model=choice.request.model,
        parameters=_parameters(prompt, choice),
        created_at=now,
        updated_at=now,
    )


def _parameters(prompt: ImagePrompt, choice: Choice) -> dict[str, JsonValue]:
    """What was asked for; the model only where an alias changed it."""
    named = {"size", "quality", "background", "output_format", "seed"}
    if prompt.model != choice.request.model:
        named.add("model")
    asked: dict[str, JsonValue] = prompt.model_dump(include=named, exclude_none=True)
    return asked
