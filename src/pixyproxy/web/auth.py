"""Who is calling. Resources name what they need: `AnyCaller`, `KeyHolder` or `Administrator`."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from pixyproxy.core.exceptions import Forbidden, Unauthenticated
from pixyproxy.core.models import Caller
from pixyproxy.service.services import Services

_bearer = HTTPBearer(auto_error=False, scheme_name="bearer", description="Authorization: Bearer KEY")
_header = APIKeyHeader(
    name="X-API-Key", auto_error=False, scheme_name="api-key", description="X-API-Key: KEY"
)


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


TheServices = Annotated[Services, Depends(services_of)]


async def recognise_caller(
    services: TheServices,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    header: Annotated[str | None, Security(_header)],
) -> Caller | None:
    """None without a key. A key that is not in force is refused, also where none is needed."""
    text = bearer.credentials if bearer else header
    return await services.keys.recognise(text) if text else None


AnyCaller = Annotated[Caller | None, Depends(recognise_caller)]


async def require_key(caller: AnyCaller) -> Caller:
    if caller is None:
        raise Unauthenticated
    return caller


KeyHolder = Annotated[Caller, Depends(require_key)]


async def require_administrator(caller: KeyHolder) -> Caller:
    if not caller.is_admin:
        raise Forbidden("Only an administrator's key may do that.")
    return caller


Administrator = Annotated[Caller, Depends(require_administrator)]
