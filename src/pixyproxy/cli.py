"""The command line. It works on the database and the images that the settings name, server running or not."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import update_wrapper
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click
from pydantic import BaseModel, ValidationError

from pixyproxy import __version__, terminal
from pixyproxy.app import open_services
from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.core.models import Caller, Image, Status
from pixyproxy.core.requests import ImagePrompt, ImageSearch, NewKey
from pixyproxy.data.init import create_database_and_user
from pixyproxy.doctor import examine, opened_scrub
from pixyproxy.logs import configure_logs
from pixyproxy.server import prepare, serve
from pixyproxy.service.keys import ADMINISTRATOR
from pixyproxy.service.services import Services
from pixyproxy.service.upkeep.examination import Orders
from pixyproxy.service.upkeep.findings import Verdict
from pixyproxy.service.upkeep.scrubbing import Progress
from pixyproxy.service.validation import invalid_request
from pixyproxy.settings import Settings, unknown_names

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
_OPERATOR = Caller(owner=ADMINISTRATOR, name=ADMINISTRATOR, is_admin=True)


class _OurErrors(click.Group):
    """What goes wrong is said in one sentence, and the exit code is 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PixyProxyException as error:
            raise click.ClickException(error.detail) from error


def _with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Reads the settings when the command runs, so that its --help comes also when one of them is wrong."""

    def run(*given: Any, **options: Any) -> None:
        command(Settings.from_environment(os.environ), *given, **options)

    return update_wrapper(run, command)


@click.group(
    cls=_OurErrors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="pixyproxy")
def main() -> None:
    """Make images with any model; keep, find and serve them.

    Settings come from the environment; `pixyproxy settings` lists them. All commands work on the same
    database and images as the server, whether it is running or not.
    """
    configure_logs("ERROR", "text")
    for name in unknown_names(os.environ):
        click.echo(f"Warning: {name} is not a setting of PixyProxy.", err=True)


@main.command("serve")
@click.option("--host", help="The address to listen on.  [PIXYPROXY_HOST]")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on.  [PIXYPROXY_PORT]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer.  [PIXYPROXY_WORKERS]")
@_with_settings
def serve_command(settings: Settings, /, **given: Any) -> None:
    """Start the service."""
    serve(
        settings.model_copy(update={name: value for name, value in given.items() if value is not None}),
        click.echo,
    )


@main.command()
@click.option(
    "--admin-url",
    envvar="PIXYPROXY_INIT_ADMIN_URL",
    metavar="URL",
    help="mysql://root:password@host:3306, an account that may create databases and users. Only with MySQL; "
    "better given as PIXYPROXY_INIT_ADMIN_URL, because others can see a command's arguments.",
)
@_with_settings
def init(settings: Settings, admin_url: str | None) -> None:
    """Create the database, its user, the tables and the first key.

    Runs the SQL scripts of PixyProxy; what is there already stays. With SQLite there is no user to create.
    """

    async def work() -> str | None:
        await create_database_and_user(settings.database_url, admin_url)
        return await prepare(settings)

    fresh_key = asyncio.run(work())
    click.echo("The database and its tables are ready.")
    if fresh_key:
        click.echo(f"The administrator's key, shown this once: {fresh_key}")
        click.echo(f"It is kept in {settings.admin_key_file}, readable by you alone.")


@main.command()
@click.argument("prompt")
@click.option("--model", help="Which model makes it; the default model when none is named.")
@click.option("--size", metavar="WxH", help="For example 1024x1024.")
@click.option("--quality", help="low, medium, high: what the generator knows.")
@click.option(
    "--background",
    type=click.Choice(["auto", "opaque", "transparent"]),
    help="What is behind the picture, where the generator lets one choose.",
)
@click.option("--format", "output_format", help="png, webp, jpeg, gif, svg: what the generator knows.")
@click.option(
    "--seed", type=int, help="The same seed gives the same picture, where the generator knows seeds."
)
@click.option("--tag", "tags", multiple=True, help="May be given several times.")
@click.option("--author", help="Who made it.")
@click.option("--filename", help="The name it is kept under.")
@click.option("--public", is_flag=True, help="Everybody may see it.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write, over what is there.  [a new file, here, by the image's own name]",
)
@_with_settings
def generate(settings: Settings, /, output: Path | None, public: bool, **asked: Any) -> None:
    """Make an image from PROMPT, write its file and print its guid."""
    if output is not None and not output.absolute().parent.is_dir():
        raise click.ClickException(f"There is no folder {output.parent} to write {output.name} in.")
    given = {name: value for name, value in asked.items() if value not in (None, ())}
    prompt = _model(ImagePrompt, {**given, "visibility": "public" if public else "private"})

    async def work(services: Services) -> tuple[Image, bytes]:
        mine = services.private(_OPERATOR)
        async with terminal.progress(f"Making “{terminal.shortened(prompt.prompt, 50)}”"):
            image = await mine.make(prompt)
        picture = await mine.picture(image.guid)
        return image, b"".join([chunk async for chunk in picture.read(0, picture.content.size_bytes)])

    image, content = _with_services(settings, work, create=True)
    click.echo(image.guid)
    try:
        with output.open("wb") if output else _new_file(image.filename) as file:
            file.write(content)
    except OSError as error:
        wanted = output or image.filename
        raise click.ClickException(
            f"The image is made and kept, but not written to {wanted}: {error.strerror}."
        ) from error
    click.echo(f"Written to {file.name}", err=True)


@main.command("list")
@click.option("--prompt", help='Words of the prompt; "a phrase"; prefix*.')
@click.option("--filename", help="A name, prefix*, or words of the name.")
@click.option("--tag", multiple=True, help="May be given several times: all of them.")
@click.option("--author", help="Who made it.")
@click.option("--model", help="Which model made it.")
@click.option(
    "--status", default="ready", show_default=True, help=f"Where it is in its life: {', '.join(Status)}."
)
@click.option("--limit", default=20, show_default=True, help="How many, 1 to 200.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@_with_settings
def list_command(settings: Settings, /, as_json: bool, **asked: Any) -> None:
    """List images, newest first."""
    search = _model(ImageSearch, {name: value for name, value in asked.items() if value not in (None, ())})
    page = _with_services(settings, lambda services: services.private(_OPERATOR).list_(search))
    for image in page.images:
        click.echo(terminal.json_line(image) if as_json else terminal.summary(image))
    if page.next_cursor and not as_json:
        click.echo("… and more; raise --limit, or narrow the search.", err=True)


@main.command()
@click.argument("guid")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@_with_settings
def show(settings: Settings, guid: str, as_json: bool) -> None:
    """Show everything known about an image."""
    image = _with_services(settings, lambda services: services.private(_OPERATOR).get(guid))
    click.echo(terminal.json_line(image) if as_json else terminal.description(image))


@main.group()
def key() -> None:
    """Make, list and revoke API keys."""


@key.command("create")
@click.argument("name")
@click.option("--admin", "is_admin", is_flag=True, help="It may see and do everything.")
@_with_settings
def key_create(settings: Settings, name: str, is_admin: bool) -> None:
    """Make a key for NAME and print it, this once."""
    new = _model(NewKey, {"name": name, "is_admin": is_admin})
    fresh = _with_services(settings, lambda services: services.keys.create(new), create=True)
    click.echo(f"Key {fresh.key.id} for {fresh.key.name}, shown this once:", err=True)
    click.echo(fresh.text)


@key.command("list")
@_with_settings
def key_list(settings: Settings) -> None:
    """List the keys: who has one, since when, whether it is in force."""
    for each in _with_services(settings, lambda services: services.keys.list_()):
        state = f"revoked {each.revoked_at:%Y-%m-%d}" if each.revoked_at else "in force"
        role = "administrator" if each.is_admin else "key"
        click.echo(f"{each.id}  {each.created_at:%Y-%m-%d}  {state:18}  {role:13}  {each.name}")


@key.command("revoke")
@click.argument("key_id", metavar="ID")
@_with_settings
def key_revoke(settings: Settings, key_id: str) -> None:
    """Revoke the key with this ID; its next request is refused."""
    _with_services(settings, lambda services: services.keys.revoke(key_id))
    click.echo(f"Key {key_id} is revoked.", err=True)


@main.command("settings")
@_with_settings
def settings_command(settings: Settings) -> None:
    """List every setting with its value and what it is for."""
    for name, value, description in settings.described():
        click.echo(f"{name:26} {value}\n{'':26} {click.style(description, dim=True)}")


@main.command()
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
@_with_settings
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


@main.command()
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
@_with_settings
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
    click.echo(f"{progress.images:,} images, {progress.read}, {progress.damaged:,} damaged.")
    sys.exit(1 if progress.damaged else 0)


def _model(kind: type[M], values: dict[str, Any]) -> M:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise invalid_request(error.errors()) from error


def _new_file(name: str) -> BinaryIO:
    """Never one that is there already: fox.png, or else fox-2.png, fox-3.png and so on."""
    wanted = file = Path(name)
    numbers = count(2)
    while True:
        with suppress(FileExistsError):
            return file.open("xb")
        file = wanted.with_stem(f"{wanted.stem}-{next(numbers)}")


def _with_services(
    settings: Settings, work: Callable[[Services], Awaitable[T]], *, create: bool = False
) -> T:
    """Only a command that puts something into the library may make it; reading a missing one is a mistake."""

    async def run() -> T:
        services = await open_services(settings, create=create)
        try:
            return await work(services)
        finally:
            await services.close()

    return asyncio.run(run())
