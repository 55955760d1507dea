"""Entries and events as they are answered: in the clear, but for what must not be seen."""

from collections.abc import Container, Iterable
from datetime import UTC, datetime

import orjson

from domain.entry import AnyEntry
from domain.envelope import envelope_fields
from domain.event import Category, Event, Field, Part, fields_of
from ledger.canonical import Json, canonical
from ledger.codec.split import personal_fields


def event_json(event: Event, hidden: Container[Category] = ()) -> Json:
    """Return an event's data as JSON; `{"restricted": category}` stands for what is of a hidden category."""
    values = {
        name: instant(value) if isinstance(value, datetime) else value for name, value in vars(event).items()
    }
    for name, category, _ in personal_fields(type(event)).personal:
        if category in hidden:
            values[name] = {"restricted": category}
    shown: Json = orjson.loads(canonical(values))
    return shown


def entry_json(entry: AnyEntry, hidden: Container[Category] = ()) -> Json:
    """Return an entry as http.md answers it, all but what other entries say about it and its sentences."""
    event = entry.event
    shown: Json = orjson.loads(
        canonical(
            {
                "entry_id": entry.entry_id,
                "stream": entry.stream,
                "kind": entry.kind,
                "version": entry.version,
                "position": entry.position,
                "type": entry.type,
                "schema": event.schema,
                "occurred_on": entry.days.first,
                "occurred_until": entry.days.last,
                "recorded_at": instant(entry.recorded_at),
                "recorded_by": entry.recorded_by,
                "origin": entry.origin,
                "region": entry.region,
                "cause": entry.cause,
                **_said(entry, envelope_fields(), event.seals, wholly=bool(event.sealed), hidden=hidden),
            }
        )
    )
    return shown | {"data": event_json(event, hidden)}


def _said(
    said: object, specs: Iterable[Field], seals: Category, *, wholly: bool, hidden: Container[Category]
) -> Json:
    """Return what an envelope says, or a part of one; `{"restricted": category}` stands for what is hidden.

    It stands in place of nothing too: that nothing is said is for nobody else to know.
    """
    shown: Json = {}
    for spec in specs:
        value = getattr(said, spec.name)
        if seals in hidden and (spec.sealed_with_event or (wholly and spec.tells_of_event)):
            value = {"restricted": seals}
        elif isinstance(value, Part):
            value = _said(value, fields_of(type(value)), seals, wholly=wholly, hidden=hidden)
        elif isinstance(value, tuple):
            value = [
                _said(each, fields_of(type(each)), seals, wholly=wholly, hidden=hidden) for each in value
            ]
        shown[spec.name] = instant(value) if isinstance(value, datetime) else value
    return shown


def instant(moment: datetime | None) -> str | None:
    """Return an instant as RFC 3339 in UTC with microseconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
