"""Many images at once: changed, put into the trash, taken out of it, removed. Each has its own result.

An error that is about one image is its result. One of the database ends the request: what has been done stays
done, and asking again does the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from pixyproxy.core.bulk_requests import USUAL_BATCH, BulkFilters, BulkRequest
from pixyproxy.core.exceptions import (
    AccessException,
    ImageNotFound,
    ImagePromptException,
    InvalidRequest,
    PixyProxyException,
)
from pixyproxy.core.models import Audience, Image, Job
from pixyproxy.core.requests import TAG_COUNT, ImageSearch
from pixyproxy.data.image_rows import tag_key
from pixyproxy.data.library import Repositories
from pixyproxy.service.making.canceling import cancel_unsent
from pixyproxy.service.private import PrivateImages
from pixyproxy.service.reading import checked
from pixyproxy.service.validation import revalidated

_IN_ONE_TRANSACTION = 50


class Outcome(StrEnum):
    """What became of one image."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    RESTORED = "restored"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Result:
    guid: str
    outcome: Outcome
    error: PixyProxyException | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """One batch; with a cursor there is more to do."""

    results: list[Result]
    next_cursor: str | None


@dataclass(slots=True)
class _Together:
    """What one transaction did, and what is to be done when it has ended."""

    results: dict[str, Result] = field(default_factory=dict)
    deleted: list[tuple[Image, Job | None]] = field(default_factory=list)


class BulkImages(PrivateImages):
    """The library as one caller changes it, many images at a time."""

    async def carry_out(self, request: BulkRequest) -> Done:
        request = revalidated(request)
        if request.guids is not None:
            guids = list(dict.fromkeys(str(guid) for guid in request.guids))
            return Done(await self._do_all(guids, request), None)
        return await self._do_what_is_found(request)

    async def _do_what_is_found(self, request: BulkRequest) -> Done:
        """Of the caller's own, the newest first, a transaction's worth after the other."""
        own = Audience.of_own(self._caller)
        search, past_id = _search_of(request), self._cursors.open(request, own)
        left = request.limit or USUAL_BATCH
        results: list[Result] = []
        while True:
            search = search.model_copy(update={"limit": min(left, _IN_ONE_TRANSACTION)})
            found = await self._library.images.list_(search, own, past_id)
            now = found[: search.limit]
            results += await self._do_all([image.guid for image in now], request)
            left -= len(now)
            if len(found) <= search.limit:
                return Done(results, None)
            past_id = now[-1].id
            if not left:
                return Done(results, self._cursors.after(past_id, request, own))

    async def _do_all(self, guids: Sequence[str], request: BulkRequest) -> list[Result]:
        if request.permanently:
            return [await self._erase(guid) for guid in guids]
        results: dict[str, Result] = {}
        for start in range(0, len(guids), _IN_ONE_TRANSACTION):
            results |= await self._do_together(guids[start : start + _IN_ONE_TRANSACTION], request)
        return [results[guid] for guid in guids]

    async def _erase(self, guid: str) -> Result:
        try:
            await self.delete(guid, permanently=True)
        except (ImagePromptException, AccessException) as error:
            return Result(guid, Outcome.FAILED, error)
        return Result(guid, Outcome.DELETED)

    async def _do_together(self, guids: Sequence[str], request: BulkRequest) -> dict[str, Result]:
        """Guids sort as their images came: whoever locks several does it in that order."""

        async def work(repositories: Repositories) -> _Together:
            done = _Together()
            for guid in sorted(guids):
                done.results[guid] = await self._do(repositories, guid, request, done)
            return done

        done = await self._library.transact(work)
        for image, job in done.deleted:
            if job is not None:
                await self._generation.note_canceled(image.guid, job)
            if self._trash.is_due(image):
                await self._remove(image)
        return done.results

    async def _do(
        self, repositories: Repositories, guid: str, request: BulkRequest, done: _Together
    ) -> Result:
        try:
            match request.action:
                case "change":
                    outcome = await self._change_one(repositories, guid, request)
                case "delete":
                    outcome = await self._delete_one(repositories, guid, done)
                case "restore":
                    outcome = await self._restore_one(repositories, guid)
        except (ImagePromptException, AccessException) as error:
            return Result(guid, Outcome.FAILED, error)
        return Result(guid, outcome)

    async def _change_one(self, repositories: Repositories, guid: str, request: BulkRequest) -> Outcome:
        before = await self._lock_own(repositories, guid)
        after = _changed(before, request)
        if after == before:
            return Outcome.UNCHANGED
        await repositories.images.change(before, replace(after, updated_at=datetime.now(UTC)))
        return Outcome.CHANGED

    async def _delete_one(self, repositories: Repositories, guid: str, done: _Together) -> Outcome:
        """What lies in the trash is deleted already: no error to who asks again."""
        if await self._find_restorable(repositories, guid):
            return Outcome.UNCHANGED
        image = await self._lock_own(repositories, guid)
        left, job = await cancel_unsent(repositories, image)
        deleted = self._trash.deleted(left, permanently=False)
        await repositories.images.change(image, deleted)
        done.deleted.append((deleted, job))
        return Outcome.DELETED

    async def _restore_one(self, repositories: Repositories, guid: str) -> Outcome:
        image = await self._find_restorable(repositories, guid)
        if image is not None:
            await repositories.images.change(image, replace(image, deleted_at=None))
            return Outcome.RESTORED
        try:
            await self._lock_own(repositories, guid)
        except ImageNotFound:
            raise ImageNotFound("There is no such image in the trash.") from None
        return Outcome.UNCHANGED

    async def _find_restorable(self, repositories: Repositories, guid: str) -> Image | None:
        image = await repositories.images.find_in_trash_for_update(guid, self._audience)
        return None if image is None or self._trash.is_due(image) else image


def _search_of(request: BulkRequest) -> ImageSearch:
    in_trash = request.action == "restore" or request.from_trash
    return checked(ImageSearch.of(request.filter or BulkFilters(), deleted=in_trash))


def _changed(image: Image, request: BulkRequest) -> Image:
    return replace(
        image,
        tags=_tags(image.tags, request.remove_tags or (), request.add_tags or ()),
        visibility=request.visibility or image.visibility,
        author=request.author or image.author,
    )


def _tags(tags: Sequence[str], remove: Sequence[str], add: Sequence[str]) -> tuple[str, ...]:
    removed = {tag_key(tag) for tag in remove}
    kept = [tag for tag in tags if tag_key(tag) not in removed]
    known = {tag_key(tag) for tag in kept}
    added = [tag for tag in add if tag_key(tag) not in known]
    if added and len(kept) + len(added) > TAG_COUNT:
        raise InvalidRequest(f"It would have {len(kept) + len(added)} tags; an image may have {TAG_COUNT}.")
    return (*kept, *added)
