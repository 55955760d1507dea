"""An entry: one event of a stream, in its envelope."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar
from uuid import UUID

from domain.envelope import Envelope
from domain.event import Event, Kind
from domain.when import Days, day_of

E_co = TypeVar("E_co", bound=Event, covariant=True)

Origin: TypeAlias = Literal["api", "console", "import", "paper"]
DIRECT: Final[Origin] = "api"
"""The origin of what a program or a command records by itself, copied from nothing."""
LATE_DAYS: Final = 7
"""An entry is late that was recorded more days after its day."""
_UNSTORED: Final = 2**63
"""More than any position."""
AS_FOUND: Final[frozenset[Origin]] = frozenset({"import", "paper"})
"""Origins that copy from papers; breaches by such history are recorded as found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """The recorder of an entry, with the role and institution of then; the directory holds the name."""

    user: UUID
    role: str
    institution: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Envelope, Generic[E_co]):
    """An event in its envelope, at its place in a stream.

    `days` is when it happened. `region` is the institution's as it was when recorded, None while it was not
    known. `position` is 0 and `recorded_at` None until it is stored. `version` counts from 1 in its stream.
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
    cause: UUID | None = None

    @property
    def type(self) -> str:
        """The name under which its event is stored."""
        return self.event.__class__.__name__

    @property
    def original(self) -> UUID:
        """The id of the entry, or of the one that it corrects, by which others refer to it."""
        return self.corrects or self.entry_id

    @property
    def turn(self) -> int:
        """Its turn in the order of recording, across streams; what is not stored yet comes last."""
        return self.position or _UNSTORED + self.version

    @property
    def lag_days(self) -> int | None:
        """The days from its latest day to the day of its recording, fewer than none for a day to come."""
        return None if self.recorded_at is None else (day_of(self.recorded_at) - self.days.last).days

    @property
    def is_late(self) -> bool:
        """Whether it was recorded more than `LATE_DAYS` after its day."""
        return (self.lag_days or 0) > LATE_DAYS

    def recorded(self, position: int, recorded_at: datetime) -> "Entry[E_co]":
        """Return the same entry with its place in the ledger."""
        said = {name: getattr(self, name) for name in _FIELDS}
        return entry_of({**said, "position": position, "recorded_at": recorded_at})


AnyEntry: TypeAlias = Entry[Any]
_FIELDS: Final = tuple(each.name for each in fields(Entry))


class _Filled(Entry[Any]):
    """An entry while its fields are set."""

    __slots__ = ()
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__


def entry_of(said: Mapping[str, Any]) -> AnyEntry:
    """Return the entry with all these fields, in half the time that it takes to call the class."""
    entry: Any = object.__new__(_Filled)
    for name in _FIELDS:
        setattr(entry, name, said[name])
    entry.__class__ = Entry
    made: AnyEntry = entry
    return made
