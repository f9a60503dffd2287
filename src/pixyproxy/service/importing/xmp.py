"""The few texts of XMP that programs write prompts into, found without an XML parser and its bombs."""

import re
import sys

from pixyproxy.service.importing.lenient_json import LONGEST_TEXT
from pixyproxy.service.importing.notes import Notes

_NAMES = {
    "exif:UserComment": "UserComment",
    "dc:description": "Description",
    "dc:title": "Title",
    "parameters": "parameters",
}
_TAG = re.compile(r"<[^<>]{0,1000}>")
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def note_xmp(text: str, notes: Notes) -> None:
    text = text[:LONGEST_TEXT]
    for element, name in _NAMES.items():
        notes.note(name, _characters(_inside(text, element) or _attribute(text, element)))


def _inside(text: str, element: str) -> str:
    """What its tags enclose, of an alternative the first: `<rdf:Alt><rdf:li>…</rdf:li></rdf:Alt>`."""
    start = text.find(f"<{element}>")
    end = text.find(f"</{element}>", start)
    if start < 0 or end < 0:
        return ""
    inner = text[start + len(element) + 2 : end].partition("</rdf:li>")[0]
    return _TAG.sub("", inner)


def _attribute(text: str, name: str) -> str:
    _, _, rest = text.partition(f' {name}="')
    return rest.partition('"')[0]


def _characters(text: str) -> str:
    return _ENTITY.sub(_character, text)


def _character(entity: re.Match[str]) -> str:
    decimal, hexadecimal, name = entity.groups()
    if name:
        return _ENTITIES[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if code <= sys.maxunicode else ""
