"""Entries that were recorded late, in the form of answers."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from api.contract.entries import RecorderAnswer, StruckBy, fate, instant, recorder_json
from api.contract.masking import NAMED, typed_dict
from domain.entry import AnyEntry, Origin
from domain.file import File

LateEntryAnswer: Final[Any] = typed_dict(
    "LateEntryAnswer",
    {
        "child": UUID,
        "entry_id": UUID,
        "version": int,
        "position": int,
        "type": str,
        "occurred_on": date | None,
        "occurred_until": date,
        "recorded_at": str,
        "lag_days": int,
        "recorded_by": RecorderAnswer,
        "origin": Origin,
        "corrects": UUID | None,
        "struck": StruckBy | None,
        **NAMED,
    },
    "An entry that was recorded late: its dates, who recorded it, and in whose file; not what it says.",
)


def late_entry_json(
    entry: AnyEntry, amendments: File, causes: Mapping[UUID, UUID], recorders: Mapping[UUID, str]
) -> dict[str, Any]:
    """Return an entry by its dates; `amendments` is a file of what amends it."""
    return {
        "child": entry.stream,
        "entry_id": entry.entry_id,
        "version": entry.version,
        "position": entry.position,
        "type": entry.type,
        "occurred_on": entry.days.first,
        "occurred_until": entry.days.last,
        "recorded_at": instant(entry.recorded_at),
        "lag_days": entry.lag_days,
        "recorded_by": recorder_json(entry.recorded_by, recorders),
        "origin": entry.origin,
        "corrects": entry.corrects,
        "struck": fate(entry, amendments, causes)["struck"],
    }
