"""API keys arrive: those whose id is not there yet. Whoever has the secret of one may use it here as well.

One that was revoked where it comes from is revoked here. Nothing else of what is there is changed.
"""

import asyncio
from collections.abc import AsyncIterator

from pixyproxy.core.exceptions import DuplicateRow, InvalidRequest
from pixyproxy.core.models import ApiKey
from pixyproxy.data.library import Library
from pixyproxy.service.transfer.arrived import Arrived
from pixyproxy.service.transfer.key_lines import KeyLine
from pixyproxy.service.transfer.lists import ListFile, parsed


async def arriving_keys(library: Library, list_: ListFile, arrived: Arrived) -> AsyncIterator[str]:
    """Tells of those that cannot be taken."""
    while page := await asyncio.to_thread(list_.page):
        for each in page:
            try:
                await _take_in(library, parsed(KeyLine, each), arrived)
            except InvalidRequest as error:
                yield error.detail


async def _take_in(library: Library, line: KeyLine, arrived: Arrived) -> None:
    there = await library.keys.find(line.id) or await _added(library, line, arrived)
    if there is None:
        return
    if different := _differences(there, line.key()):
        what = ", ".join(different)
        raise InvalidRequest(f"Key {line.id} is there already with another {what}; it stays as it is.")
    if line.revoked_at is not None and there.revoked_at is None:
        arrived.revoked_keys += await library.keys.revoke(line.id, line.revoked_at)


async def _added(library: Library, line: KeyLine, arrived: Arrived) -> ApiKey | None:
    """The one that somebody else has added meanwhile, or None."""
    try:
        await library.keys.add(line.key())
    except DuplicateRow:
        return await library.keys.find(line.id)
    arrived.keys += 1
    arrived.admin_keys += line.is_admin and line.revoked_at is None
    return None


def _differences(there: ApiKey, other: ApiKey) -> list[str]:
    """In words that a person knows."""
    compared = {
        "secret": there.secret_sha256 == other.secret_sha256,
        "owner": there.owner == other.owner,
        "name": there.name == other.name,
        "rank": there.is_admin == other.is_admin,
    }
    return [what for what, is_same in compared.items() if not is_same]
