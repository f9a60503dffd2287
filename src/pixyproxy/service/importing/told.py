"""What a picture file says of its own making, whichever program made it: the prompt, the model, the settings.

Nothing is believed of the file but its text. Whatever the bytes are, the answer comes soon, and says nothing
where they say nothing.
"""

import re
from collections.abc import Iterator, Mapping

from pixyproxy.core.models import JsonValue
from pixyproxy.service.importing.account import Told, account
from pixyproxy.service.importing.containers import notes_of
from pixyproxy.service.importing.infotext import is_infotext, told_by_infotext
from pixyproxy.service.importing.lenient_json import read_object
from pixyproxy.service.importing.notes import Notes
from pixyproxy.service.importing.plain_names import plainly_told
from pixyproxy.service.importing.programs import told_by_fields

__all__ = ["Told", "told_by"]

_DESCRIPTIONS = (
    "Description", "ImageDescription", "UserComment", "XPComment", "XPSubject", "XPTitle", "Title", "Comment",
)  # fmt: skip
# What cameras and programs write unasked; and files' names.
_NO_DESCRIPTION = re.compile(
    r"created with |creator: |file (?:source|written)|lead technologies|lavc|processed by|applemark"
    r"|optimized by|olympus digital|samsung camera|sony dsc|minolta digital|kodak digital|exif[_ ]jpeg"
    r"|screenshot$|default$|untitled$|dcim|[{\[<]|\S+\.(?:jpe?g|png|webp|avif|heic|gif)$|(?:[a-z]:)?[\\/]",
    re.IGNORECASE,
)


def told_by(content: bytes) -> Told:
    """Never raises."""
    notes = notes_of(content)
    without_prompt: Told | None = None
    for told in _accounts(notes):
        if told.prompt:
            return told
        if without_prompt is None and (told.model or told.parameters):
            without_prompt = told
    return without_prompt or Told(source="c2pa" if notes.has_credentials else None)


def _accounts(notes: Notes) -> Iterator[Told]:
    """The likeliest first. A web UI's own text says what was painted; a graph may lie beside it."""
    objects = {name: fields for name, text in notes.items() if (fields := read_object(text))}
    yield from _accounts_of(objects.get("parameters", {}))
    texts = {name: text for name, text in notes.items() if name not in objects}
    if "parameters" in texts:
        yield told_by_infotext(texts["parameters"])
    yield from _infotexts(texts, "UserComment")
    for fields in (dict[str, JsonValue](notes), *objects.values()):
        yield from _accounts_of(fields)
    yield from _infotexts(texts, *_DESCRIPTIONS)
    yield from _descriptions(texts)


def _infotexts(texts: Mapping[str, str], *names: str) -> Iterator[Told]:
    return (told_by_infotext(texts[name]) for name in names if is_infotext(texts.get(name, "")))


def _descriptions(texts: Mapping[str, str]) -> Iterator[Told]:
    """What somebody wrote of the picture, in whatever words."""
    for name in _DESCRIPTIONS:
        text = texts.get(name, "")
        if any(map(str.isalpha, text)) and not _NO_DESCRIPTION.match(text):
            yield account(None, text)


def _accounts_of(fields: Mapping[str, JsonValue]) -> Iterator[Told]:
    """By a program that is known, or by one that uses the same words."""
    if told := told_by_fields(fields):
        yield told
    prompt = fields.get("prompt") or fields.get("positive_prompt")
    if isinstance(prompt, str) and not read_object(prompt):
        yield plainly_told(None, fields)
