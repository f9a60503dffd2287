"""Signed links: the secret they are signed with."""

import click

from pixyproxy.cli.frame import with_services, with_settings
from pixyproxy.settings import Settings


@click.group()
def links() -> None:
    """Look after the links that work without a key."""


@links.command("rotate")
@click.option("--revoke", is_flag=True, help="All links made until now stop working, wherever they are.")
@with_settings
def links_rotate(settings: Settings, revoke: bool) -> None:
    """Sign new links with a new secret.

    Links in use go on working until their time is over, unless --revoke ends them. Running services notice
    within five seconds.
    """
    with_services(settings, lambda services: services.links.rotate(keep_earlier=not revoke))
    ended = "; all earlier links are void" if revoke else ""
    click.echo(f"New links are signed with a new secret{ended}.", err=True)
