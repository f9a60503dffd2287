"""Programs that write names and values, in JSON or as one text each: how each is known, and what it says."""

import re
from collections.abc import Callable, Iterator, Mapping

from pixyproxy.core.models import JsonValue
from pixyproxy.service.importing.account import Told
from pixyproxy.service.importing.comfyui import told_by_comfyui
from pixyproxy.service.importing.lenient_json import read_object
from pixyproxy.service.importing.plain_names import MODEL, NEGATIVE_PROMPT, PROMPT, plainly_told

Fields = Mapping[str, JsonValue]

_HASH_AT_END = re.compile(r" [0-9A-F]{8}$")
# What InvokeAI 1 and 2 took away from a picture stood in the prompt, in square brackets.
_TAKEN_AWAY = re.compile(r"\[([^\[\]]{0,2000})\]")
_DREAM = re.compile(r'"([^"]*)"(.*)', re.DOTALL)
_DREAM_OPTION = re.compile(r"-([sSCAWH])[ ]?([\w.]{1,40})")
_DREAM_NAMES = {"s": "steps", "S": "seed", "C": "cfg_scale", "A": "sampler", "W": "width", "H": "height"}
_JOB = re.compile(r"[0-9a-f-]{36}")


def told_by_fields(fields: Fields) -> Told | None:
    """By the first program that knows them as its own and has something to say."""
    accounts = (reader(fields) for reader in _READERS)
    told = [account for account in accounts if account]
    return next((account for account in told if account.prompt), told[0] if told else None)


def _told_by_swarmui(fields: Fields) -> Told | None:
    parameters = read_object(fields.get("sui_image_params"))
    return plainly_told("swarmui", parameters) if parameters else None


def _told_by_invokeai(fields: Fields) -> Told | None:
    """Since version 3."""
    metadata = read_object(fields.get("invokeai_metadata"))
    if not metadata and {"positive_prompt", "app_version"} <= fields.keys():
        metadata = dict(fields)
    return plainly_told("invokeai", metadata) if metadata else None


def _told_by_invokeai_2(fields: Fields) -> Told | None:
    metadata = read_object(fields.get("sd-metadata")) or fields
    image = read_object(metadata.get("image"))
    if "model_weights" not in metadata or not image:
        return None
    prompts = image.get("prompt")
    parts = prompts if isinstance(prompts, list) else [prompts]
    texts = [part.get("prompt") if isinstance(part, dict) else part for part in parts]
    prompt = "\n".join(text for text in texts if isinstance(text, str))
    return plainly_told("invokeai", image | _without_taken_away(prompt) | {MODEL: metadata["model_weights"]})


def _told_by_dream(fields: Fields) -> Told | None:
    """InvokeAI before that: the command that made the picture."""
    command = fields.get("Dream")
    found = _DREAM.match(command.strip()) if isinstance(command, str) else None
    if not found:
        return None
    options = {_DREAM_NAMES[name]: value for name, value in _DREAM_OPTION.findall(found[2][:2000])}
    return plainly_told("invokeai", options | _without_taken_away(found[1]))


def _without_taken_away(prompt: str) -> dict[str, str]:
    return {
        PROMPT: " ".join(_TAKEN_AWAY.sub("", prompt).split(" ")),
        NEGATIVE_PROMPT: ", ".join(filter(str.strip, _TAKEN_AWAY.findall(prompt))),
    }


def _told_by_novelai(fields: Fields) -> Told | None:
    comment = read_object(fields.get("Comment"))
    if fields.get("Software") != "NovelAI" and not ("uc" in comment and "scale" in comment):
        return None
    named = fields.get("Source")
    return plainly_told(
        "novelai",
        comment
        | {PROMPT: "\n".join(_of_characters(fields, comment))}
        | {MODEL: _HASH_AT_END.sub("", named) if isinstance(named, str) else None},
    )


def _of_characters(fields: Fields, comment: Fields) -> Iterator[str]:
    """The prompt, and since version 4 one for each character in the picture."""
    prompt = comment.get("prompt") or fields.get("Description")
    if isinstance(prompt, str):
        yield prompt
    caption = read_object(read_object(comment.get("v4_prompt")).get("caption"))
    characters = caption.get("char_captions")
    for character in characters[:20] if isinstance(characters, list) else ():
        words = read_object(character).get("char_caption")
        if isinstance(words, str) and words.strip():
            yield words


def _told_by_draw_things(fields: Fields) -> Told | None:
    return plainly_told("drawthings", fields) if {"c", "uc"} <= fields.keys() else None


def _told_by_fooocus(fields: Fields) -> Told | None:
    """And by its offspring."""
    if {"base_model", "base_model_name"}.isdisjoint(fields):
        return None
    combined = [value for name, value in fields.items() if name.startswith("lora_combined")]
    names = [value.partition(" : ")[0] for value in combined if isinstance(value, str)]
    loras = fields.get("loras") or list[JsonValue](names)
    return plainly_told("fooocus", {**fields, "loras": loras})


def _told_by_easy_diffusion(fields: Fields) -> Told | None:
    known = {"use_stable_diffusion_model", "num_inference_steps", "Stable Diffusion model"}
    return None if known.isdisjoint(fields) else plainly_told("easydiffusion", fields)


def _told_by_midjourney(fields: Fields) -> Told | None:
    described = fields.get("Description")
    prompt, _, job = described.rpartition(" Job ID: ") if isinstance(described, str) else ("", "", "")
    return plainly_told("midjourney", {PROMPT: prompt}) if _JOB.fullmatch(job) else None


_READERS: tuple[Callable[[Fields], Told | None], ...] = (
    _told_by_swarmui,
    _told_by_invokeai,
    _told_by_invokeai_2,
    _told_by_dream,
    _told_by_novelai,
    _told_by_draw_things,
    _told_by_fooocus,
    _told_by_easy_diffusion,
    _told_by_midjourney,
    told_by_comfyui,
)
