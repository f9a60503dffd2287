"""The files of the gallery as they are sent.

They are what lies in `static`; scripts go without comments and indentation, a quarter of them, there for who
reads them. All have one address for each state of theirs, so that a browser may keep them for ever.
"""

import gzip
import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

_MEDIA_TYPES = {
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
    "html": "text/html",
}
_PAGE, _FIRST_MODULE = "index.html", "main.js"
_FIRST_STYLES = ("styles/tokens.css", "styles/base.css")
_IMPORT = re.compile(r"""^(?:import|export)\b[^"()]*"(\.[^"]+)";""", re.MULTILINE)
_COMMENT = re.compile(
    r"^[ \t]*/\*\*(?:(?!\*/).)*\*/[ \t]*\n|/\*\*(?:(?!\*/).)*\*/ ?", re.DOTALL | re.MULTILINE
)
_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file, and the same packed, for browsers that unpack it."""

    media_type: str
    content: bytes = field(repr=False)
    packed: bytes = field(repr=False)
    etag: str

    @classmethod
    def of(cls, name: str, content: bytes) -> "SentFile":
        digest = hashlib.sha256(content).hexdigest()[:32]
        media_type = _MEDIA_TYPES[name.rpartition(".")[2]]
        return cls(media_type, content, gzip.compress(content, mtime=0), f'"{digest}"')


@dataclass(frozen=True, slots=True)
class GalleryFiles:
    version: str
    page: SentFile
    assets: Mapping[str, SentFile]
    """By their path below the version."""


@cache
def gallery_files() -> GalleryFiles:
    """Read once, when the page is first asked for."""
    texts = dict(sorted(_texts(resources.files("pixyproxy.web").joinpath("static"))))
    page = texts.pop(_PAGE)
    version = hashlib.sha256(repr((page, texts)).encode()).hexdigest()[:16]
    assets = {name: SentFile.of(name, text.encode()) for name, text in texts.items()}
    return GalleryFiles(version, SentFile.of(_PAGE, _page(page, version, texts).encode()), assets)


def _texts(folder: Traversable, path: str = "") -> Iterator[tuple[str, str]]:
    for each in folder.iterdir():
        name = f"{path}{each.name}"
        if each.is_dir():
            yield from _texts(each, f"{name}/")
        elif name.rpartition(".")[2] in _MEDIA_TYPES:
            text = each.read_text(encoding="utf-8")
            yield name, _INDENTATION.sub("", _COMMENT.sub("", text)) if name.endswith(".js") else text


def _page(template: str, version: str, texts: Mapping[str, str]) -> str:
    """Names all that it begins with: a browser would find one script behind the other."""
    assets = f"static/{version}"
    styles = sorted(name for name in texts if name.endswith(".css") and name not in _FIRST_STYLES)
    links = {
        "styles": [f'<link rel="stylesheet" href="{assets}/{name}">' for name in (*_FIRST_STYLES, *styles)],
        "modules": [f'<link rel="modulepreload" href="{assets}/{name}">' for name in first_modules(texts)],
    }
    page = template.replace("{assets}", assets)
    for name, lines in links.items():
        page = page.replace(f"{{{name}}}", "\n    ".join(lines))
    return page


def first_modules(texts: Mapping[str, str]) -> list[str]:
    """What the first script imports, and what that imports; not what is loaded when it is wanted."""
    found: dict[str, None] = {}
    wanted = [_FIRST_MODULE]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = None
            folder = posixpath.dirname(name)
            others = _IMPORT.findall(texts[name])
            wanted += [posixpath.normpath(posixpath.join(folder, other)) for other in others]
    return sorted(found)
