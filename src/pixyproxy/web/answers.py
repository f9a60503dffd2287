"""How answers are written: models as JSON, without asking FastAPI to validate our own rows again."""

from typing import Any

from fastapi.responses import Response
from pydantic import BaseModel, TypeAdapter


def json_answer(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(model.model_dump_json(), status, headers, "application/json")


def json_array(adapter: TypeAdapter[Any], models: list[Any], headers: dict[str, str]) -> Response:
    return Response(adapter.dump_json(models), 200, headers, "application/json")
