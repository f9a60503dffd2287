"""How the command line shows things: an image in a line or in full, and that something is under way."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import click

from pixyproxy.core.models import Image
from pixyproxy.service.upkeep.scrubbing import Progress
from pixyproxy.web.schemas import ImageDetail

_QUIET_S = 1.0
_STATUS_S = 0.2


def summary(image: Image) -> str:
    size = f"{image.content.width}x{image.content.height}" if image.content else image.status.value
    return f"{image.guid}  {image.created_at:%Y-%m-%d %H:%M}  {size:>9}  {shortened(image.prompt, 60)}"


def description(image: Image) -> str:
    facts = ImageDetail.of(image).model_dump(mode="json", exclude_none=True, exclude={"may_change"})
    return "\n".join(f"{name:15} {_as_text(value)}" for name, value in facts.items() if value not in ([], {}))


def json_line(image: Image) -> str:
    return ImageDetail.of(image).model_dump_json()


def shortened(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


class StatusLine:
    """How far something has come, on a terminal only; lines of the result may be printed in between."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._shown_at = time.monotonic()
        self._is_shown = False

    def show_progress(self, progress: Progress) -> None:
        """Of a scrub."""
        self.show(f"{progress.images:,} of {progress.of_images:,} images, {progress.read}")

    def show(self, done: str) -> None:
        now = time.monotonic()
        if self._is_terminal and now - self._shown_at > _STATUS_S:
            click.echo(f"\r\033[K{done}", nl=False, err=True)
            self._shown_at, self._is_shown = now, True

    def clear(self) -> None:
        if self._is_shown:
            click.echo("\r\033[K", nl=False, err=True)
            self._is_shown = False


@asynccontextmanager
async def progress(what: str) -> AsyncIterator[None]:
    """After a second of waiting, what is being waited for and how long already; on a terminal only."""
    task = asyncio.create_task(_show_waiting(what)) if sys.stderr.isatty() else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _show_waiting(what: str) -> None:
    started = time.monotonic()
    await asyncio.sleep(_QUIET_S)
    try:
        while True:
            for mark in "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏":
                click.echo(f"\r{mark} {what}  {time.monotonic() - started:.0f} s ", nl=False, err=True)
                await asyncio.sleep(0.1)
    finally:
        click.echo("\r\033[K", nl=False, err=True)


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}={each}" for name, each in value.items())
    return str(value)


def counted(count: int, what: str) -> str:
    """1 image, 2 images."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
