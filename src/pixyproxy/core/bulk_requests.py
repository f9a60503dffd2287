"""What may be asked for many images at once: a change to them, or a copy of them all."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from pixyproxy.core.models import Visibility
from pixyproxy.core.requests import ImageFilters, Label, Paged, Tags

MOST_GUIDS = 1000
MOST_IN_A_BATCH, USUAL_BATCH = 500, 200
MOST_EXPORTED_GUIDS = 10_000
_CHANGES = ("add_tags", "remove_tags", "visibility", "author")
_ONLY_BY_FILTER = ("limit", "cursor")


class BulkRequest(Paged):
    """What is to be done, and with which images: those named, or those of your own that are found."""

    action: Literal["change", "delete", "restore"]
    guids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_GUIDS)] | None = None
    filter: ImageFilters | None = Field(None, description="As `GET /image`; for `restore`, in your trash")
    add_tags: Tags | None = Field(None, description="For `change`, after others are removed")
    remove_tags: Tags | None = Field(None, description="For `change`, in any spelling")
    visibility: Visibility | None = Field(None, description="For `change`")
    author: Label | None = Field(None, description="For `change`")
    permanently: bool = Field(False, strict=True, description="For `delete`: not into the trash")
    limit: Annotated[int, Field(strict=True, ge=1, le=MOST_IN_A_BATCH)] | None = Field(
        None, description=f"By filter, how many at once; {USUAL_BATCH} when nothing is said"
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.guids is None) == (self.filter is None):
            raise ValueError("must have either guids or filter")
        for name in _ONLY_BY_FILTER:
            if self.guids is not None and getattr(self, name) is not None:
                raise ValueError(f"must have {name} with filter only")
        asked = [name for name in _CHANGES if getattr(self, name)]
        if self.action == "change" and not asked:
            raise ValueError(f"must have one of {', '.join(_CHANGES)}")
        if self.action != "change" and asked:
            raise ValueError(f"must have {asked[0]} for change only")
        if self.action != "delete" and self.permanently:
            raise ValueError("must have permanently for delete only")
        return self


class ExportSearch(ImageFilters):
    """Which images a copy is to be made of, as `GET /image`."""

    guid: list[UUID] = Field([], max_length=200)


class ExportRequest(BaseModel):
    """Which images a copy is to be made of: those named, or those that are found."""

    model_config = Paged.model_config

    guids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_EXPORTED_GUIDS)] | None = None
    filter: ImageFilters | None = None

    @model_validator(mode="after")
    def _has_one_of_them(self) -> Self:
        if (self.guids is None) == (self.filter is None):
            raise ValueError("must have either guids or filter")
        return self
