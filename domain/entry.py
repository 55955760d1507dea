"""One line of a stream: an event and all that is said about recording it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeAlias, TypeVar
from uuid import UUID

from domain.event import Event, Kind
from domain.when import Days

E_co = TypeVar("E_co", bound=Event, covariant=True)

Origin: TypeAlias = Literal["api", "console", "import", "paper"]
AS_FOUND: frozenset[Origin] = frozenset({"import", "paper"})
"""Origins that copy what papers tell; of what is history among it, breaches are recorded as found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A paper that supports an entry; `kind` comes from the code table `document_kind`."""

    kind: str
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Who recorded an entry, as they were then; names live in the staff directory."""

    user: UUID
    role: str
    institution: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an entry is corrected."""

    code: Literal["incorrect_data", "did_not_occur"]
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionClaim:
    """A recorder's claim that a forbidden thing stands all the same, until a second person decides."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[E_co]):
    """An event in its envelope.

    `days` is when it happened. `region` is the institution's as it was when recorded, None while it was not
    known. `position` is 0 and `recorded_at` None until it is stored. `version`
    counts from 1 in its stream. `corrects` names the original entry that this one replaces whole.
    """

    entry_id: UUID
    stream: UUID
    kind: Kind
    version: int
    event: E_co
    days: Days
    recorded_by: Recorder
    region: str | None
    origin: Origin
    position: int = 0
    recorded_at: datetime | None = None
    estimated: bool = False
    at: datetime | None = None
    noted_on: date | None = None
    noted_by: str | None = None
    documents: tuple[Document, ...] = ()
    corrects: UUID | None = None
    reason: Reason | None = None
    exception: ExceptionClaim | None = None
    note: str | None = None
    cause: UUID | None = None

    @property
    def type(self) -> str:
        """The name under which its event is stored."""
        return self.event.__class__.__name__

    @property
    def original(self) -> UUID:
        """The id of the entry that it is or corrects, by which others refer to it."""
        return self.corrects or self.entry_id

    def recorded(self, position: int, recorded_at: datetime) -> "Entry[E_co]":
        """The same entry with its place in the ledger."""
        return replace(self, position=position, recorded_at=recorded_at)


AnyEntry: TypeAlias = Entry[Any]
