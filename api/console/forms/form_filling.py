"""A form filled in with what an entry says: what `form_reading` reads is what the entry says again."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from api.clock import SHANGHAI
from api.console.forms.field_controls import (
    CHOSEN,
    WHOLE,
    FieldControl,
    FormField,
    event_fields,
    paper_fields,
)
from api.console.forms.form_reading import ESTIMATED, NONE_OF_THEM, OCCURRED, REASON, WHY_NOT, SentFields
from api.console.forms.sent_values import code_as_written
from domain.event import Category, Event
from domain.when import Days

FilledIn: TypeAlias = Iterator[tuple[str, str]]
TICKED: Final = "yes"
_SECONDS: Final = "%Y-%m-%d %H:%M:%S"


def filled_in(
    kind: type[Event], entry: Mapping[str, Any], sees: AbstractSet[Category], *, english: bool = False
) -> SentFields:
    """Return the fields of the form of an event as an answer about an entry of it says them.

    An entry of which only some is said, such as its `data`, fills in as much.
    """
    filled: dict[str, list[str]] = {}
    for name, value in _fields(kind, entry, sees, english=english):
        filled.setdefault(name, []).append(value)
    return filled


def _fields(
    kind: type[Event], entry: Mapping[str, Any], sees: AbstractSet[Category], *, english: bool
) -> FilledIn:
    if entry.get("occurred_on") or entry.get("occurred_until"):
        yield OCCURRED, days_as_written(entry["occurred_on"], entry.get("occurred_until"))
    if entry.get("estimated") is True:
        yield ESTIMATED, TICKED
    data = entry.get(WHOLE) or {}
    for each in event_fields(kind, sees):
        yield from _field(each, data.get(each.last_name), english=english)
    for name, each in paper_fields().items():
        yield from _field(each, entry.get(name), english=english)


def days_as_written(first: str | None, last: str | None) -> str:
    """Return days as somebody writes them."""
    last = last or first or ""
    if first == last:
        return last
    if first is None:
        return f"{last}以前"
    days = Days(date.fromisoformat(first), date.fromisoformat(last))
    if days.whole and first[:7] == last[:7]:
        return f"{first[:4]}年{int(first[5:7])}月"
    return f"{first[:4]}年" if days.whole else f"{first}至{last}"


def _field(of: FormField, value: Any, *, english: bool) -> FilledIn:  # noqa: ANN401 - any JSON
    if value is None or (isinstance(value, dict) and value.keys() & {"restricted", "erased"}):
        return
    if isinstance(value, dict) and value.keys() == {"unknown"}:
        reason: str = value["unknown"]
        yield (of.name, REASON + reason) if of.control in CHOSEN else (of.name + WHY_NOT, reason)
    elif of.control is FieldControl.GROUP:
        for each in of.inner:
            yield from _field(each, value.get(each.last_name), english=english)
    elif of.control is FieldControl.REASON_ALONE:
        return
    elif isinstance(value, list):
        yield from _list(of, value, english=english)
    else:
        yield of.name, _written(of, value, english=english)


def _list(of: FormField, values: list[Any], *, english: bool) -> FilledIn:
    if not values and of.may_be_none:
        yield of.name + WHY_NOT, NONE_OF_THEM
    elif of.control is FieldControl.TICKS:
        yield from ((of.name, each) for each in values)
    else:
        for number, each in enumerate(values):
            yield from _field(of.row(number), each, english=english)


def _written(of: FormField, value: Any, *, english: bool) -> str:  # noqa: ANN401 - any JSON
    match of.control:
        case FieldControl.TRUTH:
            return "true" if value else "false"
        case FieldControl.TYPED_CODE:
            return code_as_written(of.of.code or "", value, english=english)
        case FieldControl.INSTANT:
            at = datetime.fromisoformat(value).astimezone(SHANGHAI)
            written = at.strftime(_SECONDS)
            return f"{written}.{at.microsecond:06}" if at.microsecond else written.removesuffix(":00")
    return str(value)
