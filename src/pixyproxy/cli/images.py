"""Images: make one, list them, show one."""

from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import click

from pixyproxy import terminal
from pixyproxy.cli.frame import OPERATOR, model, with_services, with_settings
from pixyproxy.core.models import Image, Status
from pixyproxy.core.requests import ImagePrompt, ImageSearch
from pixyproxy.service.services import Services
from pixyproxy.settings import Settings


@click.command()
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
@with_settings
def generate(settings: Settings, /, output: Path | None, public: bool, **asked: Any) -> None:
    """Make an image from PROMPT, write its file and print its guid."""
    if output is not None and not output.absolute().parent.is_dir():
        raise click.ClickException(f"There is no folder {output.parent} to write {output.name} in.")
    given = {name: value for name, value in asked.items() if value not in (None, ())}
    prompt = model(ImagePrompt, {**given, "visibility": "public" if public else "private"})

    async def work(services: Services) -> tuple[Image, bytes]:
        mine = services.private(OPERATOR)
        async with terminal.progress(f"Making “{terminal.shortened(prompt.prompt, 50)}”"):
            image = await mine.make(prompt)
        picture = await mine.picture(image.guid)
        return image, b"".join([chunk async for chunk in picture.read(0, picture.content.size_bytes)])

    image, content = with_services(settings, work, create=True)
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


@click.command("list")
@click.option("--prompt", help='Words of the prompt; "a phrase"; prefix*.')
@click.option("--filename", help="A name, prefix*, or words of the name.")
@click.option("--tag", multiple=True, help="May be given several times: all of them.")
@click.option("--author", help="Who made it.")
@click.option("--model", help="Which model made it.")
@click.option(
    "--status",
    default="ready",
    show_default=True,
    help=f"Where it is in its life: {', '.join(Status)}; or any.",
)
@click.option("--limit", default=20, show_default=True, help="How many, 1 to 200.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_settings
def list_command(settings: Settings, /, as_json: bool, **asked: Any) -> None:
    """List images, newest first."""
    search = model(ImageSearch, {name: value for name, value in asked.items() if value not in (None, ())})
    page = with_services(settings, lambda services: services.private(OPERATOR).list_(search))
    for image in page.images:
        click.echo(terminal.json_line(image) if as_json else terminal.summary(image))
    if page.next_cursor and not as_json:
        click.echo("… and more; raise --limit, or narrow the search.", err=True)


@click.command()
@click.argument("guid")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@with_settings
def show(settings: Settings, guid: str, as_json: bool) -> None:
    """Show everything known about an image."""
    image = with_services(settings, lambda services: services.private(OPERATOR).get(guid))
    click.echo(terminal.json_line(image) if as_json else terminal.description(image))


def _new_file(name: str) -> BinaryIO:
    """Never one that is there already: fox.png, or else fox-2.png, fox-3.png and so on."""
    wanted = file = Path(name)
    numbers = count(2)
    while True:
        with suppress(FileExistsError):
            return file.open("xb")
        file = wanted.with_stem(f"{wanted.stem}-{next(numbers)}")
