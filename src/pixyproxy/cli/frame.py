"""What all commands have in common: settings, the services they ask, what they say when it goes wrong."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import update_wrapper
from typing import Any, TypeVar

import click
from pydantic import BaseModel, ValidationError

from pixyproxy.app import open_services
from pixyproxy.core.exceptions import PixyProxyException
from pixyproxy.core.models import Caller
from pixyproxy.service.keys import ADMINISTRATOR
from pixyproxy.service.services import Services
from pixyproxy.service.validation import invalid_request
from pixyproxy.settings import Settings

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
OPERATOR = Caller(owner=ADMINISTRATOR, name=ADMINISTRATOR, is_admin=True)


class OurErrors(click.Group):
    """What goes wrong is said in one sentence, and the exit code is 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PixyProxyException as error:
            raise click.ClickException(error.detail) from error


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Reads the settings when the command runs, so that its --help comes also when one of them is wrong."""

    def run(*given: Any, **options: Any) -> None:
        command(Settings.from_environment(os.environ), *given, **options)

    return update_wrapper(run, command)


def with_services(settings: Settings, work: Callable[[Services], Awaitable[T]], *, create: bool = False) -> T:
    """Only a command that puts something into the library may make it; reading a missing one is a mistake."""

    async def run() -> T:
        services = await open_services(settings, create=create)
        try:
            return await work(services)
        finally:
            await services.close()

    return asyncio.run(run())


def model(kind: type[M], values: dict[str, Any]) -> M:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise invalid_request(error.errors()) from error
