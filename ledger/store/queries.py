"""SQL kept in .sql files: the objects of the schema, one a file, and statements under a line `-- name: …`.

A statement goes to the server by itself. A migration includes the files of objects by lines
`-- include: functions/append`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import LiteralString

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_INCLUDE = re.compile(r"^-- include: (\S+)\n", re.MULTILINE)
_PIECE = re.compile(r"(?P<comment>--[^\n]*)|\$\$.*?\$\$|'[^']*'|(?P<end>;)|[^-$';]+|.", re.DOTALL)


@cache
def load(package: str, path: str) -> Mapping[str, bytes]:
    """Read the statements of one file of a package, by name; as bytes, which psycopg takes as they are."""
    return MappingProxyType({name: text.encode() for name, text in _named(package, path)})


def load_composable(package: str, path: str) -> Mapping[str, SQL]:
    """Read the same for composition: `format` fills in their `{…}`."""
    return MappingProxyType({name: SQL(text) for name, text in _named(package, path)})


@cache
def migrations(package: str, folder: str) -> tuple[tuple[str, str], ...]:
    """Read the .sql files of one folder as (name without ending, text), in the order of their names.

    The text contains those of the included files, whose paths are relative to the folder's parent.
    """
    beside = files(package).joinpath(folder.rpartition("/")[0])
    statements = [file for file in files(package).joinpath(folder).iterdir() if file.name.endswith(".sql")]
    return tuple(sorted((file.name.removesuffix(".sql"), _whole(file, beside)) for file in statements))


def split(text: str) -> Iterator[str]:
    """Yield the statements of a text one by one, without the comments between them.

    Raises ValueError if the last one does not end with a semicolon.
    """
    statement = ""
    for piece in _PIECE.finditer(text):
        if piece["end"]:
            yield statement.strip()
            statement = ""
        elif not piece["comment"]:
            statement += piece[0]
    if statement.strip():
        message = f"a statement does not end: {statement.strip()[:40]}"
        raise ValueError(message)


async def execute(connection: AsyncConnection, *statements: LiteralString, **names: Composable) -> None:
    """Execute statements one at a time, with `{…}` in them filled in."""
    for statement in statements:
        await connection.execute(SQL(statement).format(**names))


async def execute_all(connection: AsyncConnection, statements: Iterable[str]) -> None:
    """Execute statements of .sql files one at a time."""
    for statement in statements:
        await connection.execute(statement.encode())


def _named(package: str, path: str) -> Iterator[tuple[str, str]]:
    _, *parts = _NAME.split(files(package).joinpath(path).read_text("utf-8"))
    return ((name, text.strip()) for name, text in zip(parts[::2], parts[1::2], strict=True))


def _whole(file: Traversable, beside: Traversable) -> str:
    def included(line: re.Match[str]) -> str:
        return beside.joinpath(f"{line[1]}.sql").read_text("utf-8")

    return _INCLUDE.sub(included, file.read_text("utf-8"))
