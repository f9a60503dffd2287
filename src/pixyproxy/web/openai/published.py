"""What /openapi.json says of these resources: errors, events, and the bodies that are read by hand."""

from typing import Any

from pydantic import BaseModel, Field, JsonValue

from pixyproxy.web.openai.parameters import EditParameters, JsonEditParameters, VariationParameters

_FORM, _JSON, _FILE = "multipart/form-data", "application/json", {"type": "string", "format": "binary"}
_MEANINGS = {
    400: "Something is wrong with what was asked, or a generator refused it",
    401: "No key, or one that is not in force",
    404: "No such model",
    408: "The body did not arrive in time",
    409: "No picture to be had now, see the message",
    413: "The body is too large",
    424: "The generator was called, but its answer was lost",
    429: "The generator takes no more requests for now",
    500: "Something went wrong on our side",
    502: "The generator did not make a picture",
    503: "A part of the service cannot be reached just now",
    504: "The generator could not be reached in time; nothing was sent to it",
    507: "There is no room to keep another image",
}


class ErrorDetail(BaseModel):
    message: str = Field(examples=["The request is not valid: n: should be less than or equal to 10."])
    type: str = Field(examples=["invalid_request_error"])
    param: str | None = Field(examples=["n"])
    code: str = Field(examples=["invalid_request"])
    guid: str | None = Field(None, description="The image the error is about, where there is one")
    moderation_details: dict[str, JsonValue] | None = None


class OpenAIError(BaseModel):
    """Every error under /v1."""

    error: ErrorDetail


class ImageItem(BaseModel):
    b64_json: str | None = None
    url: str | None = Field(None, description="Works without a key, for an hour")
    revised_prompt: str | None = None
    guid: str = Field(description="The image as it is kept")


class ImagesAnswer(BaseModel):
    created: int
    data: list[ImageItem]
    output_format: str = Field(examples=["png"])
    size: str = Field(examples=["1024x1024"])
    background: str | None = None
    quality: str | None = None
    usage: dict[str, JsonValue] | None = None
    safety_identifier: str | None = None


def error_schemas(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """FastAPI would add a 422 of its own, so it is said here; the published API leaves it out."""
    told = {status: _MEANINGS[status] for status in sorted({*statuses, 500, 503})} | {422: "Never"}
    return {status: {"model": OpenAIError, "description": meaning} for status, meaning in told.items()}


def answer_schemas() -> dict[int | str, dict[str, Any]]:
    images: dict[int | str, dict[str, Any]] = {
        200: {
            "model": ImagesAnswer,
            "description": "The images; with `stream`, their events",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
            "headers": {
                "X-PixyProxy-Guid": {"description": "Their guids", "schema": {"type": "string"}},
                "Idempotent-Replayed": {
                    "description": "`true` where they were made for an earlier request",
                    "schema": {"type": "string"},
                },
            },
        }
    }
    return {**images, **error_schemas(400, 401, 404, 408, 409, 413, 424, 429, 502, 504, 507)}


_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key with the same request stands for the same images, for 72 hours",
}


def generation_extra() -> dict[str, Any]:
    return {"parameters": [_KEY_HEADER]}


def edit_extra() -> dict[str, Any]:
    form = _inlined(EditParameters.model_json_schema())
    form["properties"] |= {"image": _files(16), "mask": _FILE}
    form["required"] = ["image", "prompt"]
    written = _inlined(JsonEditParameters.model_json_schema())
    return _with_body({_FORM: {"schema": form}, _JSON: {"schema": written}})


def variation_extra() -> dict[str, Any]:
    form = _inlined(VariationParameters.model_json_schema())
    form["properties"]["image"] = _FILE
    form["required"] = ["image"]
    return _with_body({_FORM: {"schema": form}})


def _files(most: int) -> dict[str, Any]:
    return {"type": "array", "items": _FILE, "minItems": 1, "maxItems": most}


def _with_body(content: dict[str, Any]) -> dict[str, Any]:
    return {**generation_extra(), "requestBody": {"required": True, "content": content}}


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Its `$defs` put where they are named: a reference would be looked for at the document's top."""
    definitions = schema.pop("$defs", {})

    def filled(part: Any) -> Any:
        if isinstance(part, list):
            return [filled(each) for each in part]
        if not isinstance(part, dict):
            return part
        name = str(part.get("$ref", "")).rpartition("/")[2]
        return filled(definitions[name]) if name else {key: filled(value) for key, value in part.items()}

    return {key: filled(value) for key, value in schema.items()}
