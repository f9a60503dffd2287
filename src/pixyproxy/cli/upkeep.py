"""Is all well? What the rows and the bytes say of each other."""

import asyncio
import sys
from datetime import UTC, datetime

import click

from pixyproxy import terminal
from pixyproxy.cli.frame import with_settings
from pixyproxy.doctor import examine, opened_scrub
from pixyproxy.service.upkeep.examination import Orders
from pixyproxy.service.upkeep.findings import Verdict
from pixyproxy.service.upkeep.scrubbing import Progress
from pixyproxy.settings import Settings


@click.command()
@click.option("--repair", is_flag=True, help="Repair what can be repaired safely, and say what was done.")
@click.option(
    "--quick",
    is_flag=True,
    help="Do not read the images again; look only whether their bytes are there, and of the right size.",
)
@click.option(
    "--grace-hours",
    type=click.FloatRange(min=0),
    default=24,
    show_default=True,
    metavar="HOURS",
    help="How long bytes may lie in the store before it is asked whose they are.",
)
@click.option(
    "--force",
    is_flag=True,
    help="With --repair: also remove bytes of which the database knows nothing at all (mostly it is the "
    "wrong one, or was restored from a backup), and bytes of deleted images and inputs though they are "
    "suspiciously many (more than ten and 1 % of all, or more than 100).",
)
@with_settings
def doctor(settings: Settings, /, repair: bool, quick: bool, grace_hours: float, force: bool) -> None:
    """Say what is wrong, and repair it where that is safe.

    Connects to everything that is configured. Then compares the rows of the database with the bytes in
    the store: images whose bytes are missing or changed, bytes without an image, images that nobody
    makes any more, answers that wait for their image, room on the disk.

    Each line begins with ok, WRONG or fixed. The exit code is 1 when something is WRONG. Nothing is
    changed without --repair, and an image that was paid for is never removed by it: what is missing is to
    be restored from a backup. The service may be running meanwhile.
    """
    if force and not repair:
        raise click.UsageError("--force goes with --repair.")
    orders = Orders(repair=repair, quick=quick, force=force, grace_s=grace_hours * 3600)
    line = terminal.StatusLine()

    async def work() -> bool:
        is_well = True
        async for finding in examine(settings, orders, line.show_progress):
            line.clear()
            is_well &= finding.verdict is not Verdict.WRONG
            click.echo(f"{finding.verdict:5}  {finding.part:10}  {finding.sentence}")
        return is_well

    sys.exit(0 if asyncio.run(work()) else 1)


@click.command()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Only images made on this day or later (UTC), for example 2026-11-20.",
)
@click.option(
    "--mb-per-s",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="Read no more than N megabytes a second.  [as fast as it goes]",
)
@with_settings
def scrub(settings: Settings, /, since: datetime | None, mb_per_s: float | None) -> None:
    """Read every image again and compare it with what was stored.

    Prints the guid of each image that is damaged, and how: its bytes are missing, have the wrong size or
    the wrong hash (SHA-256), or cannot be read. The last line has the numbers. The exit code is 1 when an
    image is damaged. Nothing is changed: restore the files from a backup. The service may be running
    meanwhile.
    """
    line = terminal.StatusLine()

    async def work() -> Progress:
        made_since = since and since.replace(tzinfo=UTC)
        async with opened_scrub(settings, made_since, mb_per_s, line.show_progress) as scrub:
            async for each in scrub.damaged():
                line.clear()
                click.echo(f"{each.guid}  {each.damage}")
        line.clear()
        return scrub.progress

    progress = asyncio.run(work())
    click.echo(
        f"{terminal.counted(progress.images, 'image')}, {progress.read}, {progress.damaged:,} damaged."
    )
    sys.exit(1 if progress.damaged else 0)
