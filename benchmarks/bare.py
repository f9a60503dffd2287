"""The peer of `GET /image/{guid}`: FastAPI and nothing else, answering with JSON of the same size."""

import json
import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import Response

ANSWER_VARIABLE = "PIXYPROXY_BENCH_ANSWER"


def app_from_environment() -> FastAPI:
    text = Path(os.environ[ANSWER_VARIABLE]).read_bytes()
    members = json.loads(text)
    app = FastAPI(openapi_url=None)

    @app.get("/dict/{guid}", response_model=None)
    async def get_dict(guid: str) -> dict[str, Any]:  # noqa: ARG001
        return dict(members)

    @app.get("/bytes/{guid}")
    async def get_bytes(guid: str) -> Response:  # noqa: ARG001
        return Response(text, media_type="application/json")

    return app
