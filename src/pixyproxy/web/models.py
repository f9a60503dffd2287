"""What each model can be asked for, so that a form offers only what works."""

from dataclasses import asdict
from typing import Self

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field, TypeAdapter

from pixyproxy.service.generators.abilities import SizeRange
from pixyproxy.service.generators.catalogue import Offer
from pixyproxy.web.answers import json_array
from pixyproxy.web.auth import Models
from pixyproxy.web.published_api import problems

router = APIRouter(tags=["models"])


class SizeRangeDetail(BaseModel):
    """Every size within these bounds can be made."""

    min_side: int
    max_side: int
    multiple_of: int = Field(description="Each side")
    min_pixels: int
    max_pixels: int
    max_ratio: int = Field(description="How often the shorter side may fit into the longer one")

    @classmethod
    def of(cls, bounds: SizeRange) -> Self:
        return cls(**asdict(bounds))


class ModelAbilities(BaseModel):
    """A model, and what it can be asked for.

    What is not among it is refused, but for words of models that are gone (`256x256`, `standard`, `hd`), and
    for sizes and qualities where its maker does not say which it has.
    """

    id: str = Field(examples=["gpt-image-2"])
    generator: str = Field(examples=["openai"])
    is_default: bool
    stands_for: str | None = Field(description="The model that is meant, where this is another name for it")
    sizes: list[str] = Field(
        description="Besides `auto`: all there are, or good ones where there is `any_size`",
        examples=[["1024x1024", "1536x1024", "1024x1536"]],
    )
    any_size: SizeRangeDetail | None
    qualities: list[str]
    backgrounds: list[str]
    output_formats: list[str] = Field(description="First the one that is made when none is named")
    transparent_formats: list[str] = Field(description="Those that can have the background `transparent`")
    preview_formats: list[str] = Field(description="Those that can have `partial_images`")
    edit_formats: list[str] = Field(description="Those that can be made from other pictures")
    mask_formats: list[str] = Field(description="Those that can be made with a mask")
    edits: bool
    masks: bool
    variations: bool
    most_inputs: int
    knows_seeds: bool
    most_partial_images: int

    @classmethod
    def of(cls, offer: Offer) -> Self:
        able = offer.abilities
        return cls(
            id=offer.name,
            generator=offer.generator,
            is_default=offer.is_default,
            stands_for=offer.stands_for,
            sizes=[str(size) for size in able.sizes],
            any_size=SizeRangeDetail.of(able.any_size) if able.any_size else None,
            qualities=list(able.qualities),
            backgrounds=list(able.backgrounds),
            output_formats=list(able.output_formats),
            transparent_formats=list(able.transparent_formats),
            preview_formats=list(able.preview_formats),
            edit_formats=list(able.edit_formats),
            mask_formats=list(able.mask_formats),
            edits=able.edits,
            masks=able.masks,
            variations=able.variations,
            most_inputs=able.most_inputs,
            knows_seeds=able.knows_seeds,
            most_partial_images=able.most_partial_images,
        )


_ABILITIES = TypeAdapter(list[ModelAbilities])


@router.get(
    "/models",
    operation_id="list_abilities",
    summary="What each model can be asked for",
    response_model=list[ModelAbilities],
    responses=problems(401),
)
async def list_abilities(models: Models) -> Response:
    """The default model first; also the operator's other names for them."""
    return json_array(_ABILITIES, [ModelAbilities.of(offer) for offer in models.offers], {})
