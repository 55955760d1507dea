"""What each type of event changes, found by running `holds` over example content.

The content is varied field by field: known and unknown, each code, each truth. What `holds` yields for some
of it only is told with the values for which it does; where a value, a day or a key comes from is found by
comparing what is yielded with what the event says. So whoever folds the feed elsewhere need not guess.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from itertools import product
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry, Entry, Recorder
from domain.event import Code, Event, Part, fields_of, known
from domain.example_values import UNSAID, codes_tried, example_values, fullest
from domain.field_types import field_types
from domain.file import Attribute, Held
from domain.when import Days

FieldCase: TypeAlias = str | bool
"""What a condition says of a field: a code, a truth, or that it is `known` or `unknown`."""
KNOWN: Final = "known"
UNKNOWN: Final = "unknown"
_ID: Final = UUID(int=37)
_RECORDER: Final = Recorder(user=_ID, role="staff", institution=_ID)
_WHEN: Final = (Days(date(2023, 4, 5), date(2023, 4, 9)), Days.on(date(2024, 6, 7)))
"""The days of example entries, which no example says."""


@dataclass(frozen=True, slots=True)
class ChangeSource:
    """Where a value comes from: a `field` of the event, its `occurred` days, or it is always the `same`.

    Of the days on which the event occurred the last one is meant where a single day is asked for; `entry` is
    the id of the original entry. `otherwise` is where it comes from while the field is unknown, if it is not
    that answer itself. `cases` has what each code of the field stands for, `parts` where the parts of a value
    come from. What is `counted` is computed from several fields, or from a row of a list; a part that is a
    code is of this `table`.
    """

    kind: Literal["field", "occurred", "entry", "same", "cases", "parts", "counted"]
    field: str | None = None
    same: Any = None
    otherwise: "ChangeSource | None" = None
    parts: tuple[tuple[str, "ChangeSource"], ...] = ()
    cases: tuple[tuple[FieldCase, Any], ...] = ()
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a type of event changes: an attribute begins, or ends, under a key.

    `only_if` are the fields on whose values it depends, with those for which it happens; all must agree. It
    is not `exact` if it depends on the content in another way as well. `since` None is *for the whole life*,
    `until` None *without an end*.
    """

    attribute: Attribute[Any]
    effect: Literal["begins", "ends"]
    only_if: tuple[tuple[str, tuple[FieldCase, ...]], ...]
    exact: bool
    value: ChangeSource | None
    key: ChangeSource
    since: ChangeSource | None
    until: ChangeSource | None
    gives_way: bool

    def happens(self, event: Event) -> bool:
        """Whether it happens by an event, as far as its conditions tell."""
        return all(_agrees(token(event, name), values) for name, values in self.only_if)


def token(event: Event, name: str) -> FieldCase:
    """Return what a condition says of a field of an event."""
    value = known(getattr(event, name))
    if value is None or value == ():
        return UNKNOWN
    if isinstance(value, bool):
        return value
    return str(value) if value in codes_tried(field_types(type(event))[name]) else KNOWN


def _agrees(said: FieldCase, values: tuple[FieldCase, ...]) -> bool:
    return said in values or (KNOWN in values and said != UNKNOWN)


_Kind: TypeAlias = tuple[Attribute[Any], bool, bool]
"""What is told apart: an attribute, whether it begins, and whether it gives way."""


@dataclass(frozen=True, slots=True)
class _Example:
    """An entry with what it holds, and the field in which it differs from the example that it varies."""

    entry: AnyEntry
    held: Mapping[_Kind, list[Held[Any]]]
    varies: str | None
    of: int

    def of_kind(self, kind: _Kind) -> list[Held[Any]]:
        return self.held.get(kind, [])


def _kind_of(held: Held[Any]) -> _Kind:
    return (held.attribute, held.value is not None, held.gives_way)


_FOUND: Final[dict[type[Event], tuple[Change, ...]]] = {}


def changes(kind: type[Event]) -> tuple[Change, ...]:
    """Return what events of a type change, in the order in which they hold it."""
    if kind not in _FOUND:
        _FOUND[kind] = _found(kind)
    return _FOUND[kind]


def _found(kind: type[Event]) -> tuple[Change, ...]:
    examples = [*_examples(kind)]
    kinds = dict.fromkeys(kind for each in examples for kind in each.held)
    return tuple(change for each in kinds for change in _told(kind, each, examples))


def _examples(kind: type[Event]) -> Iterator[_Example]:
    """Yield examples that differ in one field each from another one, until nothing new is held."""
    waiting: list[Event] = [fullest(kind, 0), fullest(kind, 1), _barest(kind)]
    seen: set[_Kind] = set()
    number = made = 0
    while waiting:
        base = waiting.pop(0)
        varied = [(base, None), *_varied(base)]
        for (event, name), when in product(varied, _WHEN):
            made += 1
            entry = _entry(event, when, UUID(int=made))
            held: dict[_Kind, list[Held[Any]]] = {}
            for each in event.holds(entry):
                held.setdefault(_kind_of(each), []).append(each)
            yield _Example(entry, held, name, number)
            new = held.keys() - seen
            if new and name is not None and number > 1:
                waiting.append(event)
            seen |= new
        number += 1


def _barest(kind: type[Event]) -> Event:
    types = field_types(kind)
    said = {
        name: UNSAID if of.unknown else None if of.optional else next(iter(example_values(of, name, 0)))
        for name, of in types.items()
    }
    return kind(**said)


def _varied(base: Event) -> Iterator[tuple[Event, str | None]]:
    whole: Any = base
    for name, of in field_types(type(base)).items():
        values = [*example_values(of, name, 0), *example_values(of, name, 1)]
        values += [UNSAID] if of.unknown else []
        values += [None] if of.optional else []
        for value in values:
            if value != getattr(base, name):
                yield replace(whole, **{name: value}), name


def _entry(event: Event, when: Days, entry_id: UUID) -> AnyEntry:
    return Entry(
        entry_id=entry_id,
        stream=_ID,
        kind=event.kind,
        version=1,
        event=event,
        days=when,
        recorded_by=_RECORDER,
        region=None,
        origin="api",
    )


def _told(kind: type[Event], held: _Kind, examples: Sequence[_Example]) -> Iterator[Change]:
    """Yield one change, or several where an entry holds several of one kind."""
    attribute, begins, gives_way = held
    only_if = tuple(_conditions(kind, held, examples))
    happening = [(each.entry, each.of_kind(held)) for each in examples if each.of_kind(held)]
    several = max(len(each) for _, each in happening)
    one = [(entry, each[0]) for entry, each in happening]
    change = Change(
        attribute,
        "begins" if begins else "ends",
        only_if,
        exact=True,
        value=_source([(entry, each.value) for entry, each in one]) if begins else None,
        key=_source([(entry, each.key) for entry, each in one]),
        since=_since(one),
        until=_until(one),
        gives_way=gives_way,
    )
    agrees = all(change.happens(each.entry.event) == bool(each.of_kind(held)) for each in examples)
    listed = any(field_types(kind)[name].items is not None for name, _ in only_if)
    if several > 1 or listed:
        counted = ChangeSource("counted")
        yield replace(change, exact=agrees and not listed, value=counted if begins else None, key=counted)
    else:
        yield replace(change, exact=agrees)


def _conditions(
    kind: type[Event], held: _Kind, examples: Sequence[_Example]
) -> Iterator[tuple[str, tuple[FieldCase, ...]]]:
    """Yield the fields that make the difference by themselves, with the values for which it happens."""
    bases = {each.of: each for each in examples if each.varies is None}
    for spec in fields_of(kind):
        present: dict[FieldCase, None] = {}
        absent: set[FieldCase] = set()
        for number, base in bases.items():
            varied = [base, *(each for each in examples if each.of == number and each.varies == spec.name)]
            happens = {bool(each.of_kind(held)) for each in varied}
            for each in varied if len(happens) > 1 else ():
                said = token(each.entry.event, spec.name)
                if each.of_kind(held):
                    present[said] = None
                else:
                    absent.add(said)
        if absent:
            whole = {*codes_tried(field_types(kind)[spec.name]), *present} == {*present}
            yield spec.name, (KNOWN,) if absent == {UNKNOWN} and whole else tuple(present)


def _since(happening: Sequence[tuple[AnyEntry, Held[Any]]]) -> ChangeSource | None:
    if all(held.days is None for _, held in happening):
        return None
    if all(held.days == entry.days for entry, held in happening):
        return ChangeSource("occurred")
    return _source([(entry, None if held.days is None else held.days.last) for entry, held in happening])


def _until(happening: Sequence[tuple[AnyEntry, Held[Any]]]) -> ChangeSource | None:
    if all(held.until is None for _, held in happening):
        return None
    return _source([(entry, held.until) for entry, held in happening])


def _source(pairs: Iterable[tuple[AnyEntry, Any]]) -> ChangeSource:
    """Return where the values come from that entries hold."""
    said = [*pairs]
    plain = _plain(said)
    if plain is not None:
        return plain
    event = type(said[0][0].event)
    for spec in fields_of(event):
        answered = [(entry, value) for entry, value in said if _field(entry, spec.name) is not None]
        others = [
            (entry, value)
            for entry, value in said
            if _field(entry, spec.name) is None and not _same(value, getattr(entry.event, spec.name))
        ]
        if answered and all(_same(value, _field(entry, spec.name)) for entry, value in answered):
            otherwise = _plain(others) if others else None
            if not others or otherwise is not None:
                return ChangeSource("field", spec.name, otherwise=otherwise)
    values = [value for _, value in said]
    if is_dataclass(values[0]) and not isinstance(values[0], Days):
        of: type = type(values[0])
        codes = {spec.name: spec.code for spec in fields_of(of)} if issubclass(of, Part) else {}
        parts = {
            spec.name: _part(
                [(entry, getattr(value, spec.name)) for entry, value in said], codes.get(spec.name)
            )
            for spec in fields(values[0])
        }
        return ChangeSource("parts", parts=tuple(parts.items()))
    return _cases(said) or ChangeSource("counted")


def _part(said: Sequence[tuple[AnyEntry, Any]], code: Code | None) -> ChangeSource:
    source = _source(said)
    return source if code is None or source.kind != "counted" else replace(source, table=code.table)


def _cases(said: Sequence[tuple[AnyEntry, Any]]) -> ChangeSource | None:
    """Return the field of which each code stands for one value, if there is one."""
    event = type(said[0][0].event)
    for name, of in field_types(event).items():
        cases: dict[FieldCase, Any] = {}
        told = all(_same(value, cases.setdefault(token(entry.event, name), value)) for entry, value in said)
        if codes_tried(of) and told:
            return ChangeSource("cases", name, cases=tuple(cases.items()))
    return None


def _plain(said: Sequence[tuple[AnyEntry, Any]]) -> ChangeSource | None:
    """Return the source of what is always the same, or the days on which the event occurred."""
    if all(value == str(entry.original) for entry, value in said):
        return ChangeSource("entry")
    if all(value in {entry.days.last, entry.days} for entry, value in said if _is_day(value)) and all(
        _is_day(value) for _, value in said
    ):
        return ChangeSource("occurred")
    first = said[0][1]
    if all(_same(value, first) for _, value in said):
        return ChangeSource("same", same=first)
    return None


def _is_day(value: object) -> bool:
    return isinstance(value, date | Days)


def _field(entry: AnyEntry, name: str) -> Any:  # noqa: ANN401 - whatever a field holds
    value = known(getattr(entry.event, name))
    return None if value == () else value


def _same(value: Any, other: Any) -> bool:  # noqa: ANN401 - whatever is held
    """Whether a value is another one, or is made of it without a change of what it says."""
    if isinstance(value, Days) and isinstance(other, date):
        return value == Days.on(other)
    if isinstance(value, str) and isinstance(other, UUID):
        return value == str(other)
    return type(value) is type(other) and bool(value == other)
