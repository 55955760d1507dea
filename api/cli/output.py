"""How a command speaks, and with which codes it ends."""

import sys
from typing import Annotated, Final, TypeAlias

from cyclopts import Parameter

Flag: TypeAlias = Annotated[bool, Parameter(negative=())]
"""What is said by its name alone."""
STOPPED: Final = 130
"""The exit code of a command that was stopped before its end."""


def note(text: str) -> None:
    """Tell whoever gave the command, apart from what it answers."""
    print(text, file=sys.stderr)  # noqa: T201 - a command speaks


def answer(text: str) -> None:
    """Print what was asked for."""
    print(text, flush=True)  # noqa: T201 - the same
