"""A browser is signed in by a link, so that nobody has to copy a key into it."""

import click

from pixyproxy.cli.frame import with_services, with_settings
from pixyproxy.settings import Settings
from pixyproxy.sign_in_link import make_link


@click.command("sign-in")
@click.argument("key_id", metavar="[ID]", required=False)
@with_settings
def sign_in(settings: Settings, key_id: str | None) -> None:
    """Print a link that signs one browser in, once, within an hour.

    As the administrator, or with the key that has this ID.
    """
    link = with_services(settings, lambda services: make_link(settings, services, key_id))
    click.echo(f"Signs one browser in as {link.name}, once, until {link.expires_at:%H:%M} UTC:", err=True)
    click.echo(link.url)
