"""The files below a folder, the oldest first. Links are not followed, hidden files not seen."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from pixyproxy.service.transfer.lists import why_not


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A plain file. Some 300 bytes of memory, whatever is in it."""

    changed_at_ns: int
    path: str
    """Below the folder, as the system names it: what is no text in it is kept as lone surrogates."""
    size_bytes: int


@dataclass(slots=True)
class Finds:
    """All there is."""

    files: list[Found] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    """Sentences, each about something that could not be looked into."""
    others: int = 0
    """Pipes, sockets and the like."""


def find_files(root: Path) -> Finds:
    """Blocks, for as long as it takes to walk through all folders once."""
    finds, folders = Finds(), [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    if not entry.name.startswith("."):
                        _note(entry, f"{folder}{entry.name}", finds, folders)
        except OSError as error:
            finds.unreadable.append(f"{folder or root}: {why_not(error)}; it is left out.")
    finds.files.sort()
    finds.links.sort()
    return finds


def find_file(path: Path) -> Finds:
    """That one alone."""
    try:
        facts = path.stat()
    except OSError as error:
        return Finds(unreadable=[f"{path}: {why_not(error)}; it is left out."])
    return Finds([Found(facts.st_mtime_ns, path.name, facts.st_size)])


def _note(entry: os.DirEntry[str], path: str, finds: Finds, folders: list[str]) -> None:
    if entry.is_symlink():
        finds.links.append(path)
    elif entry.is_dir(follow_symlinks=False):
        folders.append(f"{path}/")
    elif entry.is_file(follow_symlinks=False):
        try:
            facts = entry.stat(follow_symlinks=False)
        except OSError as error:
            finds.unreadable.append(f"{path}: {why_not(error)}; it is left out.")
            return
        finds.files.append(Found(facts.st_mtime_ns, path, facts.st_size))
    else:
        finds.others += 1
