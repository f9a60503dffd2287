"""The models an image can be made with, as OpenAI's clients list them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field

from pixyproxy.core.exceptions import ModelNotFound
from pixyproxy.service.generators.catalogue import Catalogue
from pixyproxy.web.answers import json_answer
from pixyproxy.web.auth import Models
from pixyproxy.web.openai.published import error_schemas

router = APIRouter(tags=["openai"])


class ModelDetail(BaseModel):
    id: str = Field(examples=["gpt-image-2"])
    object: Literal["model"] = "model"
    created: int = Field(0, description="Not known here")
    owned_by: str = Field(description="The generator", examples=["openai"])


class ModelList(BaseModel):
    object: Literal["list"] = "list"
    data: list[ModelDetail]


@router.get(
    "/v1/models",
    operation_id="list_models",
    summary="The models",
    response_model=ModelList,
    responses=error_schemas(401),
)
async def list_models(models: Models) -> Response:
    """Also the operator's other names for them."""
    return json_answer(ModelList(data=_all(models)))


@router.get(
    "/v1/models/{model:path}",
    operation_id="get_model",
    summary="One model",
    response_model=ModelDetail,
    responses=error_schemas(401, 404),
)
async def get_model(model: Annotated[str, Path(examples=["gpt-image-2"])], models: Models) -> Response:
    found = next((each for each in _all(models) if each.id == model), None)
    if found is None:
        raise ModelNotFound
    return json_answer(found)


def _all(catalogue: Catalogue) -> list[ModelDetail]:
    return [ModelDetail(id=name, owned_by=owner) for name, owner in catalogue.owners.items()]
