"""What may be asked for many images at once: a change to them, or a copy of them all."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, field_validator, model_validator

from pixyproxy.core.models import Visibility
from pixyproxy.core.requests import ANY_STATUS, ImageFilters, Label, Paged, Tags

MOST_GUIDS = 1000
MOST_IN_A_BATCH, USUAL_BATCH = 500, 200
MOST_EXPORTED_GUIDS = 10_000
_CHANGES = ("add_tags", "remove_tags", "visibility", "author")
_ONLY_BY_FILTER = ("limit", "cursor")


class BulkFilters(ImageFilters):
    """As `GET /image`. Nothing may be left blank: what is done to many must not hang on an empty variable."""

    @field_validator("*", mode="before")
    @classmethod
    def _is_not_blank(cls, value: object) -> object:
        if value is None or value == [] or (isinstance(value, str) and not value.strip()):
            raise ValueError("must not be blank or null; leave it out")
        return value

    @property
    def is_everything(self) -> bool:
        said = self.model_fields_set
        return not said or (said == {"status"} and self.status == ANY_STATUS)


class BulkRequest(Paged):
    """What is to be done, and with which images: those named, or those of your own that are found."""

    action: Literal["change", "delete", "restore"]
    guids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_GUIDS)] | None = None
    filter: BulkFilters | None = Field(None, description="As `GET /image`; for `restore`, in your trash")
    everything: bool = Field(
        False, strict=True, description="For a filter that is empty: yes, all that is yours to change"
    )
    from_trash: bool = Field(
        False,
        strict=True,
        description="For `delete`, with `permanently` and a filter: what lies in your trash",
    )
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
        _check_one_of_them(self.guids, self.filter)
        if self.guids is not None:
            self._check_alone(_ONLY_BY_FILTER, "filter")
        if self.action != "change":
            self._check_alone(_CHANGES, "change")
        elif not any(getattr(self, name) for name in _CHANGES):
            raise ValueError(f"must have one of {', '.join(_CHANGES)}")
        if self.action != "delete":
            self._check_alone(("permanently", "from_trash"), "delete")
        if self.from_trash and not (self.permanently and self.filter is not None):
            raise ValueError("from_trash goes with filter and permanently only")
        self._check_what_is_meant()
        return self

    def _check_alone(self, names: Sequence[str], where: str) -> None:
        for name in names:
            if getattr(self, name):
                raise ValueError(f"{name} goes with {where} only")

    def _check_what_is_meant(self) -> None:
        is_empty = self.filter is not None and self.filter.is_everything
        if is_empty and not self.everything and self.action != "restore":
            raise ValueError('an empty filter means everything: say so, with "everything": true')
        if self.everything and not is_empty:
            raise ValueError("everything goes with an empty filter only")


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
        _check_one_of_them(self.guids, self.filter)
        return self


def _check_one_of_them(guids: list[UUID] | None, filters: ImageFilters | None) -> None:
    if (guids is None) == (filters is None):
        raise ValueError("must have either guids or filter")
