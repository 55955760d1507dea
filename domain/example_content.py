"""What is wrong with the content of an event that an example of a rule pack tells."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final, TypeAlias, get_args, get_type_hints
from uuid import UUID

from annotated_types import Ge, Le, MaxLen, MinLen, Predicate

from domain.codes import tables
from domain.event import Event, Part, Unknown, fields_of
from domain.field_types import FieldType, field_types
from domain.label import Label, no_such

ContentFaults: TypeAlias = Iterator[tuple[str, Label]]
"""Each fault with its place in the event, such as `applicants 1 sex`, counted from 1."""
FIELD: Final = Label("一项", "field")
_CODE: Final = Label("个代码", "code")
_REASON: Final = Label("个原因", "reason")
_REASONS: Final = get_args(get_type_hints(Unknown)["unknown"])
MISSING: Final = Label("没有写明", "is missing")
QUOTED: Final = Label("应为引号中的文字", "should be a text in quotes")
TRUTH: Final = Label("应为 true 或 false，不带引号", "should be true or false, without quotes")
_OUTSIDE: Final = Label("超出允许的范围", "is outside what the field may hold")
_LIST: Final = Label("应为方括号中的列表", "should be a list in brackets")
_TABLE: Final = Label("应为花括号中的各项", "should be fields in braces")
_SHOULD_BE: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "str": QUOTED,
        "int": Label("应为不带引号的整数", "should be a whole number without quotes"),
        "Decimal": Label("应为数字", "should be a number"),
        "bool": TRUTH,
        "date": Label("应为日期，如 2026-01-01", "should be a day such as 2026-01-01"),
        "datetime": Label(
            "应为带时区的时间，如 2026-01-01T08:00:00+08:00",
            "should be a time with its zone, such as 2026-01-01T08:00:00+08:00",
        ),
        "UUID": Label("应为编号（UUID）", "should be an id (UUID)"),
    }
)

_READERS: Final[Mapping[type, Callable[[str], Any]]] = MappingProxyType(
    {date: date.fromisoformat, datetime: datetime.fromisoformat, UUID: UUID}
)


def content_faults(kind: type[Event] | type[Part], said: Mapping[str, Any]) -> ContentFaults:
    """Yield the fields that there are not, the values that a field cannot hold, and what a part lacks.

    What is not said of an event itself is unknown; a part of it says all that is required.
    """
    known = field_types(kind)
    for name, value in said.items():
        if name not in known:
            yield name, no_such(FIELD, name, known)
            continue
        for place, words in _value_faults(known[name], value):
            yield _at(name, place), words
    if issubclass(kind, Part):
        yield from (
            (each.name, MISSING) for each in fields_of(kind) if each.required and each.name not in said
        )


def _value_faults(of: FieldType, value: Any) -> ContentFaults:  # noqa: ANN401 - whatever a text holds
    if of.unknown and isinstance(value, dict) and value.keys() == {"unknown"}:
        if value["unknown"] not in _REASONS:
            yield "unknown", no_such(_REASON, value["unknown"], _REASONS)
    elif of.items is not None and of.type is tuple:
        yield from _list_faults(of.items, value)
    elif issubclass(of.type, Part):
        yield from content_faults(of.type, value) if isinstance(value, dict) else [("", _TABLE)]
    elif (words := _plain_fault(of, value)) is not None:
        yield "", words


def _list_faults(of: FieldType, value: object) -> ContentFaults:
    if not isinstance(value, list):
        yield "", _LIST
        return
    for number, each in enumerate(value, 1):
        for place, words in _value_faults(of, each):
            yield _at(str(number), place), words


def _at(*places: str) -> str:
    return " ".join(filter(None, places))


def _plain_fault(of: FieldType, value: Any) -> Label | None:  # noqa: ANN401 - whatever a text holds
    table = tables()[of.code] if of.code else None
    codes = of.choices or (tuple(table.codes) if table is not None and table.complete else ())
    name = "str" if of.choices else of.type.__name__
    if name not in _SHOULD_BE:
        return None
    read = value if name == "str" and isinstance(value, str) else _read_as(of.type, value)
    if read is None:
        return _SHOULD_BE[name]
    if codes and value not in codes:
        return no_such(_CODE, value, codes)
    return None if all(_keeps(limit, read) for limit in of.limits) else _OUTSIDE


def _read_as(kind: type, value: Any) -> Any:  # noqa: ANN401 - whatever a text holds
    """Return a value as one of a type, as TOML or a text in quotes writes it; None if it is none."""
    read = value
    try:
        if kind is Decimal and type(value) in {int, float, str}:
            read = Decimal(str(value))
        elif isinstance(value, str) and kind in _READERS:
            read = _READERS[kind](value)
    except (ValueError, InvalidOperation):
        return None
    if (isinstance(read, datetime) and read.tzinfo is None) or (
        isinstance(read, Decimal) and not read.is_finite()
    ):
        return None
    return read if type(read) is kind else None


def _keeps(limit: object, value: Any) -> bool:  # noqa: ANN401 - of the type that the limit is for
    match limit:
        case Ge(ge=least):
            return bool(value >= least)
        case Le(le=greatest):
            return bool(value <= greatest)
        case MinLen(min_length=shortest):
            return len(value) >= shortest
        case MaxLen(max_length=longest):
            return len(value) <= longest
        case Predicate(func=holds):
            return bool(holds(value))
    return True
