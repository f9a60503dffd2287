"""A link that signs one browser in, once: for whoever starts the service, or asks for one by command."""

from dataclasses import dataclass
from datetime import datetime

from pixyproxy.app import open_services
from pixyproxy.core.exceptions import InvalidRequest, Unauthenticated
from pixyproxy.service.keys import KeyInForce
from pixyproxy.service.services import Services
from pixyproxy.settings import Settings


@dataclass(frozen=True, slots=True)
class SignInLink:
    url: str
    name: str
    """Of the key it signs in with."""
    expires_at: datetime


async def make_link(settings: Settings, services: Services, key_id: str | None = None) -> SignInLink:
    """With this key, or with the administrator's where that is at hand."""
    if settings.gallery == "off":
        raise InvalidRequest("There is no page to sign in to: PIXYPROXY_GALLERY is off.")
    key = await (services.keys.get_in_force(key_id) if key_id else _administrators_key(settings, services))
    code = await services.sessions.make_code(key)
    # Behind the # it is sent to nobody: no log, no proxy, no preview of a link gets to see it.
    return SignInLink(f"{settings.address}/#code={code.text}", code.caller.name, code.expires_at)


async def link_for_whoever_starts(settings: Settings) -> SignInLink | None:
    """None where the administrator's key lies elsewhere; that is no reason not to start."""
    services = await open_services(settings)
    try:
        return await make_link(settings, services)
    except InvalidRequest:
        return None
    finally:
        await services.close()


async def _administrators_key(settings: Settings, services: Services) -> KeyInForce:
    try:
        return await services.keys.find_in_force(_text_of_it(settings))
    except (OSError, UnicodeError, Unauthenticated) as error:
        raise InvalidRequest(
            f"The administrator's key is not in {settings.admin_key_file}, or not in force. "
            "Name another: `pixyproxy key list` has their IDs."
        ) from error


def _text_of_it(settings: Settings) -> str:
    if settings.admin_key is not None:
        return settings.admin_key.get_secret_value()
    return settings.admin_key_file.read_text().strip()
