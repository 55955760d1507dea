"""Canonical JSON: the one form in which a value is stored, sealed and hashed."""

from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, TypeAlias

import orjson

Json: TypeAlias = dict[str, Any]
# By itself, orjson writes the fields of a dataclass unsorted.
_CANONICAL: Final = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS
LARGEST_INTEGER: Final = 2**53 - 1
"""Beyond it, readers of JSON disagree about the number's value."""
_FINEST: Final = -12
"""The last decimal place of a measure."""


def canonical(value: object) -> bytes:
    """Return canonical JSON: sorted keys, no blanks, decimal numbers as plain text without needless zeros."""
    return orjson.dumps(value, default=_plain, option=_CANONICAL)


def measurable(number: Decimal | int) -> bool:
    """Return whether a number's size and precision can be kept."""
    if isinstance(number, Decimal):
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or not _FINEST <= exponent <= -_FINEST:
            return False
    return -LARGEST_INTEGER <= number <= LARGEST_INTEGER


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever orjson does not know
    if isinstance(value, Decimal) and measurable(value):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    kind = type(value)
    if kind not in _MEMBERS:
        _MEMBERS[kind] = _members(kind)
    return _MEMBERS[kind](value)


_MEMBERS: Final[dict[type, Callable[[Any], Json]]] = {}


def _members(kind: type) -> Callable[[Any], Json]:
    """Return what reads all fields of a dataclass at once."""
    names = tuple(kind.__dataclass_fields__)  # type: ignore[attr-defined] # of a dataclass
    if len(names) < 2:  # noqa: PLR2004 - of one name, an attrgetter returns no tuple
        return lambda value: {name: getattr(value, name) for name in names}
    read = attrgetter(*names)
    return lambda value: dict(zip(names, read(value), strict=True))
