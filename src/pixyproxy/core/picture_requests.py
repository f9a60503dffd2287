"""What may be asked of a picture that is there: a copy in another size or format, a link for others."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

LONGEST_LINK_S = 365 * 24 * 3600
LARGEST_VARIANT_SIDE = 4096


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class VariantOptions(_Asked):
    """How the copy of a picture is to be. Nothing said: the picture as it is."""

    width: Annotated[int, Field(ge=1, le=LARGEST_VARIANT_SIDE)] | None = Field(
        None, description="Pixels; rounded up to the next of a ladder of sizes, never larger than the picture"
    )
    height: Annotated[int, Field(ge=1, le=LARGEST_VARIANT_SIDE)] | None = Field(
        None, description="As `width`; with both, the copy fits into the box they make"
    )
    fit: Literal["contain", "cover"] | None = Field(
        None, description="`contain`, or `cover`: the box is filled and what is beyond it is cut off"
    )
    format: Literal["auto", "webp", "avif", "jpeg", "png"] | None = Field(
        None, description="`auto`: the best that `Accept` takes; else that of the picture"
    )
    quality: Annotated[int, Field(ge=1, le=100)] | None = Field(
        None, description="Of webp, avif and jpeg; rounded up to the next of a ladder, 80"
    )

    @field_validator("fit")
    @classmethod
    def _cover_has_a_box(cls, fit: str | None, others: ValidationInfo) -> str | None:
        if fit == "cover" and (others.data.get("width") is None or others.data.get("height") is None):
            raise ValueError("cover needs width and height")
        return fit

    @property
    def is_original(self) -> bool:
        """The picture itself is asked for."""
        return (self.width, self.height, self.format, self.quality) == (None, None, None, None)


class LinkRequest(_Asked):
    """A link by which whoever has it may see one picture for a time."""

    expires_in: Annotated[int, Field(ge=1, le=LONGEST_LINK_S, strict=True)] = Field(
        3600, description="Seconds from now, up to a year"
    )
    variant: VariantOptions | None = Field(None, description="Of this copy, not of the picture as it is")
    download: bool = Field(False, description="As an attachment, to be saved")
