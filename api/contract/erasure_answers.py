"""Requests to erase personal data in the form of answers: what was asked for, and how far each has come."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, Final
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.entries import RecorderAnswer, event_json, instant, recorder_json
from api.contract.masking import NAMED, PersonalValue, typed_dict
from domain.codes import tables
from domain.event import Category, known
from domain.requested_erasure import ErasureState, RequestedErasure


class ErasureStepAnswer(TypedDict):
    """An approval, or the rejection: by whom, and on which day."""

    entry: UUID
    on: date
    by: RecorderAnswer


class ErasedAnswer(TypedDict):
    """What was destroyed and purged, and when."""

    entry: UUID
    on: date
    keys: int
    scans: int
    copies: int


ListedErasureAnswer: Final[Any] = typed_dict(
    "ListedErasureAnswer",
    {
        "child": UUID,
        "entry": UUID,
        "recorded_at": str,
        "asked_on": date,
        "asked_by": str | None,
        "asked_by_zh": str | None,
        "asked_by_en": str | None,
        "ground": str,
        "ground_zh": str,
        "ground_en": str,
        "categories": list[Category],
        "of_another_person": bool,
        "explanation": PersonalValue,
        "state": ErasureState,
        "approvals": list[ErasureStepAnswer],
        "rejection": ErasureStepAnswer | None,
        "holds": list[UUID],
        "stoppable_until": date | None,
        "started_on": date | None,
        "erased": ErasedAnswer | None,
        **NAMED,
    },
    """A request to erase personal data of a file, and what became of it.

    `categories` are to be erased, or were; `of_another_person` if they are of somebody else than the one
    whose file it is. `holds` are the entries that put off erasing in the file; `stoppable_until` is the last
    day on which it may still be stopped, null until two have approved it. `asked_by` is null if it is not
    known.
    """,
)


def erasure_json(
    erasure: RequestedErasure, today: date, sees: AbstractSet[Category], recorders: Mapping[UUID, str]
) -> dict[str, Any]:
    """Return a request as it stands on a day, for a person who sees these categories."""
    entry, event, completed = erasure.entry, erasure.entry.event, erasure.completed
    said: Any = event_json(event, frozenset(Category) - sees)
    asker, ground = known(event.asked_by), tables()["erasure_ground"].codes[event.ground]
    called = None if asker is None else tables()["data_right_asker"].codes[asker]
    steps = [
        {"entry": each.original, "on": each.days.last, "by": recorder_json(each.recorded_by, recorders)}
        for each in (*erasure.approvals, *([erasure.rejection] if erasure.rejection else []))
    ]
    rejected = steps.pop() if erasure.rejection else None
    assert entry.recorded_at is not None, "it stands in the ledger"  # noqa: S101 - it was read from there
    return {
        "entry": entry.original,
        "recorded_at": instant(entry.recorded_at),
        "asked_on": entry.days.last,
        "asked_by": asker,
        "asked_by_zh": None if called is None else called.zh,
        "asked_by_en": None if called is None else called.en,
        "ground": event.ground,
        "ground_zh": ground.zh,
        "ground_en": ground.en,
        "categories": sorted(erasure.categories),
        "of_another_person": event.person is not None,
        "explanation": said["explanation"],
        "state": erasure.state(today),
        "approvals": steps,
        "rejection": rejected,
        "holds": [each.original for each in erasure.holds],
        "stoppable_until": erasure.stoppable_until,
        "started_on": None if erasure.started is None else erasure.started.days.last,
        "erased": None
        if completed is None
        else {
            "entry": completed.original,
            "on": completed.days.last,
            "keys": completed.event.keys,
            "scans": completed.event.scans,
            "copies": completed.event.copies,
        },
    }
