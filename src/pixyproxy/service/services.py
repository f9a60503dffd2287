"""What the web floor and the command line are given: every use case, ready to be asked."""

from dataclasses import dataclass, field

from pixyproxy.core.models import Audience, Caller
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.data.spool import Spool
from pixyproxy.service.bulk import BulkImages
from pixyproxy.service.cursors import Cursors
from pixyproxy.service.export import Exporting, Exports
from pixyproxy.service.generators.catalogue import Catalogue
from pixyproxy.service.housekeeping import Housekeeping
from pixyproxy.service.keys import Keys
from pixyproxy.service.linking import Linking
from pixyproxy.service.links import Links, SignedLink
from pixyproxy.service.looks import Glances
from pixyproxy.service.making.generation import Generation
from pixyproxy.service.operations import FoundOut, Operations
from pixyproxy.service.private import PrivateImages
from pixyproxy.service.public import PublicImages
from pixyproxy.service.reading import ImageReading
from pixyproxy.service.sessions import Sessions
from pixyproxy.service.tags import TagRenaming, Tags
from pixyproxy.service.trash import Trash
from pixyproxy.service.usage import Usage
from pixyproxy.service.variants.variants import Variants


@dataclass(frozen=True, slots=True)
class Services:
    library: Library
    store: ImageStore
    spool: Spool
    catalogue: Catalogue
    generation: Generation
    keys: Keys
    sessions: Sessions
    cursors: Cursors
    links: Links
    variants: Variants
    trash: Trash
    housekeeping: Housekeeping
    images_in: str
    """`folder` or `s3`."""
    glances: Glances = field(default_factory=Glances)
    exports: Exports = field(default_factory=Exports)
    found_out: FoundOut = field(default_factory=FoundOut)

    def public(self) -> PublicImages:
        return PublicImages(self.library, self.store, self.cursors, self.glances, self.generation.watching)

    def private(self, caller: Caller) -> PrivateImages:
        return PrivateImages(
            self.library, self.store, self.cursors, self.glances, self.generation, self.trash, caller
        )

    def many(self, caller: Caller) -> BulkImages:
        return BulkImages(
            self.library, self.store, self.cursors, self.glances, self.generation, self.trash, caller
        )

    def exporting(self, caller: Caller) -> Exporting:
        return Exporting(self.private(caller), self.exports, caller.owner)

    def as_seen_by(self, caller: Caller | None) -> ImageReading:
        return self.public() if caller is None else self.private(caller)

    def tags(self, caller: Caller | None) -> Tags:
        return Tags(self.library, Audience.of(caller))

    def tag_renaming(self, caller: Caller) -> TagRenaming:
        return TagRenaming(self.library, self.cursors, caller)

    def linking(self, caller: Caller) -> Linking:
        return Linking(self.private(caller), self.links)

    def usage(self) -> Usage:
        return Usage(self.library)

    def operations(self) -> Operations:
        return Operations(
            self.library, self.generation, self.catalogue, self.variants, self.images_in, self.found_out
        )

    async def through_link(self, guid: str, link: SignedLink) -> ImageReading:
        """That one image, for whoever has the link. Raises `Forbidden` when it is not a valid one."""
        await self.links.check(guid, link)
        everything = Audience(sees_everything=True)
        return ImageReading(
            self.library, self.store, self.cursors, self.glances, self.generation.watching, everything
        )

    def start(self) -> None:
        """From now on this process also does what is done beside the requests."""
        self.generation.start_recovery()
        self.housekeeping.start()

    async def drain(self) -> None:
        """Refuse new work; returns when nothing is on its way.

        Exports do not count as work: they are ended, and can be asked for again.
        """
        await self.exports.drain()
        await self.generation.drain()

    async def close(self) -> None:
        await self.housekeeping.stop()
        await self.generation.close()
        await self.catalogue.close()
        await self.variants.close()
        await self.store.close()
        await self.library.close()
