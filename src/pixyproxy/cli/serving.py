"""The service itself: start it, prepare what it stands on, list its settings."""

import asyncio
from typing import Any

import click

from pixyproxy.cli.frame import with_settings
from pixyproxy.data.init import create_database_and_user
from pixyproxy.server import prepare, serve
from pixyproxy.settings import Settings


@click.command("serve")
@click.option("--host", help="The address to listen on.  [PIXYPROXY_HOST]")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on.  [PIXYPROXY_PORT]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer.  [PIXYPROXY_WORKERS]")
@click.option(
    "--sign-in-link",
    is_flag=True,
    help="Print a link that signs one browser in as the administrator, once. Not for where output is kept.",
)
@with_settings
def serve_command(settings: Settings, /, sign_in_link: bool, **given: Any) -> None:
    """Start the service."""
    serve(
        settings.model_copy(update={name: value for name, value in given.items() if value is not None}),
        click.echo,
        sign_in_link=sign_in_link,
    )


@click.command()
@click.option(
    "--admin-url",
    envvar="PIXYPROXY_INIT_ADMIN_URL",
    metavar="URL",
    help="mysql://root:password@host:3306, an account that may create databases and users. Only with MySQL; "
    "better given as PIXYPROXY_INIT_ADMIN_URL, because others can see a command's arguments.",
)
@with_settings
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


@click.command("settings")
@with_settings
def settings_command(settings: Settings) -> None:
    """List every setting with its value and what it is for."""
    for name, value, description in settings.described():
        click.echo(f"{name:26} {value}\n{'':26} {click.style(description, dim=True)}")
