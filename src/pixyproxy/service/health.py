"""Whether the parts we stand on can be used right now."""

from collections.abc import Awaitable

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library


async def reasons_not_ready(library: Library, store: ImageStore) -> dict[str, str]:
    """What is wrong, by part; empty when all is well."""
    parts = {"database": library.check(), "images": store.check()}
    found = {name: await _what_is_wrong(part) for name, part in parts.items()}
    return {name: reason for name, reason in found.items() if reason}


async def _what_is_wrong(part: Awaitable[None]) -> str | None:
    try:
        await part
    except PixyProxyException as error:
        return error.code
    return None
