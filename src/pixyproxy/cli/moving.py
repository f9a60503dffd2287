"""Moving the images to another place, while the service runs."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import click

from pixyproxy import terminal
from pixyproxy.app import check_library_is_there
from pixyproxy.cli.frame import with_settings
from pixyproxy.core.exceptions import CannotStart, PixyProxyException, StorageFull, Unavailable
from pixyproxy.data.image_store import ImageStore
from pixyproxy.data.init import open_library, open_store
from pixyproxy.data.move_journal import MoveState, opened_journal
from pixyproxy.data.places import Ground, check_apart, check_folder_is_there, name_of
from pixyproxy.data.store_keys import printable
from pixyproxy.service.moving.passes import Move
from pixyproxy.settings import Settings

_MEGABYTE = 1_000_000
_GOES_ON = "What is copied stays; the same command goes on where this one ended."


@click.command("move-images")
@click.option(
    "--to",
    metavar="LOCATION",
    help="Where the images are to lie: a folder, or s3://bucket/prefix.  "
    "[PIXYPROXY_IMAGES, when PIXYPROXY_IMAGES_BEFORE is set]",
)
@click.option(
    "--from",
    "from_",
    metavar="LOCATION",
    help="Where they lie.  [PIXYPROXY_IMAGES_BEFORE, or else PIXYPROXY_IMAGES]",
)
@with_settings
def move_images(settings: Settings, /, to: str | None, from_: str | None) -> None:
    """Copy all images to another place, and read every copy back.

    Run it while the service goes on; then restart the service with PIXYPROXY_IMAGES set to the new place
    and PIXYPROXY_IMAGES_BEFORE to the old one, and run it once more for what came in between.

    It may be stopped at any time, and goes on where it ended: what is certain is kept in the data directory.
    Nothing is removed from the old place. Each object that is wrong is printed, and how. The exit code is 0
    only when everything is in the new place and was read back from there, and all is there that images name.
    """
    source, target = _places(settings, from_, to)
    state = asyncio.run(_move(settings, source, target))
    for key, wrong in sorted(state.wrong.items()):
        click.echo(f"{printable(key)}  {wrong}")
    total = f"{terminal.counted(state.objects, 'object')}, {state.size_bytes / _MEGABYTE:,.1f} MB"
    verdict = f"{len(state.wrong):,} are wrong" if state.wrong else "all copied and read back"
    click.echo(f"{total}: {verdict}.")
    sys.exit(1 if state.wrong else 0)


def _places(settings: Settings, from_: str | None, to: str | None) -> tuple[str, str]:
    before = settings.images_before
    if before and (from_ is None) != (to is None):
        raise click.UsageError("With PIXYPROXY_IMAGES_BEFORE set, give both of --from and --to, or neither.")
    if to is None and before is None:
        raise click.UsageError("Say where to: --to LOCATION.")
    source, target = name_of(from_ or before or settings.images), name_of(to or settings.images)
    check_apart(source, target)
    check_folder_is_there(source)
    return source, target


async def _move(settings: Settings, source: str, target: str) -> MoveState:
    line = terminal.StatusLine()
    async with _opened_move(settings, source, target, line) as move:
        click.echo(_beginning(source, target, move.state))
        with _ends_told(target):
            async for state in move.passes():
                line.clear()
                news = f"{state.copied:,} copied, at {move.progress.speed}" if state.copied else "nothing new"
                click.echo(f"Pass {state.passes}: {news}.")
        return move.state


@asynccontextmanager
async def _opened_move(
    settings: Settings, source: str, target: str, line: terminal.StatusLine
) -> AsyncIterator[Move]:
    check_library_is_there(settings)
    with opened_journal(settings.moves, (source, target)) as journal:
        async with AsyncExitStack() as opened:
            library = await open_library(settings.database_url)
            opened.push_async_callback(library.close)
            ours = open_store(source, settings.s3)
            opened.push_async_callback(ours.close)
            theirs = open_store(target, settings.s3)
            opened.push_async_callback(theirs.close)
            opened.callback(line.clear)
            ground = Ground(source)
            await _check_places(ours, source, theirs, target)
            yield Move(library, ours, theirs, journal, ground, lambda each: line.show(each.sentence))


async def _check_places(ours: ImageStore, source: str, theirs: ImageStore, target: str) -> None:
    checked = f"Nothing can be read from {source}"
    try:
        await anext(ours.list_(), None)
        checked = f"Nothing can be written to {target}"
        await theirs.check()
    except PixyProxyException as error:
        raise CannotStart(f"{checked}: {_why(error)}") from error


def _beginning(source: str, target: str, state: MoveState) -> str:
    if state.is_cut_off:
        behind = f"behind {printable(state.past_key)}" if state.past_key else "at its beginning"
        return f"From {source} to {target}, going on with pass {state.passes} {behind}."
    if state.passes:
        return f"From {source} to {target}, for what came since it was moved."
    return f"From {source} to {target}."


@contextmanager
def _ends_told(target: str) -> Iterator[None]:
    try:
        yield
    except StorageFull as error:
        raise CannotStart(f"{target} is full. {_GOES_ON}") from error
    except Unavailable as error:
        raise CannotStart(f"Cut off: {_why(error)}. {_GOES_ON}") from error


def _why(error: PixyProxyException) -> str:
    """Keys may be in it."""
    return printable(str(error.__cause__ or error.detail).removesuffix("."))
