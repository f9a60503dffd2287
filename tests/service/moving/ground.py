"""What the tests of the moving share: stores that do as they please, and a move between two of them."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from pixyproxy.core.exceptions import StorageFull, Unavailable
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.library import Library
from pixyproxy.data.move_journal import MoveState, opened_journal
from pixyproxy.data.places import Ground
from pixyproxy.service.moving.passes import Move

Happening = Callable[[], Awaitable[object]]


class Place(FolderStore):
    """Counts what it is asked, and fails in the way a test wants."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder
        self.puts: Counter[str] = Counter()
        self.reads: Counter[str] = Counter()
        self.unreadable: set[str] = set()
        self.lies: Counter[str] = Counter()
        """How many more times each is given back changed."""
        self.refuses: set[str] = set()
        self.is_away = False
        self.loses: set[str] = set()
        """What is gone as soon as it was put."""
        self.has_room_for: int | None = None
        self.before_reading: dict[str, Happening] = {}

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        if self.has_room_for is not None:
            self.has_room_for -= 1
            if self.has_room_for < 0:
                raise StorageFull
        if self.is_away or key in self.refuses:
            raise Unavailable
        await super().put(key, content)
        self.puts[key] += 1
        if key in self.loses:
            await self.delete(key)

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        self.reads[key] += 1
        if self.is_away:
            raise Unavailable
        if key in self.before_reading:
            await self.before_reading.pop(key)()
        async for chunk in super().read(key, start, end):
            yield self._changed(key, chunk)
        if key in self.unreadable:
            raise Unavailable

    def forget(self) -> None:
        self.puts.clear()
        self.reads.clear()

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }

    def _changed(self, key: str, chunk: bytes) -> bytes:
        if self.lies[key] <= 0:
            return chunk
        self.lies[key] -= 1
        return bytes([chunk[0] ^ 1]) + chunk[1:]


async def move(library: Library, source: ImageStore, target: ImageStore, folder: Path) -> list[MoveState]:
    """Where each pass of one run has come to; the last with what was found in the end.

    The journal is in the folder.
    """
    with opened_journal(folder / "moves", ("old", "new")) as journal:
        one = Move(library, source, target, journal, Ground(str(source.local_path("") or "s3://bucket")))
        states = [state async for state in one.passes()]
        return [*states[:-1], one.state]


def journaled(folder: Path) -> MoveState:
    with opened_journal(folder / "moves", ("old", "new")) as journal:
        return journal.load()
