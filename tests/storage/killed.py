"""`python -m tests.storage.killed FOLDER POINTS [LOCATION]`: a move, killed all over its life.

Each time another one goes on and must come to the end. What happened is printed as JSON, a line a point.
A process of its own, because each move is a fork of it: what must be imported is imported once.
"""

import importlib
import itertools
import json
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from pixyproxy.cli import main as pixyproxy
from pixyproxy.cli import moving
from pixyproxy.data import init
from pixyproxy.data.image_store import ImageStore, StoredObject
from pixyproxy.data.move_journal import MoveState, opened_journal
from pixyproxy.data.places import name_of
from pixyproxy.data.s3.location import S3Options
from pixyproxy.service.moving import batches

_EVENTS = {"open", "os.rename", "os.mkdir", "os.remove", "os.scandir"}
_GENERATED, _FURTHER = 3, 27
_LARGE_BYTES = 600_000
_BATCH = 6
_LAST_POINT = 0.95
"""Of the events of a whole life, whose number varies a little."""


@dataclass(frozen=True, slots=True)
class Killing:
    """What came of a move that was killed, and of the one that went on."""

    point: int
    of_points: int
    was_killed: bool
    is_complete: bool
    are_equal: bool
    certain: int
    """Objects that the journal had."""
    put_again: list[str]
    """Of these."""
    not_read_back: list[str]
    """Of the others."""

    @property
    def is_right(self) -> bool:
        done = self.was_killed and self.is_complete and self.are_equal
        return done and not self.put_again and not self.not_read_back


class _Life:
    """Counts what a move does to the new place and to its journal, notes puts and reads, and kills it."""

    def __init__(self, log: int, folders: tuple[str, ...], kill_at: int | None) -> None:
        self._log = log
        self._folders = folders
        self._kill_at = kill_at
        self._ticks = itertools.count(1)

    def note(self, what: str, key: str) -> None:
        os.write(self._log, f"{what} {key}\n".encode())

    def tick(self) -> None:
        number = next(self._ticks)
        os.write(self._log, b"tick\n")
        if number == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, event: str, given: tuple[object, ...]) -> None:
        """An audit hook. It cannot be removed, and goes with the process."""
        if event not in _EVENTS or not str(given[0]).startswith(self._folders):
            return
        self.tick()
        if event == "os.rename" and str(given[1]).startswith(self._folders[0]):
            self.note("put", str(given[1]).removeprefix(f"{self._folders[0]}/"))
        if event == "open" and given[1] in {"r", "rb"}:
            self.note("read", str(given[0]).removeprefix(f"{self._folders[0]}/"))


class _Heard:
    """A store that is no folder; nobody else hears what it is asked."""

    def __init__(self, store: ImageStore, life: _Life) -> None:
        self._store = store
        self._life = life
        self.check, self.close, self.size_of = store.check, store.close, store.size_of

    async def put(self, key: str, content: AsyncIterator[bytes]) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            async for piece in content:
                self._life.tick()
                yield piece

        self._life.tick()
        await self._store.put(key, pieces())
        self._life.note("put", key)
        self._life.tick()

    async def read(self, key: str) -> AsyncIterator[bytes]:
        self._life.note("read", key)
        async for piece in self._store.read(key):
            self._life.tick()
            yield piece

    def list_(self, after: str = "") -> AsyncIterator[StoredObject]:
        self._life.tick()
        return self._store.list_(after)


class Torture:
    def __init__(self, folder: Path, location: str | None) -> None:
        self._folder = folder
        self._location = location
        os.environ["PIXYPROXY_DATA_DIR"] = str(folder / "data")
        self._old = folder / "data" / "images"
        self._logs = itertools.count()
        if location:
            importlib.import_module("pixyproxy.data.s3.store")  # once, not in every fork

    def prepare(self) -> None:
        """Images with their rows, objects without, one larger than a piece, one empty."""
        for seed in range(_GENERATED):
            words = [
                "generate",
                "a fox",
                "--size",
                "64x64",
                "--seed",
                str(seed),
                "-o",
                f"{self._folder}/fox.png",
            ]
            assert self._forked(words, None) == 0
        for number in range(_FURTHER):
            file = self._old / f"{2020 + number % 4}" / f"{number}.png"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(secrets.token_bytes({0: _LARGE_BYTES, 1: 0}.get(number, 1000 + number)))

    def lives(self, points: int) -> Iterator[Killing]:
        ticks = self._ticks_of_a_whole_life()
        for number in range(points):
            yield self._life(1 + round(number * (ticks * _LAST_POINT - 1) / max(points - 1, 1)), ticks)

    def _ticks_of_a_whole_life(self) -> int:
        target, log = self._new_target("whole"), self._folder / "whole.log"
        assert self._forked(["move-images", "--to", target], target, log) == 0
        return log.read_text().count("tick\n")

    def _life(self, point: int, ticks: int) -> Killing:
        target = self._new_target(f"{point:04}-{next(self._logs)}")
        first, second = self._folder / "first.log", self._folder / "second.log"
        for log in (first, second):
            log.unlink(missing_ok=True)
        ended = self._forked(["move-images", "--to", target], target, first, kill_at=point)
        state = self._journal(target)
        keys = sorted(str(path.relative_to(self._old)) for path in self._old.rglob("*.png"))
        certain = [key for key in keys if state.passes > 1 or state.is_over or key <= state.past_key]
        went_on = self._forked(["move-images", "--to", target], target, second)
        done = self._journal(target)
        return Killing(
            point=point,
            of_points=ticks,
            was_killed=ended == -signal.SIGKILL,
            is_complete=went_on == 0 and done.is_over and done.objects == len(keys) and not done.wrong,
            are_equal=self._are_equal(target, keys),
            certain=len(certain),
            put_again=sorted({*_noted(second, "put")} & {*certain}),
            not_read_back=sorted({*keys} - {*certain} - {*_noted(second, "read")}),
        )

    def _new_target(self, name: str) -> str:
        return (
            f"{self._location}/{name}-{secrets.token_hex(4)}" if self._location else f"{self._folder}/{name}"
        )

    def _journal(self, target: str) -> MoveState:
        places = (name_of(str(self._old)), name_of(target))
        with opened_journal(self._folder / "data" / "moves", places) as journal:
            return journal.load()

    def _are_equal(self, target: str, keys: list[str]) -> bool:
        """Of a bucket, the move itself has just read everything back."""
        if self._location:
            return True
        return all((Path(target) / key).read_bytes() == (self._old / key).read_bytes() for key in keys)

    def _forked(
        self, words: list[str], target: str | None, log: Path | None = None, kill_at: int | None = None
    ) -> int:
        """The exit code of a command, or the signal that ended it, as its negative."""
        process = os.fork()
        if process == 0:
            with _ends_here():
                if target is not None and log is not None:
                    self._listen(target, log, kill_at)
                pixyproxy(words, standalone_mode=True)
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])

    def _listen(self, target: str, log: Path, kill_at: int | None) -> None:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        life = _Life(handle, (target, str(self._folder / "data" / "moves")), kill_at)
        sys.addaudithook(life.hear)
        if self._location:
            _let_hear(target, life)


def _let_hear(target: str, life: _Life) -> None:
    open_store = init.open_store

    def opened(location: str, options: S3Options | None = None) -> object:
        store = open_store(location, options)
        return _Heard(store, life) if location == target else store

    vars(moving)["open_store"] = opened


@contextmanager
def _ends_here() -> Iterator[None]:
    """A fork never goes back to where it came from."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    code = 1
    try:
        yield
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    finally:
        os._exit(code)


def _noted(log: Path, what: str) -> list[str]:
    return [line.partition(" ")[2] for line in log.read_text().splitlines() if line.startswith(f"{what} ")]


def killed(folder: Path, points: int, location: str | None = None) -> Iterator[Mapping[str, object]]:
    batches._MOST_DUE = _BATCH
    torture = Torture(folder.resolve(), location)
    torture.prepare()
    for each in torture.lives(points):
        yield asdict(each)


if __name__ == "__main__":
    where, points, *location = sys.argv[1:]
    for each in killed(Path(where), int(points), *location):
        sys.stdout.write(f"{json.dumps(each)}\n")
        sys.stdout.flush()
