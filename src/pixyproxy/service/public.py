"""Public requests: what anybody may do, which is to see what is public."""

from pixyproxy.core.models import Audience
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.service.cursors import Cursors
from pixyproxy.service.looks import Glances
from pixyproxy.service.making.watching import Watching
from pixyproxy.service.reading import ImageReading


class PublicImages(ImageReading):
    """The library as a visitor without a key sees it."""

    def __init__(
        self, library: Library, store: ImageStore, cursors: Cursors, glances: Glances, watching: Watching
    ) -> None:
        super().__init__(library, store, cursors, glances, watching, Audience.of(None))
