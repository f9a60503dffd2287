"""Which words and tags find an image: two tables clustered in the order of the answer.

They are written in the transaction of the row, so a search never finds more or less than there is.
"""

from collections.abc import Mapping

from pixyproxy.core.models import Image
from pixyproxy.core.words import words
from pixyproxy.data.database import Parameters, Statements
from pixyproxy.data.image_rows import prompt_words, tag_key

IN_PROMPT, IN_FILENAME = "p", "f"

_Entries = set[tuple[str, str]]
_ADD_WORD = "INSERT INTO image_word (field, word, image_id) VALUES (:field, :key, :image_id)"
_DROP_WORD = "DELETE FROM image_word WHERE field = :field AND word = :key AND image_id = :image_id"
_ADD_TAG = "INSERT INTO image_tag (tag, image_id) VALUES (:key, :image_id)"
_DROP_TAG = "DELETE FROM image_tag WHERE tag = :key AND image_id = :image_id"


class ImageIndex:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def add(self, image_id: int, image: Image) -> None:
        await self._run(_ADD_WORD, image_id, _words(image))
        await self._run(_ADD_TAG, image_id, _tags(image))

    async def change(self, before: Image, after: Image) -> None:
        words_before, words_after = _words(before), _words(after)
        await self._run(_ADD_WORD, after.id, words_after - words_before)
        await self._run(_DROP_WORD, after.id, words_before - words_after)
        await self._run(_ADD_TAG, after.id, _tags(after) - _tags(before))
        await self._run(_DROP_TAG, after.id, _tags(before) - _tags(after))

    async def remove(self, image_id: int) -> None:
        await self._statements.execute("DELETE FROM image_word WHERE image_id = :id", {"id": image_id})
        await self._statements.execute("DELETE FROM image_tag WHERE image_id = :id", {"id": image_id})

    async def _run(self, sql: str, image_id: int, entries: _Entries) -> None:
        """In sorted order, so that two transactions take their locks in the same one."""
        if entries:
            await self._statements.execute_many(sql, [_row(image_id, entry) for entry in sorted(entries)])


def _row(image_id: int, entry: tuple[str, str]) -> Parameters:
    row: Mapping[str, str | int] = {"field": entry[0], "key": entry[1], "image_id": image_id}
    return row


def _words(image: Image) -> _Entries:
    in_prompt = {(IN_PROMPT, word) for word in prompt_words(image)}
    return in_prompt | {(IN_FILENAME, word) for word in words(image.filename)}


def _tags(image: Image) -> _Entries:
    return {("", tag_key(tag)) for tag in image.tags}
