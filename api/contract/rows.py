"""Rows of read models in the form of answers: the columns that are not internal, by name."""

from typing import Any, Final, get_type_hints

from domain.event import Category, Kind
from projections.markers import Internal, marked

_ANSWERED: Final[dict[type, dict[str, Any]]] = {}


def answered(row: type) -> dict[str, Any]:
    """Return the types of a row's columns that are answered unchanged, by name."""
    if row not in _ANSWERED:
        internal = marked(row, Internal)
        hints = {name: hint for name, hint in get_type_hints(row).items() if name not in internal}
        _ANSWERED[row] = hints | {"rests_on": list[Category]}
    return _ANSWERED[row]


def row_json(row: object, kind: Kind = "child") -> dict[str, Any]:
    """Return the values of these columns of a row; the id of a file is named by the file's kind."""
    return {(kind if name == "child" else name): getattr(row, name) for name in answered(type(row))}
