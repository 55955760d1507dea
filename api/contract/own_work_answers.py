"""What somebody did last, in the form of answers."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.listing import Titled
from api.contract.masking import NAMED, typed_dict
from domain.second_person import ApprovalKind

OwnEntryAnswer: Final[Any] = typed_dict(
    "OwnEntryAnswer",
    {"child": UUID, "entry_id": UUID, "type": str, "recorded_at": str, **NAMED},
    "An entry that the caller recorded: when, and in whose file; not what it says.",
)
OwnClaimAnswer: Final[Any] = typed_dict(
    "OwnClaimAnswer",
    {
        "child": UUID,
        "entry_id": UUID,
        "kind": ApprovalKind,
        "rule": str,
        **Titled.__annotations__,
        "recorded_on": date,
        "waited_days": int,
        **NAMED,
    },
    "What the caller recorded and a second person has not decided on: by which rule, since when.",
)
OpenedFileAnswer: Final[Any] = typed_dict(
    "OpenedFileAnswer",
    {"child": UUID, "at": str, **NAMED},
    "A file that the caller read, and when last.",
)


class OwnWorkAnswer(TypedDict):
    """What the caller did: recorded on a day, claimed and waits for a decision, and which files they opened.

    What waits is listed with the longest-waiting first.
    """

    day: date
    recorded: Sequence[OwnEntryAnswer]
    claimed: Sequence[OwnClaimAnswer]
    opened: Sequence[OpenedFileAnswer]
