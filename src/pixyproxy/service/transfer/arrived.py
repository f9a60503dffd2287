"""What an import has come to, and how far it is."""

import time
from dataclasses import dataclass, field

from pixyproxy.service.upkeep.scrubbing import Progress, Told


@dataclass(slots=True)
class Arrived:
    """Counted by those who take something in."""

    images: int = 0
    were_there: int = 0
    attempts: int = 0
    keys: int = 0
    admin_keys: int = 0
    revoked_keys: int = 0
    """Were in force here."""
    problems: int = 0
    size_bytes: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def tell(self, told: Told, of_images: int) -> None:
        done = self.images + self.were_there
        told(Progress(done, max(of_images, done), 0, self.size_bytes, self.seconds))
