"""The scripts of the gallery are sent without the comments of those who write them, and lose nothing else."""

import json
import posixpath
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

from pixyproxy.web.gallery_files import gallery_files
from tools.node_package import NODE, environment

STATIC = Path(str(resources.files("pixyproxy.web"))) / "static"
SCRIPTS = {path.relative_to(STATIC).as_posix(): path for path in sorted(STATIC.rglob("*.js"))}


@dataclass(frozen=True)
class Script:
    """As Node's parser reads it."""

    comments: list[str]
    words: list[str]
    program: str
    begins_with: list[str]
    loads_later: list[str]


@cache
def scripts_read() -> tuple[Mapping[str, Script], Mapping[str, Script]]:
    """As they are written, and as they are sent."""
    written = {name: SCRIPTS[name].read_text(encoding="utf-8") for name in SCRIPTS}
    sent = {name: gallery_files().assets[name].content.decode() for name in SCRIPTS}
    return read_by_node(written), read_by_node(sent)


def read_by_node(texts: Mapping[str, str]) -> Mapping[str, Script]:
    reading = Path(__file__).with_name("script_reading.cjs")
    ended = subprocess.run(
        [NODE, "--expose-internals", reading],
        env=environment(),
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    return {name: Script(**found) for name, found in json.loads(ended.stdout).items()}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_sent_as_it_is_written_but_for_its_comments(name: str) -> None:
    """The same words, of which the same program is made: also where a line ends without a semicolon."""
    written, sent = (scripts[name] for scripts in scripts_read())
    assert sent.words == written.words
    assert sent.program == written.program
    assert sent.comments == [each for each in written.comments if not each.startswith("/**")]


@pytest.mark.parametrize("name", SCRIPTS)
def test_its_lines_stay_as_they_are(name: str) -> None:
    """But for those of comments, and the blanks in a line, which the test above looks at."""
    left = SCRIPTS[name].read_text(encoding="utf-8")
    for comment in scripts_read()[0][name].comments:
        left = left.replace(comment, "", 1) if comment.startswith("/**") else left
    assert _lines_of(gallery_files().assets[name].content.decode()) == _lines_of(left)


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_in_a_script_looks_like_a_comment_that_is_none(name: str) -> None:
    written, _ = scripts_read()
    assert not [word for word in written[name].words if "/**" in word]


def test_each_script_refers_to_others_that_are_there() -> None:
    for name, script in scripts_read()[1].items():
        for other in script.begins_with + script.loads_later:
            assert _beside(name, other) in SCRIPTS, f"{name} imports {other}"


def test_the_page_asks_at_once_for_all_that_it_begins_with_and_for_nothing_else() -> None:
    """Else a browser would find them one behind the other."""
    _, sent = scripts_read()
    wanted, found = ["main.js"], set()
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            wanted += [_beside(name, other) for other in sent[name].begins_with]
    named = re.findall(
        r'rel="modulepreload" href="static/\w+/([^"]+)"', gallery_files().page.content.decode()
    )
    assert sorted(named) == sorted(found)


def _lines_of(text: str) -> list[str]:
    return ["".join(line.split()) for line in text.splitlines() if line.strip()]


def _beside(name: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), other))
