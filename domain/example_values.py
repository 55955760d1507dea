"""Example values of the fields of events: all codes and truths, and of everything else two of each kind."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from annotated_types import Ge, Le, MinLen, Predicate
from stdnum.cn.ric import calc_check_digit

from domain.codes import tables
from domain.event import Event, Part, Unknown, is_month
from domain.field_types import FieldType, field_types
from domain.text import is_hash, is_place_code

UNSAID: Final = Unknown("not_asked")
_MOST_CODES: Final = 100
"""Of a longer table, that of regions, two codes are tried: no event tells all of them apart."""
_REGIONS: Final = ("371002", "371003")
_IDS: Final = tuple(
    f"{each}{calc_check_digit(f'{each}0')}" for each in ("37109920120315004", "37109920120316005")
)


def fullest(kind: type[Event] | type[Part], turn: int) -> Any:  # noqa: ANN401 - one of that kind
    """Return an event or part in which everything is said; another `turn` says everything otherwise."""
    types = field_types(kind)
    return kind(
        **{name: _first(of, f"{name}{place}", turn) for place, (name, of) in enumerate(types.items())}
    )


def _first(of: FieldType, name: str, turn: int) -> Any:  # noqa: ANN401 - whatever a field holds
    values = [*example_values(of, name, turn)]
    return values[turn % len(values)]


def example_values(of: FieldType, name: str, turn: int) -> Iterator[Any]:
    """Yield each code and truth of a field of this type; of any other, the value that this `turn` has."""
    if of.items is not None:
        each = _first(of.items, name, turn)
        yield {"a.toml": each} if of.type is dict else (each,)
        return
    if of.choices or of.code:
        yield from _codes(of)
    elif issubclass(of.type, Part):
        yield fullest(of.type, turn)
    elif of.type is bool:
        yield from (True, False)
    elif of.kept_as is not None:
        # One that is a citizen id, and one that cannot be.
        yield from (_IDS[turn], f"{name}-{turn}")
    elif of.type is str:
        yield _text(of, name, turn)
    else:
        yield _plain(of, name, turn)


def codes_tried(of: FieldType) -> tuple[str, ...]:
    """Return the codes of a field that are tried one by one: none of a table that is too long."""
    if of.items is not None:
        return ()
    if of.choices:
        return tuple(map(str, of.choices))
    codes = tuple(tables()[of.code].codes) if of.code else ()
    return codes if len(codes) <= _MOST_CODES else ()


def _codes(of: FieldType) -> Iterator[Any]:
    if of.choices:
        yield from map(of.type, of.choices)
    else:
        yield from codes_tried(of) or _REGIONS


_FORMS: Final = {
    is_month: ("2024-03", "2024-04"),
    is_place_code: ("371099001", "371099002"),
    is_hash: ("0" * 64, "1" * 64),
}


def _text(of: FieldType, name: str, turn: int) -> str:
    for limit in of.limits:
        if isinstance(limit, Predicate) and limit.func in _FORMS:
            return _FORMS[limit.func][turn]
    least = max((limit.min_length for limit in of.limits if isinstance(limit, MinLen)), default=1)
    return str(turn) * least if least > 1 else f"{name}-{turn}"


def _plain(of: FieldType, name: str, turn: int) -> Any:  # noqa: ANN401 - whatever a field holds
    place = sum(map(ord, name)) % 20 + 1
    least = max((Decimal(str(each.ge)) for each in of.limits if isinstance(each, Ge)), default=Decimal(0))
    most = min((Decimal(str(each.le)) for each in of.limits if isinstance(each, Le)), default=least + 100)
    number = min(least + place + 25 * turn, most)
    values: dict[type, object] = {
        int: int(number),
        Decimal: number,
        date: date(2021 + turn, place % 12 + 1, place),
        datetime: datetime(2021 + turn, place % 12 + 1, place, 3, tzinfo=UTC),
        UUID: UUID(int=100 * place + turn),
    }
    return values[of.type]
