"""Whether the parts we stand on can be used right now."""

from collections.abc import Awaitable

from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.data.library import Library
from pixyproxy.service.making.admission import Admission


async def reasons_not_ready(library: Library, admission: Admission) -> dict[str, str]:
    """What is wrong, by part; empty when new work is taken."""
    parts = {"database": library.check(), "images": admission.check_room_and_store()}
    found: dict[str, str | None] = {name: await _what_is_wrong(part) for name, part in parts.items()}
    if admission.is_ending:
        found["service"] = "ending"
    return {name: reason for name, reason in found.items() if reason}


async def _what_is_wrong(part: Awaitable[None]) -> str | None:
    try:
        await part
    except PixyProxyException as error:
        return error.code
    return None
