"""The service answers as its published API says, also to requests that nobody would think of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pixyproxy.app import create_app
from pixyproxy.settings import Settings
from tests.built_once import published_api, take_built_routes
from tests.conftest import ADMIN_KEY
from tests.service.scenery import painting, with_generator
from tests.web.test_openapi import OPERATIONS

# The application runs beside the drawing of cases, and takes from chance how long it pauses.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_ASK_NOTHING = {
    *("list_keys", "list_abilities", "list_models", "get_operations", "get_session"),
    *("health_live", "health_ready"),
}
FEW = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _app(folder: Path) -> FastAPI:
    """Its pictures are made in no time, whatever size is asked for."""
    environment = {"PIXYPROXY_DATA_DIR": str(folder), "PIXYPROXY_ADMIN_KEY": ADMIN_KEY}
    app = create_app(Settings.from_environment(environment))
    take_built_routes(app)
    app.openapi_schema = published_api()
    opened = app.router.lifespan_context

    @asynccontextmanager
    async def opened_with_easel(application: FastAPI) -> AsyncIterator[None]:
        async with opened(application):
            services = application.state.services
            application.state.services = with_generator(services, painting())
            yield
            await services.generation.close()

    app.router.lifespan_context = opened_with_easel
    return app


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_no_request_is_answered_in_an_undocumented_way(
    tmp_path: Path, operation_id: str, mode: GenerationMode
) -> None:
    if mode is GenerationMode.NEGATIVE and operation_id in _ASK_NOTHING:
        return  # There is nothing in them to be wrong.
    schema = schemathesis.openapi.from_asgi("/openapi.json", _app(tmp_path))
    operation = schema.find_operation_by_id(operation_id)

    @FEW
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {ADMIN_KEY}"})

    ask()
