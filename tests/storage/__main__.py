"""`python -m tests.storage`: what stores are put through, in large; writes docs/storage.md."""

import argparse
import asyncio
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex

from benchmarks.machine import folder_on_disk, machine_facts
from pixyproxy.app import open_services
from pixyproxy.data.s3.location import Patience
from pixyproxy.settings import Settings
from tests.contracts.stores import s3_store
from tests.storage.damage import Scrubbed, scrubbed
from tests.storage.failing import Failing, failing
from tests.storage.faulty_network import faulty_network
from tests.storage.killed import Killing
from tests.storage.killing import kill_in_turn
from tests.storage.page import Shown, page
from tools.s3_server import S3Server, running_s3

PAGE = Path(__file__).parents[2] / "docs" / "storage.md"
_HASTY = Patience(connect_s=2, read_s=2, request_s=60, tries=3, pause_s=0.05)
_PACKAGES = ("pixyproxy", "obstore", "httpx2")


def main() -> None:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="pixyproxy-storage-", dir=folder_on_disk()) as folder:
        facts = machine_facts(Path(folder)) | {"Versions": _versions()}
        with running_s3() as s3:
            shown = asyncio.run(_show(Path(folder), s3, asked))
            killed = _kill(Path(folder), s3, asked.points)
    written = page(facts, shown, killed)
    if asked.print:
        sys.stdout.write(written)
    else:
        PAGE.write_text(written, encoding="utf-8")
    if not shown.is_right or not all(each.is_right for lives in killed.values() for each in lives):
        sys.exit("Not everything is as it must be; see the page.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.storage", description=__doc__)
    parser.add_argument("--puts", type=int, default=1000, help="puts over a failing network (1000)")
    parser.add_argument("--images", type=int, default=10_000, help="images that are scrubbed (10000)")
    parser.add_argument("--damaged", type=int, default=140, help="of these (140)")
    parser.add_argument("--points", type=int, default=20, help="points at which a move is killed (20)")
    parser.add_argument("--print", action="store_true", help="do not write the page")
    return parser.parse_args()


async def _show(folder: Path, s3: S3Server, asked: argparse.Namespace) -> Shown:
    return Shown(
        failing=await _fail(s3, asked.puts),
        scrubbed={
            name: await _scrub(folder / name, settings, asked.images, asked.damaged)
            for name, settings in {"a folder": {}, "S3": _in_bucket(s3, "scrub")}.items()
        },
    )


async def _fail(s3: S3Server, puts: int) -> Failing:
    prefix = token_hex(8)
    async with faulty_network(s3.address.endpoint) as network:
        store = s3_store(s3, prefix, endpoint=network.endpoint, patience=_HASTY)
        beside = s3_store(s3, prefix)
        try:
            return await failing(store, beside, network, puts)
        finally:
            await store.close()
            await beside.close()


async def _scrub(folder: Path, settings: Mapping[str, str], images: int, damaged: int) -> Scrubbed:
    environment = {**settings, "PIXYPROXY_DATA_DIR": str(folder)}
    services = await open_services(Settings.from_environment(environment))
    try:
        return await scrubbed(services, images, damaged)
    finally:
        await services.close()


def _kill(folder: Path, s3: S3Server, points: int) -> Mapping[str, list[Killing]]:
    bucket = _in_bucket(s3, "moves")
    return {
        "to a folder": kill_in_turn(folder / "moves", points),
        "to S3": kill_in_turn(folder / "moves-to-s3", points, bucket["PIXYPROXY_IMAGES"], bucket),
    }


def _in_bucket(s3: S3Server, prefix: str) -> dict[str, str]:
    return {**s3.address.environment, "PIXYPROXY_IMAGES": f"s3://{s3.address.bucket}/{prefix}"}


def _versions() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return f"Python {platform.python_version()}, {packages}, SQLite {sqlite3.sqlite_version}, OpenStack Swift"


if __name__ == "__main__":
    main()
