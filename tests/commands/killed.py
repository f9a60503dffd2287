"""The program as a process that kills itself when it comes to a point for the nth time.

python -m tests.commands.killed rename 3 export FOLDER
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from pixyproxy.cli import main
from pixyproxy.data.folder_store import FolderStore
from pixyproxy.data.library import Library

POINTS: dict[str, tuple[Any, str]] = {
    "rename": (os, "rename"),
    "unlink": (os, "unlink"),
    "put": (FolderStore, "put"),
    "transact": (Library, "transact"),
}


def die_at(point: str, number: int) -> None:
    place, name = POINTS[point]
    real: Callable[..., Any] = getattr(place, name)
    left = [number]

    def counting(*given: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)

    setattr(place, name, counting)


if __name__ == "__main__":
    die_at(sys.argv[1], int(sys.argv[2]))
    main(sys.argv[3:])
