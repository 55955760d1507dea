"""What commands say of themselves, in Chinese and in English."""

import re
from collections.abc import Iterator

import pytest
from cyclopts import App

from api.cli import COMMANDS, app

ENDS = re.compile(r"[\u4e00-\u9fff].*[。；：]\s+[A-Z0-9]", re.DOTALL)
"""Chinese, and then English."""


def all_commands(of: App, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], App]]:
    for name in names:
        command = of[name]
        inner = tuple(each for each in command if not each.startswith("-"))
        yield (name,), command
        for path, each in all_commands(command, inner):
            yield (name, *path), each


COMMANDS_BY_PATH = {" ".join(path): command for path, command in all_commands(app, tuple(COMMANDS))}
OPTIONS = {
    f"{path} {argument.name}": argument.parameter.help
    for path, command in COMMANDS_BY_PATH.items()
    if command.default_command is not None
    for argument in command.assemble_argument_collection(parse_docstring=True)
}


@pytest.mark.parametrize("path", COMMANDS_BY_PATH)
def test_every_command_says_what_it_does_in_both_languages(path: str) -> None:
    assert ENDS.match(COMMANDS_BY_PATH[path].help.split("\n\n")[0]), path


@pytest.mark.parametrize("option", OPTIONS)
def test_every_argument_and_option_says_what_it_is_in_both_languages(option: str) -> None:
    assert ENDS.match(OPTIONS[option] or ""), option


def test_the_program_and_its_headings_say_what_they_are_in_both_languages() -> None:
    for said in (app.help, app["--help"].help, app["--version"].help):
        assert ENDS.match(said)
    for path, command in COMMANDS_BY_PATH.items():
        for group in (command.group_commands, command.group_arguments, command.group_parameters):
            assert re.match("[\u4e00-\u9fff]+ [A-Z]", group.name), path


def test_there_are_commands_within_commands_and_options_to_look_at() -> None:
    assert {"import", "token new", "institution add"} <= set(COMMANDS_BY_PATH)
    assert {"import --dry-run", "token new --days"} <= set(OPTIONS)
