"""The command line. It works on the database and the images that the settings name, server running or not."""

import os

import click

from pixyproxy import __version__
from pixyproxy.cli import images, keys, links, moving, serving, signing_in, transfer, upkeep, usage
from pixyproxy.cli.frame import OurErrors
from pixyproxy.logs import configure_logs
from pixyproxy.settings import unknown_names


@click.group(
    cls=OurErrors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
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


for command in (
    serving.serve_command,
    serving.init,
    serving.settings_command,
    images.generate,
    images.list_command,
    images.show,
    keys.key,
    signing_in.sign_in,
    links.links,
    usage.usage,
    upkeep.doctor,
    upkeep.scrub,
    moving.move_images,
    transfer.export_command,
    transfer.import_command,
):
    main.add_command(command)
