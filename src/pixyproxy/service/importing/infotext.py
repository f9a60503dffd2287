"""What AUTOMATIC1111's web UI writes, and its many heirs: prompt, negative prompt, a line of settings.

a red fox
in the snow
Negative prompt: blurry
Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x768, Lora hashes: "a: 12, b: 34"
"""

import re
from collections.abc import Iterator, Mapping

from pixyproxy.core.requests import PROMPT_LENGTH
from pixyproxy.service.importing.account import Told
from pixyproxy.service.importing.lenient_json import LONGEST_TEXT, read_first
from pixyproxy.service.importing.plain_names import (
    LORAS,
    MODEL,
    NEGATIVE_PROMPT,
    PROMPT,
    distinct_names,
    own_name,
    plain_name,
    told_of,
)

_NEGATIVE = "Negative prompt:"
_LONGEST_SETTINGS, _MOST_SETTINGS, _LONGEST_HASHES = 65_536, 300, 8_000
_SETTING = re.compile(r"[\s,]{0,20}(\w[\w \-/.()]{0,63}):[ \t]{0,20}")
_UNQUOTED = re.compile(r"[^,]*")
# Two of these make a line one of settings: prompts have colons too.
_TELLING = frozenset(
    {"Steps", "Sampler", "Seed", "Size", "CFG scale", "Model", "Model hash", "Schedule type", "Version"}
)
_NOT_KEPT = frozenset({PROMPT, NEGATIVE_PROMPT, "user", "created_by", "raw_prompt", "raw_negative_prompt"})
_LORA_IN_PROMPT = re.compile(r"<(?:lora|lyco):([^:<>]{1,200})")
_LORA_HASH = re.compile(r"([^:,]{1,200}):[^,]{0,200}(?:,|$)")


def is_infotext(text: str) -> bool:
    prose, settings = _parted(text[:LONGEST_TEXT])
    return bool(settings) or prose.startswith(_NEGATIVE) or f"\n{_NEGATIVE}" in prose


def told_by_infotext(text: str) -> Told:
    prose, settings = _parted(text[:LONGEST_TEXT])
    prompt, negative = _prompts(prose)
    plain: dict[str, object] = {NEGATIVE_PROMPT: settings.get("Raw negative prompt") or negative}
    plain[PROMPT] = prompt = str(settings.get("Raw prompt") or prompt)
    plain[MODEL] = settings.get("Model")
    for name, value in settings.items():
        plain.setdefault(plain_name(name) or own_name(name), value)
    for name in _NOT_KEPT - {PROMPT, NEGATIVE_PROMPT}:
        plain.pop(name, None)
    plain[LORAS] = _loras(prompt, settings)
    return told_of(_program(settings), plain)


def _parted(text: str) -> tuple[str, dict[str, object]]:
    """The prompts, and the settings: those of the last line that is one of settings, mostly the very last."""
    lines = text.replace("\r\n", "\n").strip().split("\n")
    for number in range(len(lines) - 1, max(len(lines) - 20, -1), -1):
        settings = _settings(lines[number])
        if len(_TELLING & settings.keys()) > 1:
            return "\n".join(lines[:number]), settings
    return "\n".join(lines), {}


def _prompts(prose: str) -> tuple[str, str]:
    """The negative one begins with the first line that says so; inside a line that is the prompt's."""
    if prose.lstrip().startswith(_NEGATIVE):
        return "", prose.lstrip().removeprefix(_NEGATIVE)
    prompt, _, negative = prose.partition(f"\n{_NEGATIVE}")
    return prompt, negative


def _settings(line: str) -> dict[str, object]:
    settings: dict[str, object] = {}
    for name, value in _pairs(line[:_LONGEST_SETTINGS]):
        settings.setdefault(name, value)
    return settings


def _pairs(line: str) -> Iterator[tuple[str, object]]:
    """A value is what comes before the next comma, or JSON: text in quotation marks, a list, an object."""
    at = 0
    for _ in range(_MOST_SETTINGS):
        found = _SETTING.match(line, at)
        value, at = _value_at(line, found.end() if found else at)
        if found:
            yield found[1].strip(), value
        if at >= len(line):
            return


def _value_at(line: str, at: int) -> tuple[object, int]:
    if line[at : at + 1] in {'"', "[", "{"} and (read := read_first(line[at:])):
        value, length = read
        return value, _next_comma(line, at + length) + 1
    end = _next_comma(line, at)
    return line[at:end].strip(), end + 1


def _next_comma(line: str, at: int) -> int:
    return found.end() if (found := _UNQUOTED.match(line, at)) else len(line)


def _loras(prompt: str, settings: Mapping[str, object]) -> list[str]:
    hashes = settings.get("Lora hashes")
    hashed = _LORA_HASH.findall(hashes[:_LONGEST_HASHES]) if isinstance(hashes, str) else []
    return distinct_names([*_LORA_IN_PROMPT.findall(prompt[:PROMPT_LENGTH])[:200], *hashed[:200]])


def _program(settings: Mapping[str, object]) -> str:
    version = str(settings.get("Version", "")).lower()
    if version.startswith("fooocus"):
        return "fooocus"
    if settings.get("App") == "SD.Next" or settings.get("Backend") in {"Diffusers", "Original"}:
        return "sdnext"
    return "forge" if re.match(r"f\d", version) or version == "neo" else "a1111"
