"""API keys arrive: those whose id is not there yet. Whoever has the secret of one may use it here as well."""

import asyncio
from collections.abc import AsyncIterator

from pixyproxy.core.exceptions import InvalidRequest
from pixyproxy.data.library import Library
from pixyproxy.service.transfer.arrived import Arrived
from pixyproxy.service.transfer.lines import KeyLine
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
    there = await library.keys.find(line.id)
    if there is None:
        await library.keys.add(line.key())
        arrived.keys += 1
        arrived.admin_keys += line.is_admin and line.revoked_at is None
    elif there.secret_sha256 != line.secret_sha256:
        raise InvalidRequest(f"Key {line.id} is there already with another secret; it stays as it is.")
