"""The parameters of OpenAI's Images API, and what they are to us."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from pixyproxy.core.models import Task, Visibility
from pixyproxy.core.requests import (
    MOST_INPUTS,
    NAME_LENGTH,
    Filename,
    ImagePrompt,
    Label,
    PictureOptions,
    Prompt,
    Tags,
    Word,
)
from pixyproxy.service.validation import refused, revalidated

MOST_IMAGES = 10
_FEWEST_DIGITS_REFUSED = 20  # of no field that is a number is so large a one taken
_OF_A_VARIATION = "a variation"
_MODEL_OF_VARIATIONS = "dall-e-2"  # The only one that ever made them.
_NOT_FOR_THE_GENERATOR = {"n", "response_format", "stream", "markup", "images", "mask"}


def _is_data_url(text: str) -> str:
    if not text.startswith("data:"):
        raise ValueError("must be a `data:` URL: nothing is fetched from other hosts")
    return text


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: object) -> object:
        """There, null says the same as nothing."""
        if not isinstance(given, Mapping):
            return given
        return {
            name: value for name, value in given.items() if value is not None or name not in cls.model_fields
        }


class CommonParameters(_Given):
    """What all three resources take; those after `user` are ours, and come by the SDKs' `extra_body`."""

    default_model: ClassVar[str] = ""

    model: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)] | None = Field(
        None, description="The default model, when none is named", examples=["gpt-image-2"]
    )
    n: Annotated[int, Field(strict=True, ge=1, le=MOST_IMAGES)] = Field(
        1, description="So many images, of one batch"
    )
    size: str | None = Field(None, description="`auto`, or `WxH`", examples=["1024x1024"])
    response_format: Literal["b64_json", "url"] | None = Field(
        None, description="`b64_json`; for `dall-e-*`, as it was there, a `url`"
    )
    user: Annotated[str, Field(max_length=512)] | None = None
    seed: Annotated[int, Field(strict=True, ge=0, le=2**53 - 1)] | None = Field(
        None, description="Ours: where the generator knows seeds"
    )
    tags: Tags = Field([], description="Ours: for the library", examples=[["sea", "evening"]])
    author: Label | None = None
    filename: Filename | None = None
    visibility: Visibility = Visibility.PRIVATE

    @property
    def wants_links(self) -> bool:
        model = self.model or self.default_model
        return (self.response_format or ("url" if model.startswith("dall-e-") else "b64_json")) == "url"

    @property
    def is_streamed(self) -> bool:
        return False

    def as_prompt(self) -> ImagePrompt:
        """Raises `InvalidRequest` for what no image can be made from."""
        asked = self.model_dump(exclude=_NOT_FOR_THE_GENERATOR, exclude_unset=True)
        return revalidated(ImagePrompt.model_construct(**{**asked, **self._said_otherwise()}))

    def _said_otherwise(self) -> dict[str, object]:
        """What the prompt of an image has under another name, or in another form."""
        return {}


class VariationParameters(CommonParameters):
    default_model: ClassVar[str] = _MODEL_OF_VARIATIONS

    def _said_otherwise(self) -> dict[str, object]:
        return {"prompt": _OF_A_VARIATION, "task": Task.VARY}


class GenerationParameters(CommonParameters, PictureOptions):
    prompt: Prompt = Field(examples=["a lighthouse at sunset"])
    quality: Word | None = Field(None, examples=["high"])
    background: Literal["auto", "opaque", "transparent"] | None = None
    output_format: Word | None = Field(None, examples=["png"])
    stream: Annotated[bool, Field(strict=True)] = False
    partial_images: Annotated[int, Field(strict=True, ge=0, le=3)] | None = None

    @property
    def is_streamed(self) -> bool:
        return self.stream

    def _said_otherwise(self) -> dict[str, object]:
        self._check_stream()
        return {"partial_images": (self.partial_images or 0) if self.stream else None}

    def _check_stream(self) -> None:
        if self.stream and self.response_format == "url":
            raise refused("response_format", "cannot be url where stream is true")
        if self.partial_images and not self.stream:
            raise refused("partial_images", "needs stream to be true")


class EditParameters(GenerationParameters):
    """Of a form; its pictures are files."""

    def _said_otherwise(self) -> dict[str, object]:
        return {**super()._said_otherwise(), "task": Task.EDIT}


class PictureReference(_Given):
    """One of our images, or a picture written into the request."""

    image_url: Annotated[str, AfterValidator(_is_data_url)] | None = Field(
        None, description="A `data:` URL in base64"
    )
    file_id: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        None, description="The guid of an image here"
    )

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "PictureReference":
        if (self.image_url is None) == (self.file_id is None):
            raise ValueError("must have either image_url or file_id")
        return self

    @property
    def source(self) -> str:
        return self.image_url or self.file_id or ""


class JsonEditParameters(EditParameters):
    """Of a JSON body; its pictures are named."""

    images: Annotated[list[PictureReference], Field(min_length=1, max_length=MOST_INPUTS)]
    mask: PictureReference | None = None
    markup: JsonValue = Field(None, description="Refused: no generator here knows it")

    def _said_otherwise(self) -> dict[str, object]:
        if self.markup is not None:
            raise refused("markup", "is not known to any generator here")
        mask = {} if self.mask is None else {"mask": self.mask.source}
        return {**super()._said_otherwise(), "images": [each.source for each in self.images], **mask}


def with_numbers(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A form has only texts: those that must be numbers or truth values, made so where they can be."""
    return {
        name: _READ.get(name, str)(text) if isinstance(text, str) else text for name, text in fields.items()
    }


def _number(text: str) -> int | str:
    is_number = text.isascii() and text.removeprefix("-").isdigit() and len(text) < _FEWEST_DIGITS_REFUSED
    return int(text) if is_number else text


def _truth(text: str) -> bool | str:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)


_NUMBERS = "n", "seed", "output_compression", "partial_images", "frame_count", "frame_duration_ms"
_READ: dict[str, Any] = {**dict.fromkeys(_NUMBERS, _number), "stream": _truth}
