"""What a program says of a picture's making, fit to be kept: clean, short, nothing of a machine."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pixyproxy.core.models import JsonValue
from pixyproxy.core.requests import NAME_LENGTH, PROMPT_LENGTH

MOST_PARAMETERS = 50
PARAMETER_NAME_LENGTH, PARAMETER_LENGTH = 64, 2_000
_MOST_LISTED = 50
_LARGEST_EXACT_NUMBER = 2**53 - 1  # beyond it those who read JSON round
_MOST_BITS = 128

_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0xFEFF])
_KEPT_CONTROLS = {code: None for code in _CONTROLS if chr(code) not in "\t\n"}
# Where files lie on somebody's machine, up to the name of the file.
_FOLDERS = re.compile(
    r"(?:(?<![A-Za-z])[A-Za-z]:[\\/]|file:/+|\\\\|(?<![\w.:/\\])(?:~|\.{1,2})?[\\/])"
    r"(?:[^\\/:*?\"<>|\n,;]{0,255}[\\/]+){0,64}"
)
_WEIGHTS = re.compile(r"\.(?:safetensors|sft|ckpt|pth?|bin|gguf|onnx)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """What a file says of its own making, acceptable wherever a caller's words would be."""

    prompt: str | None = None
    model: str | None = None
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    source: str | None = None
    """Which program's format it was."""


def account(
    source: str | None, prompt: object, model: object = None, parameters: Mapping[str, object] | None = None
) -> Told:
    """Takes whatever was found under those names; what is of no use is left out."""
    return Told(prose(prompt, PROMPT_LENGTH), model_name(model), _kept(parameters or {}), source)


def prose(value: object, length: int) -> str | None:
    """Text without what no prompt may contain, cut; None where nothing is left."""
    if not isinstance(value, str):
        return None
    text = _LINE_END.sub("\n", value[: 4 * length]).translate(_KEPT_CONTROLS)
    text = text.encode("utf-8", "ignore").decode()  # lone surrogates are no characters
    return text.strip()[:length].rstrip() or None


def model_name(value: object) -> str | None:
    """The name of a model, whatever folder its file lay in: the same from every program."""
    text = prose(value, 2 * PARAMETER_LENGTH)
    if text is None:
        return None
    name = re.split(r"[\\/]", text.rstrip("\\/"))[-1]
    return " ".join(_WEIGHTS.sub("", name).split())[:NAME_LENGTH].rstrip() or None


def without_folders(text: str) -> str:
    return _FOLDERS.sub("", text)


def _kept(parameters: Mapping[str, object]) -> dict[str, JsonValue]:
    kept: dict[str, JsonValue] = {}
    for name, value in parameters.items():
        if len(kept) == MOST_PARAMETERS:
            break
        plain = _value(name, value)
        if plain not in (None, []):
            kept[name[:PARAMETER_NAME_LENGTH]] = plain
    return kept


def _value(name: str, value: object) -> JsonValue:
    if isinstance(value, list | tuple):
        return _listed(value)
    if isinstance(value, str) and name.endswith("prompt"):
        return prose(value, PARAMETER_LENGTH)
    return _scalar(value)


def _scalar(value: object) -> str | int | float | bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _LARGEST_EXACT_NUMBER else _digits(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    text = prose(value, 2 * PARAMETER_LENGTH)
    return prose(without_folders(text), PARAMETER_LENGTH) if text else None


def _digits(value: int) -> str | None:
    """None of those that are no seed of anything."""
    return str(value) if value.bit_length() <= _MOST_BITS else None


def _listed(values: list[object] | tuple[object, ...]) -> list[JsonValue]:
    return list(_within_length(values[:_MOST_LISTED]))


def _within_length(values: list[object] | tuple[object, ...]) -> Iterator[JsonValue]:
    room = PARAMETER_LENGTH
    for value in values:
        plain = _scalar(value)
        room -= len(str(plain))
        if room < 0:
            break
        if plain is not None:
            yield plain
