"""Images under names, and searches that tell their names: asked again while the index is packed."""

from collections.abc import Awaitable, Callable
from typing import Any

from pixyproxy.core.models import Audience
from pixyproxy.core.requests import ImageSearch
from pixyproxy.data.library import Library
from tests.data.builders import ADMINISTRATOR, a_search, added, an_image

Finds = Callable[..., Awaitable[list[str]]]


class NamedImages:
    """Images under names that a test gives them."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._names: dict[str, str] = {}
        self._asked: list[tuple[ImageSearch, Audience, list[str]]] = []

    async def finds(
        self, images: dict[str, Any] | None = None, audience: Audience = ADMINISTRATOR, **search: Any
    ) -> list[str]:
        """The names of what a search finds, the oldest first; before that, images are put on the shelf.

        Each by its name, with a prompt or with whatever else a test says of it.
        """
        for name, known in (images or {}).items():
            fields = {"prompt": known} if isinstance(known, str) else known
            (image,) = await added(self._library, an_image(**fields))
            self._names[image.guid] = name
        guids = [guid for guid, name in self._names.items() if name in search.get("guid", [])]
        asked = a_search(order="asc", **{**search, "guid": guids})
        found = await self._found(asked, audience)
        self._asked.append((asked, audience, found))
        return found

    async def ask_again_while_packing(self) -> None:
        """Nothing has been packed yet. With half of it packed, and with all, the same must be found."""
        half = max(1, len(self._names) // 2)
        for most, packed in ((half, half), (1000, len(self._names) - half)):
            assert await self._library.pack(most) == packed
            for asked, audience, found in self._asked:
                assert await self._found(asked, audience) == found

    async def _found(self, asked: ImageSearch, audience: Audience) -> list[str]:
        images = await self._library.images.list_(asked, audience, None)
        assert await self._library.images.count(asked, audience, 1000) == len(images)
        return [self._names[image.guid] for image in images]
