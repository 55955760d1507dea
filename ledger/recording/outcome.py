"""The outcomes of recordings and of rehearsals."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias
from uuid import UUID

from domain.entry import AnyEntry
from domain.impact import Impact
from domain.judging import Judgement


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recording is durably in the ledger; `repeated` if an earlier attempt recorded it.

    `findings` are the judgements that did not refuse it: warnings, breaches as found, exceptions, doubts.
    """

    entries: tuple[AnyEntry, ...]
    findings: tuple[Judgement, ...]
    repeated: bool = False

    @property
    def stream(self) -> UUID:
        """The stream of the file."""
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

    `judgements` are all judgements against it, including those that do not refuse it. `entries` are the ids
    that its drafts would have had.
    """

    judgements: tuple[Judgement, ...]
    entries: tuple[UUID, ...] = ()

    @property
    def refusals(self) -> tuple[Judgement, ...]:
        """The judgements that refuse it."""
        return tuple(judgement for judgement in self.judgements if judgement.refuses)


@dataclass(frozen=True, slots=True)
class StaleVersion:
    """The file or a stream read has another version than the recorder expects; nothing was recorded."""

    current: int


@dataclass(frozen=True, slots=True)
class KeepsMoving:
    """Other recordings kept moving the file until the wait ran out; nothing was recorded yet."""


@dataclass(frozen=True, slots=True)
class KeyMismatch:
    """The recorder used the key for another request; nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Another recording of the same all-or-nothing group failed; nothing was recorded."""


class Hindrance(Enum):
    """The reason why a recorder may not record in a file."""

    SCOPE = "scope"
    """The file is outside the recorder's scope: the answer is that of a file that does not exist."""
    ROLE = "role"
    CATEGORY = "category"
    """The recorder's role does not see a category of the recording."""
    OPERATOR = "operator"
    """Only the ledger's operator records this."""
    ISSUED = "issued"
    """Nobody records this by hand: it is recorded with what is issued."""
    EXTRACTED = "extracted"
    """Nobody records this by hand: it is recorded with the extract that is handed out."""
    SCANNED = "scanned"
    """Nobody records this by hand: it is recorded with the bytes of a paper."""
    RESTRICTED = "restricted"
    """It acts on an entry that nobody reads without an approved purpose."""
    ERASED = "erased"
    """The key is destroyed under which it would be sealed: nothing of the kind is recorded of that person."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The recorder may not record it in the file as it is now; nothing was recorded.

    `draft` is the number of the first draft that they may not record; None if they may record none in it.
    """

    why: Hindrance
    draft: int | None = None


Outcome: TypeAlias = Recorded | Refused | StaleVersion | KeepsMoving | KeyMismatch | Withheld | Denied


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The result of a rehearsal: the judgements and the impact.

    A refused recording has no impact. `entries` are the ids that its drafts would have.
    """

    judgements: tuple[Judgement, ...]
    impact: Impact
    entries: tuple[UUID, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the recording would be refused."""
        return any(judgement.refuses for judgement in self.judgements)

    @property
    def refusals(self) -> tuple[Judgement, ...]:
        """The judgements that would refuse it."""
        return tuple(judgement for judgement in self.judgements if judgement.refuses)

    @property
    def findings(self) -> tuple[Judgement, ...]:
        """The findings against it once it is recorded."""
        return () if self.refused else self.judgements


Rehearsed: TypeAlias = Rehearsal | StaleVersion | Withheld | Denied
"""The outcome of a rehearsal."""
