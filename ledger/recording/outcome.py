"""What came of a recording, or would come of it."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias
from uuid import UUID

from domain.entry import AnyEntry
from domain.impact import Impact
from domain.judging import Judgement
from domain.possible import Tried


@dataclass(frozen=True, slots=True)
class Recorded:
    """It stands in the ledger, durably; `repeated` when it did already, by an earlier try.

    `findings` is what speaks against it all the same: warnings, breaches as found, exceptions, doubts.
    """

    entries: tuple[AnyEntry, ...]
    findings: tuple[Judgement, ...]
    repeated: bool = False

    @property
    def stream(self) -> UUID:
        """The file it was recorded in."""
        return self.entries[0].stream

    @property
    def version(self) -> int:
        """The version of its last entry."""
        return self.entries[-1].version

    @property
    def position(self) -> int:
        """The position of its last entry."""
        return self.entries[-1].position


@dataclass(frozen=True, slots=True)
class Refused:
    """Rules forbid it; nothing was recorded.

    `judgements` is all that speaks against it, also what refuses nothing by itself; `tried` says what is
    possible in its place. `entries` are the ids that its drafts would have had.
    """

    judgements: tuple[Judgement, ...]
    tried: Tried
    entries: tuple[UUID, ...] = ()

    @property
    def refusals(self) -> tuple[Judgement, ...]:
        """What refuses it."""
        return tuple(judgement for judgement in self.judgements if judgement.refuses)


@dataclass(frozen=True, slots=True)
class StaleVersion:
    """The file, or one that was read, is at another version than the recorder saw; nothing was recorded."""

    current: int


@dataclass(frozen=True, slots=True)
class KeepsMoving:
    """Others kept recording in the file for longer than was waited; nothing was recorded, yet."""


@dataclass(frozen=True, slots=True)
class KeyMismatch:
    """The recorder has used the key for something else; nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Nothing is wrong with it, but with another one of all or nothing; nothing was recorded."""


class Hindrance(Enum):
    """What keeps a recorder from recording in a file."""

    SCOPE = "scope"
    """The file is not theirs to read: it is answered as one that does not exist."""
    ROLE = "role"
    CATEGORY = "category"
    """Their role is not shown what it is about."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The recorder may not record it in the file as it is now; nothing was recorded."""

    why: Hindrance


Outcome: TypeAlias = Recorded | Refused | StaleVersion | KeepsMoving | KeyMismatch | Withheld | Denied


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would come of a recording: what speaks against it and what it would change.

    What is refused changes nothing: `tried` says what is possible in its place, and is None where it would
    be recorded. `entries` are the ids that its drafts would have.
    """

    judgements: tuple[Judgement, ...]
    tried: Tried | None
    impact: Impact
    entries: tuple[UUID, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether it would be refused."""
        return any(judgement.refuses for judgement in self.judgements)

    @property
    def refusals(self) -> tuple[Judgement, ...]:
        """What would refuse it."""
        return tuple(judgement for judgement in self.judgements if judgement.refuses)

    @property
    def findings(self) -> tuple[Judgement, ...]:
        """What would speak against it once it is recorded."""
        return () if self.refused else self.judgements


Rehearsed: TypeAlias = Rehearsal | StaleVersion | Withheld | Denied
"""What would come of a recording."""
