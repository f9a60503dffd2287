"""API keys: make, list and revoke them."""

import click

from pixyproxy.cli.frame import model, with_services, with_settings
from pixyproxy.core.requests import NewKey
from pixyproxy.settings import Settings


@click.group()
def key() -> None:
    """Make, list and revoke API keys."""


@key.command("create")
@click.argument("name")
@click.option("--admin", "is_admin", is_flag=True, help="It may see and do everything.")
@with_settings
def key_create(settings: Settings, name: str, is_admin: bool) -> None:
    """Make a key for NAME and print it, this once."""
    new = model(NewKey, {"name": name, "is_admin": is_admin})
    fresh = with_services(settings, lambda services: services.keys.create(new), create=True)
    click.echo(f"Key {fresh.key.id} for {fresh.key.name}, shown this once:", err=True)
    click.echo(fresh.text)


@key.command("list")
@with_settings
def key_list(settings: Settings) -> None:
    """List the keys: who has one, since when, whether it is in force."""
    for each in with_services(settings, lambda services: services.keys.list_()):
        state = f"revoked {each.revoked_at:%Y-%m-%d}" if each.revoked_at else "in force"
        role = "administrator" if each.is_admin else "key"
        click.echo(f"{each.id}  {each.created_at:%Y-%m-%d}  {state:18}  {role:13}  {each.name}")


@key.command("revoke")
@click.argument("key_id", metavar="ID")
@with_settings
def key_revoke(settings: Settings, key_id: str) -> None:
    """Revoke the key with this ID; its next request is refused."""
    with_services(settings, lambda services: services.keys.revoke(key_id))
    click.echo(f"Key {key_id} is revoked.", err=True)
