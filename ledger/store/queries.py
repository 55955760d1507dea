"""Statements kept in .sql files, each under a line `-- name: …`."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


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
