"""How the documents are read: their tables, links and the commands they show; the files of the repository."""

import re
import subprocess
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")


def text_of(path: str) -> str:
    return (CHECKOUT / path).read_text(encoding="utf-8")


def table_rows(path: str, heading: str) -> list[list[str]]:
    """The cells of the table whose first column is called `heading`, row by row."""
    lines = [_cells(line) for line in text_of(path).splitlines()]
    head = next((number for number, cells in enumerate(lines) if cells[:1] == [heading]), None)
    if head is None:
        raise LookupError(f"{path} has no table {heading!r}")
    return list(takewhile(bool, lines[head + 2 :]))


def _cells(line: str) -> list[str]:
    """None outside of tables."""
    cells = re.split(r"(?<!\\)\|", line)[1:-1] if line.startswith("|") else []
    return [cell.strip() for cell in cells]


def in_code(cell: str) -> list[str]:
    return _CODE.findall(cell)


def links(text: str) -> list[str]:
    return _LINK.findall(text)


def shown_commands(text: str) -> Iterator[str]:
    """Lines of indented blocks, and what stands in `code`."""
    for line in text.splitlines():
        if line.startswith("    "):
            yield line.strip()
        else:
            yield from _CODE.findall(line)


def repository_files() -> list[str]:
    """What is or is about to be in the repository: nothing that .gitignore names."""
    listed = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    files = subprocess.run(listed, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    return sorted(name for name in set(files.split("\0")) if (CHECKOUT / name).is_file())


def pages() -> list[str]:
    return [name for name in repository_files() if name.endswith(".md")]
