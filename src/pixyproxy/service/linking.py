"""A link for others, to a picture of one's own."""

from pixyproxy.core.picture_requests import LinkRequest
from pixyproxy.service.links import FreshLink, Links
from pixyproxy.service.private import PrivateImages
from pixyproxy.service.validation import revalidated


class Linking:
    def __init__(self, images: PrivateImages, links: Links) -> None:
        self._images = images
        self._links = links

    async def link(self, guid: str, wanted: LinkRequest) -> FreshLink:
        wanted = revalidated(wanted)
        image = await self._images.get_own(guid)
        options = {} if wanted.variant is None else wanted.variant.model_dump(exclude_none=True)
        said = [(name, str(value)) for name, value in options.items()]
        if wanted.download:
            said.append(("download", "true"))
        return await self._links.signed(image.guid, wanted.expires_in, said)
