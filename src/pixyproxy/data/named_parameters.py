"""Turns `:name` into the `%(name)s` of MySQL's driver, leaving strings, quoted names and comments alone."""

import re
from functools import lru_cache

_TOKEN = re.compile(
    r"""(?P<quoted>'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*"|`[^`]*`|--[^\n]*|/\*.*?\*/)"""
    r"|(?P<percent>%)"
    r"|(?<![:\w]):(?P<name>[a-z_][a-z0-9_]*)",
    re.DOTALL | re.IGNORECASE,
)


@lru_cache(maxsize=512)
def to_percent_style(sql: str) -> str:
    return _TOKEN.sub(_rewrite, sql)


def _rewrite(token: re.Match[str]) -> str:
    if name := token["name"]:
        return f"%({name})s"
    return token[0].replace("%", "%%")
