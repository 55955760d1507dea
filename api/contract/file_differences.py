"""Two points of one file compared, in the form of answers."""

from datetime import date
from typing import Any, Final, Literal, NotRequired
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.entries import EntryAnswer
from api.contract.findings import FindingAnswer
from api.contract.masking import typed_dict
from api.contract.obligations import ObligationAnswer
from api.contract.readiness import GateAnswer
from domain.readiness import Status


class PointAnswer(TypedDict):
    """A point of both axes: a day, a position as known at, and the digest of the rulebook known then.

    `never_read` is there where the caller's last read was asked for: true if the access log has no read of
    theirs, so that the position is 0 and everything is new.
    """

    as_of: date
    known_position: int
    rulebook: str
    never_read: NotRequired[bool]


class FieldDifferenceAnswer(TypedDict):
    """A field of the file that differs, by its path in the file's answer, with both its values.

    `entries` are those between the points that decide on it at either; none where only the day does.
    """

    path: str
    label_zh: str
    label_en: str
    before: Any
    after: Any
    entries: list[UUID]


class ObligationDifferenceAnswer(TypedDict):
    """An obligation that came, went or stands otherwise; it is the same if the same entries started it.

    `entries` are those between the points that it names, as of gates and findings.
    """

    before: ObligationAnswer | None
    after: ObligationAnswer | None
    entries: list[UUID]


class GateDifferenceAnswer(TypedDict):
    """A gate of readiness that is answered otherwise."""

    before: GateAnswer | None
    after: GateAnswer | None
    entries: list[UUID]


class FindingDifferenceAnswer(TypedDict):
    """A finding that came, went or says something else."""

    before: FindingAnswer | None
    after: FindingAnswer | None
    entries: list[UUID]


class ReadinessDifferenceAnswer(TypedDict):
    """The readiness at both points, null before the file was opened."""

    before: Status | None
    after: Status | None


class EntryBetweenAnswer(TypedDict):
    """An entry between two points: on the axis of its recording, of its happening, or on both."""

    between: list[Literal["recorded", "occurred"]]
    entry: EntryAnswer


DifferenceAnswer: Final[Any] = typed_dict(
    "DifferenceAnswer",
    {
        "child": UUID,
        "from": PointAnswer,
        "to": PointAnswer,
        "fields": list[FieldDifferenceAnswer],
        "obligations": list[ObligationDifferenceAnswer],
        "gates": list[GateDifferenceAnswer],
        "readiness": ReadinessDifferenceAnswer | None,
        "findings": list[FindingDifferenceAnswer],
        "entries": list[EntryBetweenAnswer],
        "next": str | None,
    },
    """What differs in a file between two points, and a page of the entries between them.

    What is equal is not listed. `readiness` is null where its status is equal; `next` is the cursor of more
    entries.
    """,
)


class DifferenceCountsAnswer(TypedDict):
    """How many fields, obligations, gates and findings differ, and how many entries lie between."""

    fields: int
    obligations: int
    gates: int
    findings: int
    entries: int


DifferingAnswer: Final[Any] = typed_dict(
    "DifferingAnswer",
    {
        "child": UUID,
        "counts": DifferenceCountsAnswer,
        "paths": list[str],
        "joined_to": UUID | None,
        "difference": str,
    },
    """A file that differs between two points: which paths, and the address of its own difference.

    `joined_to` is the file that stays, of one that is joined to it at one of the points: there it has nothing
    of its own, and the difference is that of the file that stays.
    Paths are those of the file's answer, `obligations.` and `findings.` with a rule, `gates.` with a number.
    """,
)

DifferingListing: Final[Any] = typed_dict(
    "DifferingListing",
    {
        "items": list[DifferingAnswer],
        "next": str | None,
        "total": int | None,
        "from": PointAnswer,
        "to": PointAnswer,
    },
    """A page of the files that differ; it may be empty and have a next one, for its work is bounded.

    `total` counts the files of all pages; it is null where it was not asked for.

    The points' `rulebook` is the one of the ledger; each file is read by that of its own institution.
    """,
)
