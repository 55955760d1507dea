"""What somebody did last, in the form of answers."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.masking import NAMED, typed_dict

OwnEntryAnswer: Final[Any] = typed_dict(
    "OwnEntryAnswer",
    {"child": UUID, "entry_id": UUID, "type": str, "recorded_at": str, **NAMED},
    "An entry that the caller recorded: when, and in whose file; not what it says.",
)
OpenedFileAnswer: Final[Any] = typed_dict(
    "OpenedFileAnswer",
    {"child": UUID, "at": str, **NAMED},
    "A file that the caller read, and when last.",
)


class OwnWorkAnswer(TypedDict):
    """What the caller did: what they recorded on a day, and the files that they opened last."""

    day: date
    recorded: Sequence[OwnEntryAnswer]
    opened: Sequence[OpenedFileAnswer]
