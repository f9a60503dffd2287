"""One renderer, seen from the process it works for."""

import asyncio
import os
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

from pixyproxy.core.exceptions import Unavailable
from pixyproxy.service.variants.messages import LENGTH, Header, packed, unpacked

COMMAND = (sys.executable, "-P", "-m", "pixyproxy.service.variants.renderer")
_PASSED_ON = "PATH LD_LIBRARY_PATH PYTHONPATH PYTHONHOME LANG TZ TMPDIR".split()
_ONE_THREAD = {"VIPS_CONCURRENCY": "1", "VIPS_WARNING": "0"}
"""There is a process for each processor; and no words of libraries, they may quote a picture."""

_PIECE_BYTES = 256 * 1024
_MOST_HEADER_BYTES = 4096
_MOST_ANSWER_BYTES = 128 * 1024**2
"""A PNG of 4096 by 4096 pixels that cannot be compressed has 64 MiB."""

Pieces = Sequence[bytes]


class RendererProcess:
    def __init__(self, process: Process, questions: StreamWriter, answers: StreamReader) -> None:
        self._process = process
        self._questions = questions
        self._answers = answers

    @classmethod
    async def started(cls, command: Sequence[str] = COMMAND) -> Self:
        """It is told nothing of what the service knows, keys least of all. Raises `Unavailable`."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=PIPE,
                stdout=PIPE,
                env=_environment(),
                start_new_session=True,
                limit=_PIECE_BYTES,
            )
        except OSError as error:
            raise _gone() from error
        if process.stdin is None or process.stdout is None:
            raise _gone()
        return cls(process, process.stdin, process.stdout)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, header: Header, body: Pieces) -> tuple[Header, Pieces]:
        """Raises `Unavailable` when it dies over it, or talks nonsense, as if a picture spoke.

        Who does not wait for the answer has to end it.
        """
        try:
            await self._tell(header, body)
            return await self._heard()
        except (ConnectionError, asyncio.IncompleteReadError, ValueError, KeyError, TypeError) as error:
            raise _gone() from error

    async def end(self) -> None:
        """At once, whatever it does."""
        with suppress(ProcessLookupError):
            self._process.kill()
        self._questions.close()
        with suppress(ConnectionError):
            await self._answers.read()  # a pipe that is read no more would never be seen to end
        await self._process.wait()

    async def _tell(self, header: Header, body: Pieces) -> None:
        self._questions.write(packed(header))
        for piece in body:
            self._questions.write(piece)
            await self._questions.drain()

    async def _heard(self) -> tuple[Header, Pieces]:
        (length,) = LENGTH.unpack(await self._answers.readexactly(LENGTH.size))
        header = unpacked(await self._answers.readexactly(min(length, _MOST_HEADER_BYTES)))
        return header, await self._body(min(header["size_bytes"], _MOST_ANSWER_BYTES))

    async def _body(self, left: int) -> Pieces:
        """In pieces: to copy it as a whole would hold the event loop up."""
        pieces = []
        while left:
            piece = await self._answers.readexactly(min(left, _PIECE_BYTES))
            pieces.append(piece)
            left -= len(piece)
        return pieces


def _gone() -> Unavailable:
    return Unavailable("The picture could not be made ready just now; try again soon.", retry_after_s=5)


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | _ONE_THREAD
