"""All objects of one store brought into another, pass after pass until one finds nothing new.

The first pass believes nothing that lies in the target until it has read it back. Later ones believe what an
earlier one has read back, and need no more than the two listings for it. What is certain is in the journal; a
move that was killed goes on behind it. In the end the images are asked what there should be.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from pixyproxy.core.exceptions import CannotStart, PixyProxyException
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.data.listings import side_by_side
from pixyproxy.data.move_journal import MoveJournal, MoveState
from pixyproxy.data.places import Ground
from pixyproxy.data.store_keys import printable
from pixyproxy.service.moving.batches import Batch, Due, batches
from pixyproxy.service.moving.bringing import Bringing, Brought, Wrong
from pixyproxy.service.moving.named import Named
from pixyproxy.service.moving.progress import Progress, Told
from pixyproxy.service.moving.room import Room

_MOST_PASSES = 5
_AT_ONCE = 8
_AT_ONCE_BYTES = 64 * 1024**2
_MOST_UNCONFIRMED = 1000
_MOST_WRONG = 1000


class Move:
    """One run: what an earlier one has left of its pass, then passes of its own."""

    def __init__(
        self,
        library: Library,
        source: ImageStore,
        target: ImageStore,
        journal: MoveJournal,
        ground: Ground,
        told: Told = lambda _: None,
    ) -> None:
        """The ground is the source's."""
        self._upkeep = library.upkeep
        self._named = Named(library.upkeep, source, target)
        self._ground = ground
        self._source = source
        self._target = target
        self._journal = journal
        self._told = told
        self._room = Room(_AT_ONCE, _AT_ONCE_BYTES)
        self.state = journal.load()
        self.progress = Progress()

    async def passes(self) -> AsyncIterator[MoveState]:
        """Where each of them has come to. Only a whole one can be the last.

        An image whose bytes the source alone has then was made meanwhile: one more pass brings them.
        """
        counting = asyncio.create_task(self.progress.count(self._source.list_()))
        try:
            if self.state.is_cut_off and len(self.state.wrong) > _MOST_WRONG:
                self.state = MoveState()  # given up: what was wrong is looked at again
            if self.state.is_cut_off:
                yield await self._pass(self.state.taken_up())
            for _ in range(_MOST_PASSES):
                yield await self._pass(self.state.next_pass())
                if not self.state.copied:
                    break
            lacking = await self._named.lacking(_MOST_WRONG)
            wrong = lacking.wrong
            if lacking.behind:
                yield await self._pass(self.state.next_pass())
                wrong |= await self._named.still_lacking(lacking.behind)
            await self._end(wrong)
        finally:
            counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)

    async def _pass(self, state: MoveState) -> MoveState:
        self.state, doubted = state, frozenset(state.doubted)
        self.progress.go_on_from(state)
        beside = side_by_side(self._source.list_(state.past_key), self._target.list_(state.past_key))
        async for batch in batches(beside, lambda key: state.passes > 1 and key not in doubted):
            await self._bring_batch(batch)
        await self._ground.check()
        await self._ask_whose_is_unconfirmed()
        self.state = replace(self.state, is_over=True, doubted=())
        await self._journal.write(self.state)
        return self.state

    async def _end(self, wrong: dict[str, str]) -> None:
        """What a pass has found wrong with an object says more than that it is missing."""
        links = dict.fromkeys(await self._ground.links(_MOST_WRONG), Wrong.LINK.value)
        self.state = replace(self.state, wrong=links | wrong | self.state.wrong)
        await self._journal.write(self.state)
        self._check_few_are_wrong()

    def _check_few_are_wrong(self) -> None:
        """All of them are in memory, and in the journal; and so many have one cause."""
        if len(self.state.wrong) > _MOST_WRONG:
            key, wrong = next(iter(self.state.wrong.items()))
            raise CannotStart(
                f"More than {_MOST_WRONG:,} objects are wrong, the first: {printable(key)}  {wrong}."
            )

    async def _bring_batch(self, batch: Batch) -> None:
        """What is about to be put is noted before: after a kill, nobody knows whether it came out right."""
        if batch.due:
            self.state = replace(self.state, under_way=tuple(each.key for each in batch.due))
            await self._journal.write(self.state)
        brought = await self._bring_all(batch.due)
        self.state = _after(self.state, batch, brought)
        if len(self.state.unconfirmed) > _MOST_UNCONFIRMED:
            await self._ask_whose_is_unconfirmed()
        await self._journal.write(self.state)
        self._check_few_are_wrong()
        self.progress.go_on_from(self.state)
        self._told(self.progress)

    async def _bring_all(self, due: Sequence[Due]) -> list[Brought]:
        """After a failure nothing more is begun. What is under way goes on: no thread can be cut off."""
        failures: list[PixyProxyException] = []
        brought = await asyncio.gather(*(self._bring(each, failures) for each in due))
        if failures:
            raise failures[0]
        return [each for each in brought if each is not None]

    async def _bring(self, due: Due, failures: list[PixyProxyException]) -> Brought | None:
        async with self._room.taken(due.size_bytes):
            if failures:
                return None
            try:
                one = Bringing(self._upkeep, self._source, self._target, due.key)
                brought = await one.bring(is_there=due.is_there)
            except PixyProxyException as error:
                failures.append(error)
                return None
        self.progress.note(due.size_bytes, is_copied=brought.is_copied)
        self._told(self.progress)
        return brought

    async def _ask_whose_is_unconfirmed(self) -> None:
        """Bytes that an image names, and still says otherwise of, had been damaged before they were moved.

        Its row may have come after the bytes were read.
        """
        hashes = self.state.unconfirmed
        named = await self._upkeep.named_among(hashes)
        changed = {
            key: Wrong.CHANGED.value for key in named if not await self._upkeep.is_content(key, hashes[key])
        }
        self.state = replace(self.state, unconfirmed={}, wrong=self.state.wrong | changed)


def _after(state: MoveState, batch: Batch, brought: Sequence[Brought]) -> MoveState:
    found = [(each, each.found) for each in brought if each.found is not None]
    new = {each.key: found.sha256 for each, found in found if not each.is_confirmed}
    wrong = {each.key: each.wrong.value for each in brought if each.wrong is not None}
    return replace(
        state,
        past_key=batch.until,
        under_way=(),
        unconfirmed=state.unconfirmed | new,
        wrong=state.wrong | wrong,
        objects=state.objects + batch.believed + len(found),
        size_bytes=state.size_bytes + batch.believed_bytes + sum(each.size_bytes for _, each in found),
        copied=state.copied + sum(each.is_copied for each in brought),
    )
