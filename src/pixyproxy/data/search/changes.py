"""The log of what was created, changed or removed since the index was last brought up to date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pixyproxy.core.models import Image
from pixyproxy.data.database import Statements
from pixyproxy.data.named_parameters import any_of
from pixyproxy.data.search.terms import facts_of, have_same_texts, terms_of, texts_of
from pixyproxy.data.values import from_json, to_json

_NOTE = "INSERT INTO image_change (image_id, gone) VALUES (:image_id, :gone)"
_MOST_GONE = 1_000_000
"""Letters, of all changes that are read at once."""


@dataclass(frozen=True, slots=True)
class Change:
    """Of one image: terms it had, and may have no more."""

    id: int
    image_id: int
    gone: frozenset[str]


class Changes:
    """Written in the transaction of the row, so a search never finds more or less than there is."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def note_new(self, image_id: int) -> None:
        await self._note(image_id, ())

    async def note_changed(self, before: Image, after: Image) -> None:
        had, has = facts_of(before), facts_of(after)
        if not have_same_texts(before, after):
            had, has = had | texts_of(before), has | texts_of(after)
        if had != has or before.looks != after.looks:
            await self._note(after.id, had - has)

    async def note_removed(self, image: Image) -> None:
        await self._note(image.id, terms_of(image))

    async def _note(self, image_id: int, gone: Iterable[str]) -> None:
        await self._statements.execute(_NOTE, {"image_id": image_id, "gone": to_json(tuple(sorted(gone)))})

    async def oldest(self, most: int) -> list[Change]:
        """So many at most, and fewer where they say much; one at least, if there is any."""
        lengths = await self._statements.fetch_all(
            "SELECT id, length(gone) AS length FROM image_change ORDER BY id LIMIT :most", {"most": most}
        )
        ids: list[int] = []
        room = _MOST_GONE
        for row in lengths:
            room -= row["length"]
            if ids and room < 0:
                break
            ids.append(row["id"])
        if not ids:
            return []
        names, named = any_of("id", ids)
        sql = f"SELECT id, image_id, gone FROM image_change WHERE id IN ({names}) ORDER BY id"
        rows = await self._statements.fetch_all(sql, named)
        return [Change(row["id"], row["image_id"], frozenset(from_json(row["gone"]))) for row in rows]

    async def put_last(self, change_id: int) -> None:
        """Behind all others, so that it does not keep them."""
        named = {"id": change_id}
        again = (
            "INSERT INTO image_change (image_id, gone) SELECT image_id, gone FROM image_change WHERE id = :id"
        )
        await self._statements.execute(again, named)
        await self._statements.execute("DELETE FROM image_change WHERE id = :id", named)

    async def images_beyond(self, edge: int | None, most: int, *, newest_first: bool) -> list[int]:
        """The ids of images in the log, in that order, past an id."""
        past = "" if edge is None else f"WHERE image_id {'<' if newest_first else '>'} :edge"
        rows = await self._statements.fetch_all(
            f"SELECT DISTINCT image_id FROM image_change {past} "
            f"ORDER BY image_id {'DESC' if newest_first else 'ASC'} LIMIT :most",
            {"edge": edge, "most": most},
        )
        return [row["image_id"] for row in rows]

    async def take(self, ids: Sequence[int], *, lock: str) -> bool:
        """Out of the log, to be taken into the index. False when somebody else has taken one of them."""
        names, named = any_of("id", ids)
        sql = f"SELECT id FROM image_change WHERE id IN ({names}) ORDER BY id{lock}"
        if len(await self._statements.fetch_all(sql, named)) < len(ids):
            return False
        await self._statements.execute(f"DELETE FROM image_change WHERE id IN ({names})", named)
        return True
