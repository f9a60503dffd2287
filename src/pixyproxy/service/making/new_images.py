"""What is written down of an image before anything of it is there."""

from dataclasses import replace
from datetime import UTC, datetime

from pixyproxy.core.models import Caller, Image, JsonValue, Status, Task
from pixyproxy.core.names import new_guid, readable_name
from pixyproxy.core.requests import GENERATOR_FIELDS, ImagePrompt
from pixyproxy.service.generators.catalogue import Choice
from pixyproxy.service.generators.generator import Inputs

_NOT_SHOWN = {"model", "task", "partial_images", "user", "safety_identifier"}


def new_images(
    caller: Caller, prompt: ImagePrompt, count: int, choice: Choice, inputs: Inputs
) -> list[Image]:
    """Several know of each other by the guid of the first."""
    guids = [new_guid() for _ in range(count)]
    batch = guids[0] if count > 1 else None
    return [
        replace(new_image(caller, prompt, guid, choice), batch=batch, parents=inputs.parents)
        for guid in guids
    ]


def new_image(caller: Caller, prompt: ImagePrompt, guid: str, choice: Choice) -> Image:
    now = datetime.now(UTC)
    return Image(
        guid=guid,
        owner=caller.owner,
        filename=prompt.filename or readable_name(prompt.prompt, guid),
        prompt=prompt.prompt,
        tags=tuple(prompt.tags),
        author=prompt.author or caller.name,
        status=Status.GENERATING,
        visibility=prompt.visibility,
        generator=choice.generator.name,
        model=choice.request.model,
        parameters=_parameters(prompt, choice),
        created_at=now,
        updated_at=now,
    )


def _parameters(prompt: ImagePrompt, choice: Choice) -> dict[str, JsonValue]:
    """What was asked for; the model only where an alias changed it."""
    named = set(GENERATOR_FIELDS - _NOT_SHOWN)
    if prompt.model != choice.request.model:
        named.add("model")
    asked: dict[str, JsonValue] = prompt.model_dump(include=named, exclude_none=True)
    if choice.request.task is not Task.GENERATE:
        asked["task"] = choice.request.task.value
    return asked
