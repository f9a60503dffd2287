"""Chromium and fonts from Debian's archive, of the machine's own suite, in private folders.

The browser runs with the machine's loader and C library and with all other libraries of its own. The fonts go
with any browser: else the machine decides which scripts are boxes in a screenshot.
"""

import os
import shutil
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from tools.debian_archive import architecture, private_apt, unpack
from tools.folders import LOCAL, locked, workshop
from tools.ways import WayClosedError, run

HOME = LOCAL / "chromium"
FONTS_HOME = LOCAL / "fonts"

# The drivers of graphics cards, a third of the download: it draws in software.
_LEFT_OUT = r"libc6|libc-bin|libgl1-mesa-dri|mesa-libgallium|libllvm.*|libz3-4"
_BROWSER = "chromium-headless-shell"
_PROGRAM = f"usr/lib/chromium/{_BROWSER}"

# Latin and all that looks like an interface; Arabic, Hebrew, Greek, Cyrillic; Chinese, Japanese, Korean;
# Devanagari; Thai; pictures.
_FONTS = (
    "fonts-inter",
    "fonts-dejavu-core",
    "fonts-wqy-microhei",
    "fonts-lohit-deva",
    "fonts-tlwg-loma",
    "fonts-noto-color-emoji",
)
_FONT_CONFIGURATION = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
  {families}
</fontconfig>
"""
_FAMILY = """\
<match target="pattern">
    <test name="family" qual="any"><string>{name}</string></test>
    <edit name="family" mode="prepend_first" binding="strong">{fonts}</edit>
  </match>"""
_SANS = ("Inter", "DejaVu Sans", "WenQuanYi Micro Hei", "Lohit Devanagari", "Loma", "Noto Color Emoji")
_FAMILIES = {
    "system-ui": _SANS,
    "sans-serif": _SANS,
    "serif": ("DejaVu Serif", *_SANS[1:]),
    "monospace": ("DejaVu Sans Mono", *_SANS[1:]),
    "emoji": ("Noto Color Emoji",),
}


def packaged_chromium(home: Path = HOME) -> tuple[Path, dict[str, str]]:
    """The program, and what its environment must say; it is fetched first if it is not there yet."""
    root = _kept(home, (_BROWSER,), _is_chromium)
    found = chain(root.glob("usr/lib/*-linux-*/**/*.so*"), root.glob("lib/*-linux-*/*.so*"))
    libraries = sorted({f"{each.parent}" for each in found})
    return root / _PROGRAM, {"LD_LIBRARY_PATH": ":".join(libraries)}


def packaged_fonts(home: Path = FONTS_HOME) -> dict[str, str]:
    """What a browser's environment must say so that it takes its fonts from here alone."""
    root = _kept(home, _FONTS, _are_fonts)
    families = "\n  ".join(
        _FAMILY.format(name=name, fonts="".join(f"<string>{font}</string>" for font in fonts))
        for name, fonts in _FAMILIES.items()
    )
    _write(root / "fonts.conf", _FONT_CONFIGURATION.format(families=families, cache=root / "cache"))
    return {"FONTCONFIG_FILE": f"{root}/fonts.conf"}


def _write(file: Path, text: str) -> None:
    """Whole or not at all: a browser beside us may be reading it."""
    if not file.exists() or file.read_text() != text:
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(text)
        fresh.replace(file)


def _kept(home: Path, packages: tuple[str, ...], is_complete: Callable[[Path], bool]) -> Path:
    """Unpacked beside the place and renamed: the place holds all or nothing, whenever we are killed."""
    root = home / f"debian-{architecture()}"
    with locked(home):
        if not is_complete(root):
            shutil.rmtree(root, ignore_errors=True)
            with workshop(home) as work:
                apt = private_apt(work)
                run(*apt, "update")
                fresh = unpack(packages, work, apt, without=_LEFT_OUT)
                if not is_complete(fresh):
                    raise WayClosedError(f"Debian's {packages[0]} holds nothing where we look for it.")
                fresh.rename(root)
    return root


def _is_chromium(root: Path) -> bool:
    return (root / _PROGRAM).exists()


def _are_fonts(root: Path) -> bool:
    return any(root.glob("usr/share/fonts/**/Inter*"))
