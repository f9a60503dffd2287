"""Thumbor, set up to do nothing but read pictures from a folder, make them small, and keep what it made."""

from contextlib import ExitStack
from pathlib import Path

from benchmarks.peers.environment import find_peer_program
from benchmarks.processes import Server, running
from tools.mysql_process import free_port

# Not its defaults: it would fetch by HTTP, keep a second copy of each picture, and keep no result.
_CONFIGURATION = """
ALLOW_UNSAFE_URL = True
LOADER = "thumbor.loaders.file_loader"
FILE_LOADER_ROOT_PATH = {pictures!r}
STORAGE = "thumbor.storages.no_storage"
RESULT_STORAGE = "thumbor.result_storages.file_storage"
RESULT_STORAGE_FILE_STORAGE_ROOT_PATH = {results!r}
RESULT_STORAGE_STORES_UNSAFE = True
RESULT_STORAGE_EXPIRATION_SECONDS = 0
ENGINE_THREADPOOL_SIZE = {threads}
QUALITY = 80
"""


def start_thumbor(
    stack: ExitStack, folder: Path, pictures: Path, *, processes: int = 1, threads: int = 0
) -> Server:
    """Over the pictures in a folder; raises `NoProgramError` where it cannot be installed."""
    program, port = find_peer_program("thumbor"), free_port()
    results = folder / "results"
    results.mkdir(parents=True)
    configuration = folder / "thumbor.conf"
    filled = _CONFIGURATION.format(pictures=str(pictures), results=str(results), threads=threads)
    configuration.write_text(filled, encoding="utf-8")
    options = f"--ip 127.0.0.1 --port {port} --processes {processes}".split()
    command: tuple[str | Path, ...] = (program, "--conf", configuration, *options)
    server = stack.enter_context(running(command, port, folder / "thumbor.log", {"HOME": str(folder)}))
    server.seconds_until_ok("/healthcheck")
    return server


def variant_path(picture: str, width: int) -> str:
    """Of a file below the pictures' folder, in WebP of that width."""
    return f"/unsafe/{width}x0/filters:format(webp)/{picture}"
