"""Columns of values as binary arrays of PostgreSQL.

psycopg dumps lists element by element and guesses the element's type from the values. Here the caller states
the type, which is faster and also works for a column of nulls only.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from struct import Struct
from uuid import UUID

from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_BYTEA, _BIGINT, _INTEGER, _TEXT, _DATE, _TIMESTAMPTZ, _UUID = 17, 20, 23, 25, 1082, 1184, 2950
_FIRST_DAY = date(2000, 1, 1).toordinal()
_FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_EMPTY = Struct("!iiI")
_HEADER = Struct("!iiIii")
_INT = Struct("!i")
_LONG = Struct("!q")
_NULL = _INT.pack(-1)
_SIZE_OF_INTEGER, _SIZE_OF_LONG, _SIZE_OF_UUID = _INT.pack(4), _INT.pack(8), _INT.pack(16)


class Array(bytes):
    """A packed array; to be passed as `%b::type[]`."""

    __slots__ = ()


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> Buffer:
        return obj


def register(context: AdaptContext) -> None:
    """Register Array as a parameter type of a connection."""
    context.adapters.register_dumper(Array, _ArrayDumper)


def uuids(values: Iterable[UUID | None]) -> Array:
    """Pack a uuid[]."""
    return _pack(_UUID, [value.bytes if value else None for value in values], _SIZE_OF_UUID)


def texts(values: Iterable[str | None]) -> Array:
    """Pack a text[]."""
    return _pack(_TEXT, [None if value is None else value.encode() for value in values])


def integers(values: Iterable[int]) -> Array:
    """Pack an integer[]."""
    return _pack(_INTEGER, list(map(_INT.pack, values)), _SIZE_OF_INTEGER)


def bigints(values: Iterable[int | None]) -> Array:
    """Pack a bigint[]."""
    longs = [None if value is None else _LONG.pack(value) for value in values]
    return _pack(_BIGINT, longs, _SIZE_OF_LONG)


def moments(values: Iterable[datetime]) -> Array:
    """Pack a timestamptz[]."""
    ticks = [_LONG.pack((value - _FIRST_MOMENT) // _TICK) for value in values]
    return _pack(_TIMESTAMPTZ, ticks, _SIZE_OF_LONG)


def dates(values: Iterable[date | None]) -> Array:
    """Pack a date[]."""
    days = [_INT.pack(value.toordinal() - _FIRST_DAY) if value else None for value in values]
    return _pack(_DATE, days, _SIZE_OF_INTEGER)


def blobs(values: Iterable[bytes | None]) -> Array:
    """Pack a bytea[]."""
    return _pack(_BYTEA, list(values))


def _pack(element: int, values: Sequence[bytes | None], size: bytes | None = None) -> Array:
    """Pack an array of a type; `size` is that of each value, if all have the same."""
    if not values:
        return Array(_EMPTY.pack(0, 0, element))
    present = [value for value in values if value is not None]
    header = _HEADER.pack(1, len(present) < len(values), element, len(values), 1)
    if size and len(present) == len(values):
        return Array(size.join([header, *present]))
    parts = [header]
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            parts += (_INT.pack(len(value)), value)
    return Array(b"".join(parts))
