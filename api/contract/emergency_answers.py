"""Emergency accesses in the form of answers: whose, to what, until when, and how each was reviewed."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.entries import RecorderAnswer, event_json, instant, recorder_json
from api.contract.masking import NAMED, PersonalValue, typed_dict
from domain.codes import tables
from domain.emergency_access import EmergencyAccess, EmergencyState
from domain.event import Category

_MEMBERS: Final = {
    "entry": UUID,
    "ground": str,
    "ground_zh": str,
    "ground_en": str,
    "categories": list[Category],
    "explanation": PersonalValue,
    "taken_by": RecorderAnswer,
    "mine": bool,
    "since": str,
    "until": str,
    "state": EmergencyState,
}
_SAYS: Final = """

    `categories` may be read under it beside what the role of its taker sees, from `since` to `until`; `mine`
    says that the caller took it. `review` is null where nobody reviewed it yet.
    """


class EmergencyReviewAnswer(TypedDict):
    """How an emergency access was reviewed, by whom and when."""

    entry: UUID
    outcome: str
    outcome_zh: str
    outcome_en: str
    explanation: PersonalValue
    reviewed_on: date
    reviewed_by: RecorderAnswer


EmergencyAccessAnswer: Final[Any] = typed_dict(
    "EmergencyAccessAnswer",
    {**_MEMBERS, "review": EmergencyReviewAnswer | None},
    f"One emergency access to a file.{_SAYS}",
)
ListedEmergencyAnswer: Final[Any] = typed_dict(
    "ListedEmergencyAnswer",
    {"child": UUID, **_MEMBERS, "review": EmergencyReviewAnswer | None, **NAMED},
    f"One emergency access, with the file that it is to.{_SAYS}",
)


class EmergencyAccessesAnswer(TypedDict):
    """The emergency accesses to a file, the latest first; `may_take`: the caller may take one."""

    child: UUID
    version: int
    may_take: bool
    items: list[EmergencyAccessAnswer]


def emergency_json(
    access: EmergencyAccess,
    now: datetime,
    person: UUID,
    sees: AbstractSet[Category],
    recorders: Mapping[UUID, str],
) -> dict[str, Any]:
    """Return one emergency access as it stands at an instant, for a person who sees these categories."""
    entry, review, hidden = access.entry, access.review, frozenset(Category) - sees
    ground = tables()["emergency_ground"].codes[entry.event.ground]
    said: Any = event_json(entry.event, hidden)
    answer: dict[str, Any] = {
        "entry": entry.original,
        "ground": entry.event.ground,
        "ground_zh": ground.zh,
        "ground_en": ground.en,
        "categories": sorted(access.categories),
        "explanation": said["explanation"],
        "taken_by": recorder_json(access.first.recorded_by, recorders),
        "mine": access.taken_by == person,
        "since": instant(access.since),
        "until": instant(access.until),
        "state": access.state(now),
        "review": None,
    }
    if review is not None:
        told: Any = event_json(review.event, hidden)
        outcome = tables()["emergency_review"].codes[review.event.outcome]
        answer["review"] = {
            "entry": review.original,
            "outcome": review.event.outcome,
            "outcome_zh": outcome.zh,
            "outcome_en": outcome.en,
            "explanation": told["explanation"],
            "reviewed_on": review.days.last,
            "reviewed_by": recorder_json(review.recorded_by, recorders),
        }
    return answer
