"""Output and exit codes of commands."""

import sys
from typing import Annotated, Final, TypeAlias

from cyclopts import App, Parameter

Flag: TypeAlias = Annotated[bool, Parameter(negative=())]
"""An option without a value."""
STOPPED: Final = 130
"""The exit code of a command that was stopped."""


def commands(name: str, about: str, version: str | None = None) -> App:
    """Return an app for commands, whose help has headings in both languages."""
    return App(
        name=name,
        help=about,
        version=version,
        group_commands="命令 Commands",
        group_arguments="参数 Arguments",
        group_parameters="选项 Options",
    )


def many(number: int, one: str, several: str | None = None) -> str:
    """Return a number with an English word, which takes an s where it is not said otherwise."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"


def note(text: str) -> None:
    """Print a note to the user, apart from the command's output."""
    print(text, file=sys.stderr)  # noqa: T201 - a command speaks


def answer(text: str) -> None:
    """Print the command's output."""
    print(text, flush=True)  # noqa: T201 - the same
