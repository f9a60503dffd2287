"""Walks from the newest image (or the oldest) and stops after a page: first the index, then the rows."""

from collections.abc import AsyncIterator, Sequence

from pixyproxy.core.models import Audience, Image
from pixyproxy.core.requests import ImageSearch
from pixyproxy.data import image_rows
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.named_parameters import any_of
from pixyproxy.data.search.question import Question, question_of, tagged
from pixyproxy.data.search.walking import Walk

_MOST_ROWS, _FASTER = 500, 4
_COUNTED_AT_ONCE = 2000
_SELECTED = ", ".join(["id", *image_rows.COLUMNS])
_FOR_CHECKS = "id, filename, tags"


class Finding:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def page(self, search: ImageSearch, audience: Audience, past_id: int | None) -> list[Image]:
        """One image more than `search.limit` where there is a next page."""
        question, newest_first = question_of(search, audience), search.order == "desc"
        return await self._first(question, past_id, search.limit + 1, newest_first=newest_first)

    async def with_tag(self, key: str, audience: Audience, past_id: int | None, most: int) -> list[Image]:
        """Whatever their status, in the trash or not; the newest first."""
        return await self._first(tagged(key, audience), past_id, most, newest_first=True)

    async def count(self, search: ImageSearch, audience: Audience, most: int) -> int:
        """How many there are, or one more than `most`."""
        question = question_of(search, audience)
        if question.is_exact and not question.is_empty:
            return min(await self._count_sets(question, most), most + 1)
        rows = self._rows(question, None, _FOR_CHECKS, most + 1, _COUNTED_AT_ONCE, newest_first=True)
        return sum([len(some) async for some in rows])

    async def _count_sets(self, question: Question, most: int) -> int:
        """Only of what the log names the rows are asked."""
        found = 0
        async for part in Walk(self._statements, question.wanted, None, newest_first=True).parts():
            found += len(part.indexed)
            changed = part.ids(part.changed)
            for start in range(0, len(changed), _COUNTED_AT_ONCE):
                ids = changed[start : start + _COUNTED_AT_ONCE]
                found += len(
                    await self._those_that_meet(question, ids, _FOR_CHECKS, len(ids), newest_first=True)
                )
            if found > most:
                break
        return found

    async def _first(
        self, question: Question, past_id: int | None, most: int, *, newest_first: bool
    ) -> list[Image]:
        rows = self._rows(question, past_id, _SELECTED, most, most, newest_first=newest_first)
        return [image_rows.from_row(row) async for some in rows for row in some]

    async def _rows(
        self,
        question: Question,
        past_id: int | None,
        selected: str,
        most: int,
        at_once: int,
        *,
        newest_first: bool,
    ) -> AsyncIterator[list[Row]]:
        """So many in all. So many images are looked at first, more where few of them meet the question."""
        waiting: list[int] = []
        async for ids in self._candidates(question, past_id, newest_first=newest_first):
            waiting += ids
            while most and len(waiting) >= at_once:
                now, waiting = waiting[:at_once], waiting[at_once:]
                found = await self._those_that_meet(question, now, selected, most, newest_first=newest_first)
                yield found
                most -= len(found)
                at_once = max(at_once, min(at_once * _FASTER, _MOST_ROWS))
            if not most:
                return
        if waiting:
            yield await self._those_that_meet(question, waiting, selected, most, newest_first=newest_first)

    def _candidates(
        self, question: Question, past_id: int | None, *, newest_first: bool
    ) -> AsyncIterator[Sequence[int]]:
        if question.is_empty:
            return _nothing()
        if question.guids is not None:
            return self._with_guids(question.guids, past_id, newest_first=newest_first)
        return Walk(self._statements, question.wanted, past_id, newest_first=newest_first).ids()

    async def _with_guids(
        self, guids: Sequence[str], past_id: int | None, *, newest_first: bool
    ) -> AsyncIterator[Sequence[int]]:
        names, named = any_of("guid", guids)
        rows = await self._statements.fetch_all(f"SELECT id FROM image WHERE guid IN ({names})", named)
        ids = sorted((row["id"] for row in rows), reverse=newest_first)
        yield [
            each for each in ids if past_id is None or ((each < past_id) == newest_first and each != past_id)
        ]

    async def _those_that_meet(
        self, question: Question, ids: Sequence[int], selected: str, most: int, *, newest_first: bool
    ) -> list[Row]:
        names, named = any_of("image", ids)
        rows = await self._statements.fetch_all(
            f"SELECT {selected} FROM image WHERE id IN ({names}) AND {' AND '.join(question.conditions)} "
            f"ORDER BY id {'DESC' if newest_first else 'ASC'} LIMIT :most",
            {**question.parameters, **named, "most": len(ids) if question.checks else most},
        )
        return [row for row in rows if question.meets(row)][:most]


async def _nothing() -> AsyncIterator[Sequence[int]]:
    return
    yield
