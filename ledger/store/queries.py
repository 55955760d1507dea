"""Statements kept in .sql files: named ones, each under a line `-- name: …`, and those of migrations.

A migration may include files that hold one object each, by lines `-- include: functions/append`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_INCLUDE = re.compile(r"^-- include: (\S+)\n", re.MULTILINE)
_PIECE = re.compile(r"(?P<comment>--[^\n]*)|\$\$.*?\$\$|'[^']*'|(?P<end>;)|[^-$';]+|.", re.DOTALL)


def load(package: str, path: str) -> Mapping[str, bytes]:
    """Read the statements of one file of a package, by name; as bytes, which psycopg takes as they are."""
    _, *parts = _NAME.split(files(package).joinpath(path).read_text("utf-8"))
    return MappingProxyType(
        {name: text.strip().encode() for name, text in zip(parts[::2], parts[1::2], strict=True)}
    )


@cache
def migrations(package: str, folder: str) -> tuple[tuple[str, str], ...]:
    """Read the .sql files of one folder as (name without ending, text), in the order of their names."""
    found = [file for file in files(package).joinpath(folder).iterdir() if file.name.endswith(".sql")]
    return tuple(sorted((file.name.removesuffix(".sql"), file.read_text("utf-8")) for file in found))


def statements(package: str, folder: str, text: str) -> Iterator[str]:
    """Yield the statements of a migration one by one, with those of the files in `folder` that it includes."""
    whole = _INCLUDE.sub(lambda line: files(package).joinpath(f"{folder}/{line[1]}.sql").read_text("utf-8"), text)
    statement = ""
    for piece in _PIECE.finditer(whole):
        if piece["end"]:
            yield statement.strip()
            statement = ""
        elif not piece["comment"]:
            statement += piece[0]
    if statement.strip():
        message = f"a statement does not end: {statement.strip()[:40]}"
        raise ValueError(message)
