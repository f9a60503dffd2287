"""How far a move of the images has come: one small file for each pair of places, replaced as a whole.

<data dir>/moves/<pair>.json    what is certain
<data dir>/moves/<pair>.lock    held by the one who moves
"""

import asyncio
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter, ValidationError

from pixyproxy.core.exceptions import CannotStart, PixyProxyException
from pixyproxy.data.durable_files import PartFile, errors_translated, make_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveState:
    """Where a pass through all objects is, and what it has found."""

    passes: int = 0
    """Begun so far."""
    is_over: bool = False
    """The last of them has come to its end."""
    past_key: str = ""
    """Everything up to this key has been copied and read back."""
    under_way: tuple[str, ...] = ()
    """What may have been copied and was not read back yet."""
    doubted: tuple[str, ...] = ()
    """What this pass believes only when it has read it back."""
    unconfirmed: dict[str, str] = field(default_factory=dict)
    """Hashes of bytes of which no image has said yet that they are its own."""
    wrong: dict[str, str] = field(default_factory=dict)
    """Keys, and what is wrong with each."""
    objects: int = 0
    """In both places, in the last pass."""
    size_bytes: int = 0
    copied: int = 0
    """Of these, copied by the last pass."""

    @property
    def is_cut_off(self) -> bool:
        """A pass was begun, and its end is not in the journal."""
        return self.passes > 0 and not self.is_over

    def taken_up(self) -> Self:
        """The same pass, behind what is certain."""
        return replace(self, under_way=(), doubted=tuple(sorted({*self.doubted, *self.under_way})))

    def next_pass(self) -> "MoveState":
        """From the beginning. What was wrong is looked at again."""
        return MoveState(passes=self.passes + 1, doubted=tuple(sorted(self.wrong)))


_STATES = TypeAdapter(MoveState)


class MoveJournal:
    def __init__(self, file: Path, places: tuple[str, str]) -> None:
        self._file = file
        self._places = list(places)

    def load(self) -> MoveState:
        try:
            text = self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return MoveState()
        except OSError as error:
            raise CannotStart(f"The journal {self._file} cannot be read: {error.strerror}.") from error
        try:
            return _STATES.validate_python(json.loads(text)["state"], extra="forbid")
        except (ValueError, TypeError, KeyError, ValidationError) as error:
            raise CannotStart(
                f"The journal {self._file} is none of ours; without it the move begins anew."
            ) from error

    async def write(self, state: MoveState) -> None:
        """When it returns, the state would survive a power cut."""
        try:
            await asyncio.to_thread(self._write, state)
        except PixyProxyException as error:
            raise CannotStart(f"The journal {self._file} cannot be written: {error.__cause__}") from error

    def _write(self, state: MoveState) -> None:
        text = json.dumps({"places": self._places, "state": asdict(state)})
        part = PartFile(self._file)
        try:
            with errors_translated():
                part.write(text.encode())
                part.take_place()
        finally:
            part.discard()


@contextmanager
def opened_journal(folder: Path, places: tuple[str, str]) -> Iterator[MoveJournal]:
    """Held as long as the move is under way: two that know nothing of each other would count wrong."""
    pair = hashlib.sha256("\0".join(places).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    lock = _open_lock(folder, pair)
    try:
        if not _is_taken(lock):
            raise CannotStart(f"Another move from {places[0]} to {places[1]} is under way.")
        yield MoveJournal(folder / f"{pair}.json", places)
    finally:
        os.close(lock)


def _open_lock(folder: Path, pair: str) -> int:
    try:
        with errors_translated():
            make_folder(folder)
            return os.open(folder / f"{pair}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PixyProxyException as error:
        raise CannotStart(f"The journal in {folder} cannot be written: {error.__cause__}") from error


def _is_taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
