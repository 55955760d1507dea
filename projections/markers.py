"""Markers of a row's columns: what is answered of it, and what stands where what it says is sealed wholly."""

from dataclasses import dataclass
from typing import Any, get_type_hints


@dataclass(frozen=True, slots=True)
class Blank:
    """This stands in the column where what it says is sealed."""

    value: object = None


@dataclass(frozen=True, slots=True)
class Hashed:
    """A keyed hash stands in the column where what it says is sealed, by which it is looked for."""


@dataclass(frozen=True, slots=True)
class Internal:
    """The column is not answered, or not as it is."""


def marked(row: type, marker: type) -> dict[str, Any]:
    """Return the columns of a row that have a marker of this kind, with it."""
    hints = get_type_hints(row, include_extras=True)
    return {
        name: found
        for name, hint in hints.items()
        for found in getattr(hint, "__metadata__", ())
        if isinstance(found, marker)
    }
