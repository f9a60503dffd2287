"""Named parameters: lists of them, and `:name` as MySQL's driver writes it, `%(name)s`."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(
    r"""(?P<quoted>'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*"|`[^`]*`|--[^\n]*|/\*.*?\*/)"""
    r"|(?P<percent>%)"
    r"|(?<![:\w]):(?P<name>[a-z_][a-z0-9_]*)",
    re.DOTALL | re.IGNORECASE,
)


def any_of(name: str, values: Iterable[Any]) -> tuple[str, dict[str, Any]]:
    """What stands within the brackets of an IN, and its parameters."""
    named = {f"{name}{number}": value for number, value in enumerate(values)}
    return ", ".join(f":{each}" for each in named), named


@lru_cache(maxsize=512)
def to_percent_style(sql: str) -> str:
    """Leaves strings, quoted names and comments alone."""
    return _TOKEN.sub(_rewrite, sql)


def _rewrite(token: re.Match[str]) -> str:
    if name := token["name"]:
        return f"%({name})s"
    return token[0].replace("%", "%%")
