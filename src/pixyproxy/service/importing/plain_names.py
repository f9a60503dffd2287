"""One plain name for what each program calls otherwise: `CFG scale`, `cfgscale`, `guidance_scale`."""

import re
from collections.abc import Iterable, Mapping

from pixyproxy.service.importing.account import Told, account, model_name

PROMPT, MODEL, LORAS, WIDTH, HEIGHT, SIZE = "prompt", "model", "loras", "width", "height", "size"
NEGATIVE_PROMPT, SEED, STEPS, CFG_SCALE, SAMPLER = "negative_prompt", "seed", "steps", "cfg_scale", "sampler"

_PLAIN_NAMES = {
    PROMPT: "prompt positiveprompt c",
    MODEL: "model basemodel basemodelname stablediffusionmodel usestablediffusionmodel modelweights sdmodel",
    NEGATIVE_PROMPT: "negativeprompt negative uc",
    SEED: "seed noiseseed",
    STEPS: "steps numinferencesteps",
    CFG_SCALE: "cfgscale cfg scale guidancescale",
    SAMPLER: "sampler samplername comfyuisampler autowebuisampler",
    "scheduler": "scheduler noiseschedule scheduletype comfyuischeduler",
    "denoising_strength": "denoisingstrength denoise strength initimagecreativity",
    "clip_skip": "clipskip",
    "vae": "vae usevaemodel vaemodel vaename",
    "styles": "styles style",
    "performance": "performance",
    "sharpness": "sharpness",
    LORAS: "loras lora uselora useloramodel loramodel",
    SIZE: "size resolution",
    WIDTH: "width",
    HEIGHT: "height",
}
_PLAIN_NAME_OF = {squashed: plain for plain, names in _PLAIN_NAMES.items() for squashed in names.split()}
_NUMBERS = frozenset({SEED, STEPS, CFG_SCALE, "denoising_strength", "clip_skip", "sharpness"})
_WHOLE, _BROKEN = re.compile(r"-?\d{1,20}"), re.compile(r"-?\d{1,9}\.\d{1,15}")
_EXTENT = re.compile(r"\(?(\d{1,6})[x, ]{1,3}(\d{1,6})\)?")
_NOT_IN_A_NAME = re.compile(r"[\W_]+")


def plain_name(name: str) -> str | None:
    """None for what has no name here."""
    return _PLAIN_NAME_OF.get(_NOT_IN_A_NAME.sub("", name[:100]).lower())


def own_name(name: str) -> str:
    """What a program calls it, in the form that names have here."""
    return _NOT_IN_A_NAME.sub("_", name[:100]).strip("_").lower()


def plainly_told(source: str | None, fields: Mapping[str, object]) -> Told:
    """What a flat list of names and values says, of those names that are known."""
    plain: dict[str, object] = {}
    for name, value in fields.items():
        known = plain_name(name)
        if known and value is not None:
            plain.setdefault(known, value)
    return told_of(source, plain)


def told_of(source: str | None, plain: Mapping[str, object]) -> Told:
    """The same, where all names are plain already."""
    parameters = dict(plain)
    prompt, model = parameters.pop(PROMPT, None), parameters.pop(MODEL, None)
    width, height = parameters.pop(WIDTH, None), parameters.pop(HEIGHT, None)
    if LORAS in parameters:
        parameters[LORAS] = names_of(parameters[LORAS])
    if size := _size(parameters.pop(SIZE, None)) or _size(f"{width}x{height}"):
        parameters[SIZE] = size
    for name in _NUMBERS & parameters.keys():
        parameters[name] = _number(parameters[name])
    return account(source, prompt, name_of(model), parameters)


def name_of(thing: object) -> object:
    """Of a model that is written with all its particulars."""
    if not isinstance(thing, dict):
        return thing
    for key in ("name", "model_name", "lora_name", "lora", "model", "file"):
        named = thing.get(key)
        if isinstance(named, dict):
            named = named.get("name") or named.get("model_name")
        if isinstance(named, str):
            return named
    return None


def names_of(things: object) -> list[str]:
    """Of models, each once: `a, b`, or a list of names, of pairs of name and weight, of particulars."""
    if isinstance(things, str):
        things = things.split(",")
    if not isinstance(things, list):
        return []
    return distinct_names(thing[0] if isinstance(thing, list) and thing else thing for thing in things[:200])


def distinct_names(things: Iterable[object]) -> list[str]:
    named = (model_name(name_of(thing)) for thing in things)
    return list(dict.fromkeys(name for name in named if name and name != "None"))


def _size(value: object) -> str | None:
    found = _EXTENT.fullmatch(value.strip()) if isinstance(value, str) else None
    return f"{int(found[1])}x{int(found[2])}" if found else None


def _number(value: object) -> object:
    if isinstance(value, str):
        if _WHOLE.fullmatch(value.strip()):
            return int(value)
        if _BROKEN.fullmatch(value.strip()):
            return float(value)
    return value
