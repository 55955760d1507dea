"""The values of the store's interface: appends, verdicts, and stored entries."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from domain.label import Label
from domain.limit import Area, limit

MAX_BODY: Final = limit(
    1024 * 1024,
    Area.FACTS,
    Label("一条记录的字节数", "Bytes of one entry"),
    why=Label(
        "一条记录是一件事，不是文件的存放处",
        "An entry tells a fact; papers are named, not kept in it",
    ),
    beyond="invalid",
)
MAX_APPEND: Final = limit(
    16 * 1024 * 1024,
    Area.FACTS,
    Label("一并记录的条目的字节数", "Bytes of the entries that are recorded together"),
    why=Label("一个事务在提交前全部占用内存", "They are one transaction, in memory until it is committed"),
    beyond="invalid",
)
MAX_NAME = 200
MAX_FINGERPRINT = 64
MAX_READS = 1000
_MAX_INTEGER = 2**31 - 1
_ENTRY_TOO_LARGE = f"an entry has 1 to {MAX_BODY} bytes"
_APPEND_TOO_LARGE = f"an append has at most {MAX_APPEND} bytes"
_NO_FINGERPRINT = f"a fingerprint has 1 to {MAX_FINGERPRINT} bytes"
_TOO_MANY_READS = f"an append reads and names at most {MAX_READS} streams each"


class StoreError(Exception):
    """The store cannot accept or answer the request now; the same request may be repeated later."""


class OverloadedError(StoreError):
    """The queue of appends is full."""


class AppendFailedError(StoreError):
    """The batch of this append failed. The append may be stored or not; repeating it is safe."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One entry, sealed and encoded: the store keeps `body` as it is and the rest as columns to query by."""

    entry_id: UUID
    version: int
    type: str
    schema: int
    occurred_on: date | None
    occurred_until: date
    body: bytes

    def __post_init__(self) -> None:
        _check_name(self.type)
        _check(0 < self.version <= _MAX_INTEGER, "version out of range")
        _check(0 <= self.schema <= _MAX_INTEGER, "schema out of range")
        _check(self.occurred_on is None or self.occurred_on <= self.occurred_until, "ends before it begins")
        _check(0 < len(self.body) <= MAX_BODY, _ENTRY_TOO_LARGE)


@dataclass(frozen=True, slots=True)
class Append:
    """Entries recorded together on one stream, or not at all.

    `expected` is the stream's version before the first of them. `fingerprint` tells a repeated request
    from another one under the same key. `reads` are the other streams that the judging read, with their
    versions; `names` is what the entries name, and the version of what is read and named is the stream's with
    the number of appends that name it. `bulk` appends yield to others. `size` is the number of bytes of the
    entries. Raises ValueError for values that cannot be stored.
    """

    stream: UUID
    kind: str
    institution: UUID | None
    expected: int
    entries: tuple[Prepared, ...]
    fingerprint: bytes
    reads: tuple[tuple[UUID, int], ...] = ()
    bulk: bool = False
    names: tuple[UUID, ...] = ()
    size: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", sum(len(entry.body) for entry in self.entries))
        _check_name(self.kind)
        _check(bool(self.entries), "nothing to append")
        for version, entry in enumerate(self.entries, self.expected + 1):
            _check(entry.version == version, "versions do not follow")
        if len(self.entries) > 1:
            distinct = {entry.entry_id for entry in self.entries}
            _check(len(distinct) == len(self.entries), "entry ids are not distinct")
        _check(self.size <= MAX_APPEND, _APPEND_TOO_LARGE)
        _check(0 < len(self.fingerprint) <= MAX_FINGERPRINT, _NO_FINGERPRINT)
        _check(len(self.reads) <= MAX_READS and len(self.names) <= MAX_READS, _TOO_MANY_READS)
        for _, version in self.reads:
            _check(0 <= version <= _MAX_INTEGER, "version out of range")


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry as it stands in the ledger."""

    position: int
    recorded_at: datetime
    stream: UUID
    kind: str
    version: int
    entry_id: UUID
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredRow(Stored):
    """A stored entry with every other column that repeats a part of its body."""

    schema: int
    occurred_on: date | None
    occurred_until: date
    institution: UUID | None


class Placed(NamedTuple):
    """The columns of one entry that reading a file needs: its place, its moment and its body."""

    position: int
    recorded_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class StreamVersion:
    """A stream with its kind, at a version."""

    stream: UUID
    kind: str
    version: int


@dataclass(frozen=True, slots=True)
class Moved(StreamVersion):
    """A stream that some entries belong to: its version after them, their types and their number."""

    types: list[str]
    entries: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """Stored; positions follow one another from `first_position`."""

    first_position: int
    recorded_at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """Stored before, by an earlier attempt with the same fingerprint."""

    entries: tuple[Stored, ...]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Refused: the key of the request belongs to another request."""


@dataclass(frozen=True, slots=True)
class Stale:
    """Refused: the stream, now at `version`, or a stream that was read, has moved since."""

    version: int


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Not stored, since another append of the same all-or-nothing group was refused."""


Verdict: TypeAlias = Accepted | Repeated | Mismatch | Stale | HeldBack


@dataclass(frozen=True, slots=True)
class Head:
    """The last position, the moment up to which the past is settled (None at first), and the epoch."""

    position: int
    recorded_at: datetime | None
    epoch: int


def _check(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not holds:
        raise ValueError(otherwise)


@lru_cache(1024)
def _check_name(name: str) -> None:
    _check(0 < len(name) <= MAX_NAME and name.isascii() and name.isprintable(), "a name is printable ASCII")
