"""Taking the whole library along, bringing it back, and taking in what others have made."""

import re
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import click

from pixyproxy import terminal
from pixyproxy.cli.frame import OPERATOR, model, with_services, with_settings
from pixyproxy.core.exceptions import KeyNotFound, PixyProxyException
from pixyproxy.service.importing.folder import Imported, Labels, PicturesImport
from pixyproxy.service.making.admission import Admission
from pixyproxy.service.services import Services
from pixyproxy.service.transfer.arrived import Arrived
from pixyproxy.service.transfer.arriving import Arriving
from pixyproxy.service.transfer.leaving import Leaving, Taken
from pixyproxy.service.transfer.lists import is_library
from pixyproxy.settings import Settings
from pixyproxy.terminal import counted

_MEGABYTE = 1_000_000
_KEY_ID = re.compile("[0-9A-Za-z]{12}")


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--quick",
    is_flag=True,
    help="Do not read again what lies in FOLDER already; look only whether it is of the right size.",
)
@with_settings
def export_command(settings: Settings, folder: Path, quick: bool) -> None:
    """Write the whole library to FOLDER, to be taken along.

    The pictures as files, all that is known of them as JSON lines: everybody's images, also in the trash,
    what was spent, and the API keys (the hash of each, never its secret). Each file is compared with what was
    stored; what is missing or damaged is printed, and the rest goes on. Run again into the same FOLDER, it
    goes on where it was, and adds what is new. Left out is what is queued or being made. The service may be
    running meanwhile.

    The last line has the numbers. The exit code is 1 when a file is missing or damaged.
    """

    async def work(services: Services) -> Taken:
        line = terminal.StatusLine()
        leaving = Leaving(services.library, services.store, folder, quick=quick, told=line.show_progress)
        await _printed(leaving.damages(), line, lambda: _of_export(leaving.taken))
        return leaving.taken

    sys.exit(1 if with_services(settings, work).damaged else 0)


@click.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--tag", "tags", multiple=True, help="Of all pictures; may be given several times.")
@click.option("--author", help="Who made the pictures.  [the name of their owner]")
@click.option("--owner", metavar="ID", help="The key whose holder the pictures belong to.  [admin]")
@click.option("--public", is_flag=True, help="Everybody may see the pictures.")
@click.option("--no-keys", is_flag=True, help="From a library: leave its API keys out.")
@with_settings
def import_command(settings: Settings, /, path: Path, no_keys: bool, **labels: Any) -> None:
    """Take in an exported library, or pictures of others.

    A library (a folder that `pixyproxy export` has written) comes as it was: guids, owners, times, tags,
    what was spent, the trash, every byte. API keys that are not there yet come too, and whoever has their
    secret may use them here, also administrators': take a library only from where you trust.

    Pictures, one or a folder of them, come with the prompt, model and settings that their generator left in
    them, or else the words of their file's name, in the order in which the files were changed. Folders in the
    folder are looked through; hidden files and what is no picture are passed over, symbolic links are not
    followed.

    What is there already stays as it is, so it may be run again. What cannot be taken in is printed, and the
    rest goes on; then the exit code is 1.
    """
    if is_library(path):
        if any(labels.values()):
            raise click.UsageError(
                "A library comes as it was: --tag, --author, --owner, --public go with pictures."
            )
        sys.exit(_import_library(settings, path, with_keys=not no_keys))
    if no_keys:
        raise click.UsageError("--no-keys goes with a library, and this is none.")
    sys.exit(_import_pictures(settings, path, labels))


def _import_library(settings: Settings, path: Path, *, with_keys: bool) -> int:
    async def work(services: Services) -> Arrived:
        line = terminal.StatusLine()
        arriving = Arriving(
            services.library,
            services.store,
            path,
            _admission(settings, services).check_room_and_store,
            kept_for=services.trash.kept_for,
            with_keys=with_keys,
            told=line.show_progress,
        )
        await _printed(arriving.problems(), line, lambda: _of_library(arriving.arrived))
        return arriving.arrived

    return 1 if with_services(settings, work, create=True).problems else 0


def _import_pictures(settings: Settings, path: Path, labels: dict[str, Any]) -> int:
    async def work(services: Services) -> Imported:
        line = terminal.StatusLine()
        importing = PicturesImport(
            services.library,
            services.store,
            await _labels(services, **labels),
            _admission(settings, services).check_room_and_store,
            told=line.show_progress,
        )
        await _printed(importing.notes(path), line, lambda: _of_pictures(importing.imported))
        return importing.imported

    return 1 if with_services(settings, work, create=True).left_out else 0


async def _printed(
    sentences: AsyncIterator[str], line: terminal.StatusLine, summary: Callable[[], str]
) -> None:
    """Each on a line of its own, whatever is in it; the numbers also when it ends early, if there are any."""
    before = summary()
    try:
        async for each in sentences:
            line.clear()
            click.echo(_printable(each))
    except PixyProxyException:
        line.clear()
        if summary() != before:
            click.echo(summary())
        raise
    line.clear()
    click.echo(summary())


def _printable(text: str) -> str:
    """Names of files may be no text, or such as a terminal would obey."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


async def _labels(services: Services, *, owner: str | None, public: bool, **labels: Any) -> Labels:
    """Raises `KeyNotFound` when there is no such owner."""
    author, owner_of = OPERATOR.name, OPERATOR.owner
    if owner is not None and owner != OPERATOR.owner:
        key = await services.library.keys.find(owner) if _KEY_ID.fullmatch(owner) else None
        if key is None:
            raise KeyNotFound(f"There is no key {_printable(owner)}; `pixyproxy key list` names them.")
        author, owner_of = key.name, key.owner
    return model(
        Labels,
        {
            "owner": owner_of,
            "author": labels["author"] or author,
            "tags": list(labels["tags"]),
            "visibility": "public" if public else "private",
        },
    )


def _admission(settings: Settings, services: Services) -> Admission:
    """What is free below the reserve is not for imports either."""
    reserve = None if settings.reserve_mb is None else settings.reserve_mb * 1024**2
    return Admission(services.spool, services.store, reserve)


def _of_export(taken: Taken) -> str:
    parts = [
        f"{counted(taken.images, 'image')} ({taken.in_trash:,} in the trash)",
        f"{counted(taken.attempts, 'attempt')}, {counted(taken.keys, 'key')}",
        f"{taken.copied:,} of {counted(taken.files, 'file')} written",
        _speed(taken.copied_bytes, taken.seconds),
    ]
    if taken.in_making:
        parts.append(f"{taken.in_making:,} in the making left out")
    if taken.damaged:
        parts.append(f"{taken.damaged:,} missing or damaged")
    return "; ".join(parts) + "."


def _of_library(arrived: Arrived) -> str:
    parts = [
        f"{counted(arrived.images, 'image')} taken in, {_speed(arrived.size_bytes, arrived.seconds)}",
        f"{arrived.were_there:,} were there already",
        counted(arrived.attempts, "attempt"),
        f"{counted(arrived.keys, 'key')} ({arrived.admin_keys:,} of administrators)",
    ]
    if arrived.revoked_keys:
        parts.append(f"{counted(arrived.revoked_keys, 'key')} revoked")
    if arrived.problems:
        parts.append(counted(arrived.problems, "problem"))
    return "; ".join(parts) + "."


def _of_pictures(imported: Imported) -> str:
    parts = [
        f"{counted(imported.pictures, 'picture')} taken in, {imported.size_bytes / _MEGABYTE:,.1f} MB",
        f"{imported.were_there:,} were there already",
        f"{counted(imported.no_pictures, 'other file')} passed over",
        f"{counted(imported.links, 'link')} not followed",
        f"{imported.left_out:,} left out",
    ]
    return "; ".join(parts) + "."


def _speed(size_bytes: int, seconds: float) -> str:
    megabytes = size_bytes / _MEGABYTE
    return f"{megabytes:,.1f} MB at {megabytes / max(seconds, 0.001):,.1f} MB/s"
