"""A link for others, to a picture of one's own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pixyproxy.core.requests import LinkRequest
from pixyproxy.service.links import Links
from pixyproxy.service.private import PrivateImages
from pixyproxy.service.validation import revalidated


@dataclass(frozen=True, slots=True)
class Link:
    """What stands in it behind the question mark, and when it is over."""

    query: str
    expires_at: datetime


class Linking:
    def __init__(self, images: PrivateImages, links: Links) -> None:
        self._images = images
        self._links = links

    async def link(self, guid: str, wanted: LinkRequest) -> Link:
        wanted = revalidated(wanted)
        await self._images.get_own(guid)
        options = {} if wanted.variant is None else wanted.variant.model_dump(exclude_none=True)
        said = [(name, str(value)) for name, value in options.items()]
        if wanted.download:
            said.append(("download", "true"))
        now = datetime.now(UTC).replace(microsecond=0)
        query = await self._links.signed(guid, wanted.expires_in, said)
        return Link(query, now + timedelta(seconds=wanted.expires_in))
