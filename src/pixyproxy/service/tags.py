"""Tags: listed with counts, completed, renamed, merged."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pixyproxy.core.models import Audience, Caller, Image
from pixyproxy.core.requests import TagRename, TagSearch
from pixyproxy.data.image_rows import tag_key
from pixyproxy.data.library import Library, Repositories
from pixyproxy.service.cursors import Cursors
from pixyproxy.service.validation import refused, revalidated

RENAMED_AT_ONCE = 500
_IN_ONE_TRANSACTION = 50


@dataclass(frozen=True, slots=True)
class CountedTag:
    """A tag as the newest image writes it, and how many images have it."""

    tag: str
    images: int


@dataclass(frozen=True, slots=True)
class TagPage:
    tags: list[CountedTag]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Renamed:
    """How many images were changed; with a cursor there may be more."""

    images: int
    next_cursor: str | None


class Tags:
    """Those of the images that somebody may see."""

    def __init__(self, library: Library, audience: Audience) -> None:
        self._library = library
        self._audience = audience

    async def list_(self, search: TagSearch) -> TagPage:
        search = revalidated(search)
        if search.after is not None and search.order != "name":
            raise refused("after", "goes with order=name only")
        counts = await self._library.images.tag_counts(self._audience, tag_key(search.prefix or ""))
        if search.order == "name":
            after = tag_key(search.after or "")
            keys = sorted(key for key in counts.images if key > after)
        else:
            keys = sorted(counts.images, key=lambda key: (-counts.images[key], key))
        shown = keys[: search.limit]
        written = await self._library.images.tags_of([counts.newest[key] for key in shown])
        tags = [
            CountedTag(_written(key, written.get(counts.newest[key])), counts.images[key]) for key in shown
        ]
        return TagPage(tags, len(keys) > search.limit)


class TagRenaming:
    """By somebody who may change images, of all that are theirs to change; in the trash, too."""

    def __init__(self, library: Library, cursors: Cursors, caller: Caller) -> None:
        self._library = library
        self._cursors = cursors
        self._audience = Audience.of_own(caller)

    async def rename(self, rename: TagRename) -> Renamed:
        """A bounded number of images; the next call, with the cursor, goes on."""
        rename = revalidated(rename)
        past_id = self._cursors.open(rename, self._audience)
        found = await self._library.images.with_tag(
            tag_key(rename.tag), self._audience, past_id, RENAMED_AT_ONCE + 1
        )
        ids = sorted(image.id for image in found[:RENAMED_AT_ONCE])
        changed = 0
        for start in range(0, len(ids), _IN_ONE_TRANSACTION):
            changed += await self._rename_in(ids[start : start + _IN_ONE_TRANSACTION], rename)
        more = len(found) > RENAMED_AT_ONCE
        return Renamed(changed, self._cursors.after(ids[0], rename, self._audience) if more else None)

    async def _rename_in(self, ids: list[int], rename: TagRename) -> int:
        async def work(repositories: Repositories) -> int:
            changed = 0
            for image_id in ids:
                before = await repositories.images.lock_own(image_id, self._audience)
                tags = () if before is None else _renamed(before, rename)
                if before is not None and tags != before.tags:
                    after = replace(before, tags=tags, updated_at=datetime.now(UTC))
                    await repositories.images.change(before, after)
                    changed += 1
            return changed

        return await self._library.transact(work)


def _renamed(image: Image, rename: TagRename) -> tuple[str, ...]:
    """In its place; another spelling of the new one goes."""
    old, new = tag_key(rename.tag), tag_key(rename.to)
    if old not in map(tag_key, image.tags):
        return image.tags
    tags = [rename.to if tag_key(tag) == old else tag for tag in image.tags]
    return tuple(tag for tag in tags if tag == rename.to or tag_key(tag) != new)


def _written(key: str, tags: tuple[str, ...] | None) -> str:
    """Between the two questions it may have been renamed."""
    return next((tag for tag in tags or () if tag_key(tag) == key), key)
