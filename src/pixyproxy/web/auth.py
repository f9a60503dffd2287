"""Who is calling, and what that opens to them.

A resource names what it needs as the type of a parameter, and is handed that and nothing more: the images a
caller may see, the images of a key holder, the keys of the service.
"""

from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from pixyproxy.core.exceptions import Forbidden, Unauthenticated
from pixyproxy.core.models import Caller
from pixyproxy.service.bulk import BulkImages
from pixyproxy.service.export import Exporting
from pixyproxy.service.generators.catalogue import Catalogue
from pixyproxy.service.keys import Keys
from pixyproxy.service.linking import Linking
from pixyproxy.service.links import SignedLink
from pixyproxy.service.operations import Operations
from pixyproxy.service.private import PrivateImages
from pixyproxy.service.reading import ImageReading
from pixyproxy.service.services import Services
from pixyproxy.service.tags import TagRenaming, Tags
from pixyproxy.service.usage import Usage
from pixyproxy.web.session_cookie import token_in

T = TypeVar("T")
WITH_KEY, ALSO_WITHOUT = "bearer", "bearer-or-nothing"
"""How the published description tells the gates apart."""


async def recognise_caller(request: Request) -> Caller | None:
    """None without a key and a session. One that is not in force is refused, also where none is needed.

    A key in the headers goes first.
    """
    services = services_of(request)
    if text := _key_in(request):
        return await services.keys.recognise(text)
    token = token_in(request, services.sessions.cookie)
    return None if token is None else (await services.sessions.recognise(token)).caller


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _key_in(request: Request) -> str:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and credentials.strip():
        return _as_typed(credentials.strip())
    return _as_typed(request.headers.get("x-api-key", ""))


def _as_typed(text: str) -> str:
    """Headers are read as Latin-1; what is beyond ASCII was sent as UTF-8."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


class Gate(SecurityBase, Generic[T]):
    """The authenticating dependency: recognises the caller and opens what `admit` says.

    One dependency, not a tree of them: FastAPI takes 20 µs to solve each.
    """

    def __init__(self, admit: Callable[[Services, Caller | None], T], *, scheme: str = WITH_KEY) -> None:
        self.model = HTTPBearer(description="`Authorization: Bearer KEY`")
        self.scheme_name = scheme
        self._admit = admit

    async def __call__(self, request: Request) -> T:
        return self._admit(services_of(request), await recognise_caller(request))


class LinkGate(Gate[ImageReading]):
    """Opens also what a signed link opens; who has one is not asked for a key."""

    async def __call__(self, request: Request) -> ImageReading:
        link = SignedLink.in_query(request.query_params.multi_items())
        if link is None:
            return await super().__call__(request)
        return await services_of(request).through_link(request.path_params["guid"], link)


def _images_seen_by(services: Services, caller: Caller | None) -> ImageReading:
    return services.as_seen_by(caller)


def _images_of_key_holder(services: Services, caller: Caller | None) -> PrivateImages:
    return services.private(_holder_of_a_key(caller))


def _many_images_of_key_holder(services: Services, caller: Caller | None) -> BulkImages:
    return services.many(_holder_of_a_key(caller))


def _exports_of_key_holder(services: Services, caller: Caller | None) -> Exporting:
    return services.exporting(_holder_of_a_key(caller))


def _links_of_key_holder(services: Services, caller: Caller | None) -> Linking:
    return services.linking(_holder_of_a_key(caller))


def _tags_seen_by(services: Services, caller: Caller | None) -> Tags:
    return services.tags(caller)


def _tags_of_key_holder(services: Services, caller: Caller | None) -> TagRenaming:
    return services.tag_renaming(_holder_of_a_key(caller))


def _keys_for_administrator(services: Services, caller: Caller | None) -> Keys:
    _check_is_administrator(caller)
    return services.keys


def _usage_for_administrator(services: Services, caller: Caller | None) -> Usage:
    _check_is_administrator(caller)
    return services.usage()


def _operations_for_administrator(services: Services, caller: Caller | None) -> Operations:
    _check_is_administrator(caller)
    return services.operations()


def _models_for_key_holder(services: Services, caller: Caller | None) -> Catalogue:
    _holder_of_a_key(caller)
    return services.catalogue


def _check_is_administrator(caller: Caller | None) -> None:
    if not _holder_of_a_key(caller).is_admin:
        raise Forbidden("Only an administrator's key may do that.")


def _holder_of_a_key(caller: Caller | None) -> Caller:
    if caller is None:
        raise Unauthenticated
    return caller


VisibleImages = Annotated[ImageReading, Depends(Gate(_images_seen_by, scheme=ALSO_WITHOUT))]
linked_images = LinkGate(_images_seen_by, scheme=ALSO_WITHOUT)
LinkedImages = Annotated[ImageReading, Depends(linked_images)]
OwnLinks = Annotated[Linking, Depends(Gate(_links_of_key_holder))]
OwnImages = Annotated[PrivateImages, Depends(Gate(_images_of_key_holder))]
ManyImages = Annotated[BulkImages, Depends(Gate(_many_images_of_key_holder))]
OwnExports = Annotated[Exporting, Depends(Gate(_exports_of_key_holder))]
VisibleTags = Annotated[Tags, Depends(Gate(_tags_seen_by, scheme=ALSO_WITHOUT))]
OwnTags = Annotated[TagRenaming, Depends(Gate(_tags_of_key_holder))]
Models = Annotated[Catalogue, Depends(Gate(_models_for_key_holder))]
AllKeys = Annotated[Keys, Depends(Gate(_keys_for_administrator))]
ServiceUsage = Annotated[Usage, Depends(Gate(_usage_for_administrator))]
ServiceOperations = Annotated[Operations, Depends(Gate(_operations_for_administrator))]
