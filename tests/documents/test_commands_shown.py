"""What a reader copies must exist: every `make` verb, every command and option of the program, every file."""

import re
import shlex

import click
import pytest

from pixyproxy.cli import main

from .reading import CHECKOUT, pages, shown_commands, text_of

PAGES = [page for page in pages() if "/decisions/" not in page]
VERBS = set(re.findall(r"^([a-z]+):.*##", text_of("Makefile"), re.MULTILINE))


def calls(page: str) -> list[list[str]]:
    """Every call of the program, as words."""
    found = []
    for line in shown_commands(text_of(page)):
        command = re.search(r"(?:^|[\s/])pixyproxy ([a-z].*)", line.partition("#")[0])
        if command and "clone" not in line:
            found.append(shlex.split(command[1]))
    return found


def resolved(words: list[str]) -> tuple[click.Command, list[str]]:
    command: click.Command = main
    while words and isinstance(command, click.Group):
        assert words[0] in command.commands, f"there is no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    return command, words


@pytest.mark.parametrize("page", PAGES)
def test_every_make_verb_that_is_shown_exists(page: str) -> None:
    shown = {
        verb
        for line in shown_commands(text_of(page))
        for verb in re.findall(r"(?:^|\s)make ([a-z]+)(?=\s|$)", line)
    }
    assert shown <= VERBS


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_shown_exists_with_its_options(page: str) -> None:
    for call in calls(page):
        command, words = resolved(call)
        known = {name for option in command.params for name in option.opts}
        assert {word for word in words if word.startswith("-")} <= known


def test_the_commands_are_found_where_they_are_shown() -> None:
    """So that the tests above do not pass by looking nowhere."""
    assert {"generate", "list", "doctor", "init"} <= {call[0] for call in calls("README.md")}
    assert ["key", "create", "shop team"] in calls("docs/operations.md")
    assert {"run", "test", "check"} <= VERBS


def test_every_command_is_in_the_readme_or_in_operations_and_in_the_changelog() -> None:
    written = {
        call[0] for page in ("README.md", "docs/operations.md", "docs/settings.md") for call in calls(page)
    }
    assert {"serve", "init", "generate", "list", "key", "settings", "doctor"} <= written
    assert all(f"`{name}`" in text_of("CHANGELOG.md") for name in set(main.commands) - {"serve"})


def test_every_make_verb_is_described() -> None:
    assert all(re.search(rf"^{verb}:.*## \w", text_of("Makefile"), re.MULTILINE) for verb in VERBS)
    assert set(re.findall(r"\w+", text_of("Makefile").partition(".PHONY:")[2].partition("\n")[0])) == VERBS


def test_the_files_the_architecture_points_to_exist() -> None:
    source = CHECKOUT / "src" / "pixyproxy"
    named = set(re.findall(r"`((?:core|data|service|web)/[\w/*.]+\.(?:py|sql))`", text_of("ARCHITECTURE.md")))
    assert len(named) > 10
    assert [name for name in sorted(named) if not list(source.glob(name))] == []
