"""Entries and events as they are answered: in the clear, but for what must not be seen."""

from collections.abc import Container
from datetime import UTC, datetime
from typing import Any

import orjson

from domain.entry import AnyEntry
from domain.event import Category, Event
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
    sealed = entry.event.seals

    def personal(value: Any) -> Any:  # noqa: ANN401 - whatever the envelope holds, or what stands for it
        # Also in place of nothing: that nothing is said is for nobody else to know.
        return {"restricted": sealed} if sealed in hidden else value

    reason = entry.reason
    exception: Any = entry.exception and {
        "rule": entry.exception.rule,
        "reason": personal(entry.exception.reason),
    }
    shown: Json = orjson.loads(
        canonical(
            {
                "entry_id": entry.entry_id,
                "stream": entry.stream,
                "kind": entry.kind,
                "version": entry.version,
                "position": entry.position,
                "type": entry.type,
                "schema": entry.event.schema,
                "occurred_on": entry.days.first,
                "occurred_until": entry.days.last,
                "estimated": entry.estimated,
                "at": instant(entry.at),
                "recorded_at": instant(entry.recorded_at),
                "recorded_by": entry.recorded_by,
                "origin": entry.origin,
                "region": entry.region,
                "noted_on": entry.noted_on,
                "noted_by": personal(entry.noted_by),
                "documents": [
                    {
                        "kind": paper.kind,
                        "number": personal(paper.number),
                        "issuer": personal(paper.issuer),
                        "issued_on": paper.issued_on,
                        "sha256": personal(paper.sha256),
                    }
                    for paper in entry.documents
                ],
                "corrects": entry.corrects,
                "reason": reason and {"code": reason.code, "explanation": personal(reason.explanation)},
                "exception": personal(exception) if entry.event.sealed else exception,
                "note": personal(entry.note),
                "cause": entry.cause,
            }
        )
    )
    return shown | {"data": event_json(entry.event, hidden)}


def instant(moment: datetime | None) -> str | None:
    """Return an instant as RFC 3339 in UTC with microseconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
