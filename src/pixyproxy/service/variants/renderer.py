"""A process that makes copies: questions come on its standard input, answers go to its standard output.

Whatever a picture does to it, it does to this process alone. It ends with the one it works for: at the end of
its input, or killed by the kernel when that one has died.
"""

import ctypes
import hashlib
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO

import pyvips

from pixyproxy.core.exceptions import BytesMissing, UnreadablePicture
from pixyproxy.service.variants.messages import (
    LENGTH,
    Header,
    Refusal,
    RenderedFacts,
    RenderJob,
    packed,
    refused,
    unpacked,
)
from pixyproxy.service.variants.rendering import rendered

MOST_MEMORY_BYTES = 2560 * 1024**2
"""Of addresses. 40 megapixels of 16 bits, interlaced, to the largest AVIF take 1.7 GB; others 0.3 to 1.2."""
_NICER = 5
_PR_SET_PDEATHSIG = 1  # from Linux' <sys/prctl.h>
_LOADERS = "Png Jpeg Webp Nsgif Heif Svg".split()

Answer = tuple[Header, bytes]


def main() -> None:
    answers = _own_output()
    _end_with_the_parent()
    os.nice(_NICER)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    _load_nothing_but_pictures()
    _work(sys.stdin.buffer, answers)


def _own_output() -> BinaryIO:
    """What a library may print must not get among the answers."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _end_with_the_parent() -> None:
    """Not with its terminal or its service: that one may have callers to answer still."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for each in signal.SIGINT, signal.SIGTERM:
        signal.signal(each, signal.SIG_IGN)


def _load_nothing_but_pictures() -> None:
    pyvips.operation_block_set("VipsForeignLoad", True)
    for each in _LOADERS:
        pyvips.operation_block_set(f"VipsForeignLoad{each}", False)


def _work(questions: BinaryIO, answers: BinaryIO) -> None:
    while length := questions.read(LENGTH.size):
        header = unpacked(questions.read(*LENGTH.unpack(length)))
        answer, body = _JOBS[header["job"]](header, questions.read(header["size_bytes"]))
        answers.write(packed(answer))
        answers.write(body)
        answers.flush()


def _render(header: Header, content: bytes) -> Answer:
    try:
        copy = rendered(content, RenderJob.of(header))
    except UnreadablePicture:
        return refused(Refusal.UNREADABLE), b""
    except BytesMissing:
        return refused(Refusal.CHANGED), b""
    facts = RenderedFacts(copy.media_type, hashlib.sha256(copy.content).hexdigest(), copy.is_turned)
    return facts.header(len(copy.content)), copy.content


_JOBS: dict[str, Callable[[Header, bytes], Answer]] = {"render": _render}

if __name__ == "__main__":
    main()
