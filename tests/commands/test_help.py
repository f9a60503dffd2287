from collections.abc import Iterator

import click
import pytest

from pixyproxy.cli import main

from .conftest import pixyproxy

COMMANDS = [
    *"serve init generate list show key sign-in links settings usage".split(),
    *"doctor scrub move-images export import".split(),
]


def every_command(
    command: click.Command, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    for name, each in getattr(command, "commands", {}).items():
        yield from every_command(each, (*words, name))


EVERY = [
    pytest.param(words, command, id=" ".join(words) or "pixyproxy") for words, command in every_command(main)
]


def test_the_commands_are_those_of_the_contract() -> None:
    assert set(main.commands) == set(COMMANDS)
    assert isinstance(main.commands["key"], click.Group)
    assert set(main.commands["key"].commands) == {"create", "list", "revoke"}


@pytest.mark.parametrize(("words", "command"), EVERY)
def test_every_command_explains_itself_and_each_of_its_options(
    words: tuple[str, ...], command: click.Command
) -> None:
    for flag in ("-h", "--help"):
        result = pixyproxy({}, *words, flag)
        assert result.exit_code == 0
        assert result.stdout.startswith(" ".join(["Usage: pixyproxy", *words]))
    assert (command.help or "").strip().endswith(".")
    for option in (each for each in command.params if isinstance(each, click.Option)):
        assert option.help, f"{option.opts} is not explained"
        assert any(name in result.stdout for name in option.opts)


def test_the_list_of_commands_cuts_no_sentence() -> None:
    listed = pixyproxy({}, "--help").stdout.partition("Commands:")[2]
    assert listed.count("\n  ") == len(COMMANDS)
    assert "..." not in listed


@pytest.mark.parametrize("words", [(), ("serve",), ("key", "create")])
def test_help_comes_also_when_a_setting_is_wrong(words: tuple[str, ...]) -> None:
    assert pixyproxy({"PIXYPROXY_PORT": "a harbour"}, *words, "--help").exit_code == 0


def test_the_version_is_the_packages() -> None:
    assert pixyproxy({}, "--version").stdout == "pixyproxy, version 0.1.0\n"


@pytest.mark.parametrize(
    "words", [("frobnicate",), ("list", "--frob"), ("generate",), ("serve", "--port", "0")]
)
def test_a_slip_of_the_fingers_is_answered_with_the_usage_and_exit_code_2(words: tuple[str, ...]) -> None:
    result = pixyproxy({}, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage: pixyproxy" in result.stderr
    assert "Error: " in result.stderr
