"""Markers of a row's columns: whether a column is answered, and what it holds if it is wholly sealed."""

from dataclasses import dataclass
from typing import Any, get_type_hints


@dataclass(frozen=True, slots=True)
class Blank:
    """The column holds this constant if its value is sealed."""

    value: object = None


@dataclass(frozen=True, slots=True)
class Hashed:
    """The column holds a keyed hash if its value is sealed, for look-up."""


@dataclass(frozen=True, slots=True)
class EmptyText:
    """The column holds an empty text where a row has no value."""


@dataclass(frozen=True, slots=True)
class Internal:
    """The column is not answered, or not as stored."""


@dataclass(frozen=True, slots=True)
class Unversioned:
    """The column holds the file's version: by itself, it makes no other row of what was known."""


def marked(row: type, marker: type) -> dict[str, Any]:
    """Return the columns of a row that have a marker of this class, with the marker."""
    hints = get_type_hints(row, include_extras=True)
    return {
        name: marking
        for name, hint in hints.items()
        for marking in getattr(hint, "__metadata__", ())
        if isinstance(marking, marker)
    }
