"""Whether a file is restricted, and who asked to read it all the same, in the form of answers."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, Literal
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.entries import RecorderAnswer, event_json, recorder_json
from api.contract.masking import PersonalValue
from domain.codes import tables
from domain.event import Category
from domain.requested_access import AccessState, RequestedAccess


class RequestedAccessAnswer(TypedDict):
    """Somebody's request to read a restricted file: for what, and what became of it.

    `until` is the last day of an approved access; `mine` says that the caller asked.
    """

    entry: UUID
    purpose: str
    purpose_zh: str
    purpose_en: str
    explanation: PersonalValue
    asked_on: date
    asked_by: RecorderAnswer
    mine: bool
    state: AccessState
    decided_on: date | None
    decided_by: RecorderAnswer | None
    until: date | None


class RestrictionAnswer(TypedDict):
    """Whether a file is restricted, and the requests to read it.

    `restricts` is null where nothing is restricted, else the file whole or what occurred in it before an
    adoption, through the day `through`. `may_read` says whether the caller reads what is restricted today.
    """

    child: UUID
    restricts: Literal["file", "before_adoption"] | None
    through: date | None
    may_read: bool
    version: int
    requests: list[RequestedAccessAnswer]


def requested_access_json(
    access: RequestedAccess,
    today: date,
    person: UUID,
    sees: AbstractSet[Category],
    recorders: Mapping[UUID, str],
) -> RequestedAccessAnswer:
    """Return one request as it stands on a day, for a person who sees these categories."""
    entry, decision, event = access.entry, access.decision, access.entry.event
    purpose = tables()["access_purpose"].codes[event.purpose]
    explanation: Any = event_json(event, frozenset(Category) - sees)["explanation"]
    return {
        "entry": entry.original,
        "purpose": event.purpose,
        "purpose_zh": purpose.zh,
        "purpose_en": purpose.en,
        "explanation": explanation,
        "asked_on": entry.days.last,
        "asked_by": recorder_json(entry.recorded_by, recorders),
        "mine": access.asker == person,
        "state": access.state(today),
        "decided_on": None if decision is None else decision.days.last,
        "decided_by": None if decision is None else recorder_json(decision.recorded_by, recorders),
        "until": access.until,
    }
