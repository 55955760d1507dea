"""Leaves: what a log commits to, one small record for each entry, or for each access to a file.

A leaf tells neither whose it is nor what it says (design 5.4): it holds a hash over random bytes, and a
pseudonym of the file under a salt that is shown to nobody but who may verify it.
"""

import hmac
from binascii import b2a_base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from hashlib import sha256
from itertools import accumulate, chain
from operator import itemgetter
from struct import Struct
from typing import Final, Protocol, TypeAlias
from uuid import UUID

import orjson
from psycopg.rows import args_row, scalar_row, tuple_row

from domain.label import Label
from ledger.canonical import canonical
from ledger.store import queries
from ledger.store.pools import Pool, fetch

SQL: Final = queries.load("ledger.log", "leaves.sql")
SALT: Final = "log"
"""The category under which the salt of a stream stands in the key table."""
LEAF_FORMAT: Final = 1
PSEUDONYM_BYTES: Final = 16
_PIECE: Final = 256
"""Entries of which the bytes are fetched as one value; each has at most a megabyte."""
_HEAD: Final = Struct(">qq16sii")
"""Position, moment, stream, version, and how many bytes the entry has."""
_STREAM_AT: Final = 16
_STREAM_BYTES: Final = 16
_length: Final = itemgetter(-1)
_base64: Final = partial(b2a_base64, newline=False)
_SECOND: Final = 1_000_000
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


Commitment: TypeAlias = tuple[int, int, bytes, int | None, bytes]
"""What goes into a leaf: its position, the moment of recording as `moment_of` counts it, the 16 bytes of the
stream's id, the version, None where rows have none, and a SHA-256. Plain tuples, since there are millions."""


class Fetched(Protocol):
    """Rows as they were fetched: plain values, from which any process makes their commitments."""

    def streams(self) -> set[bytes]:
        """Return the ids of their streams."""

    def commitments(self) -> list[Commitment]:
        """Return their commitments, in order."""


class LoggedRows(Protocol):
    """The rows of a table whose positions have no gaps and stand in the order of commits: one leaf each.

    `pools` are the ledger's writers' and its readers'.
    """

    pools: tuple[Pool, Pool]

    @property
    def table(self) -> str:
        """The name of the table, by which the tree is kept."""

    @property
    def name(self) -> Label:
        """What one row is called."""

    @property
    def pseudonyms(self) -> bytes:
        """What sets the pseudonyms of this log apart, so that leaves of two logs are not linked."""

    async def fetched(self, after: int, through: int) -> Fetched:
        """Return the rows after a position and through another."""

    async def last(self) -> int:
        """Return the last position that was given out."""

    async def strays(self) -> Sequence[int]:
        """Return positions of rows that were never given out."""


@dataclass(frozen=True, slots=True)
class FetchedEntries:
    """Entries in pieces: what is of one length in each, one behind the other, and the bytes of all."""

    pieces: Sequence[tuple[bytes, bytes]]

    def streams(self) -> set[bytes]:
        """Return the ids of their streams."""
        return {
            heads[at : at + _STREAM_BYTES]
            for heads, _ in self.pieces
            for at in range(_STREAM_AT, len(heads), _HEAD.size)
        }

    def commitments(self) -> list[Commitment]:
        """Return their commitments; the hash is that of the stored bytes."""
        return [*chain.from_iterable(_committed(heads, bodies) for heads, bodies in self.pieces)]


class EntryRows:
    """The entries of a ledger."""

    table: Final = "entry"
    name: Final = Label("条目", "entry")
    pseudonyms: Final = b"childledger/v1/stream\x00"

    def __init__(self, pools: tuple[Pool, Pool]) -> None:
        """`pools` are the ledger's writers' and its readers'."""
        self.pools = pools

    async def fetched(self, after: int, through: int) -> FetchedEntries:
        """Return the entries after a position and through another.

        Their bytes travel, since the database's own hash takes eight times as long as Python's.
        """
        asked = {"after": after, "through": through, "piece": _PIECE}
        # A position comes first in each. The database would write all the bytes to disk to sort them.
        return FetchedEntries(sorted(await fetch(self.pools[1], SQL["entries"], asked, tuple_row)))

    async def last(self) -> int:
        """Return the last position that was given out."""
        (position,) = await fetch(self.pools[1], SQL["last_entry"], {}, scalar_row)
        return int(position)

    async def strays(self) -> Sequence[int]:
        """Return positions of entries that were never given out."""
        return await fetch(self.pools[1], SQL["stray_entries"], {}, scalar_row)


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """One access to a file as it is kept: `salt` is random, `emergency` the entry under which it was read."""

    position: int
    at: datetime
    request: str
    member: UUID
    role: str
    institution: UUID | None
    child: UUID
    categories: Sequence[str]
    purpose: str
    known: int | None
    reason: str | None
    emergency: UUID | None
    salt: bytes

    @property
    def commitment(self) -> Commitment:
        """The commitment to the record: the SHA-256 of its canonical JSON, with the salt in hex."""
        said = {name: getattr(self, name) for name in _RECORDED}
        said |= {"at": _moment(self.at), "salt": self.salt.hex()}
        digest = sha256(canonical(said)).digest()
        return self.position, moment_of(self.at), self.child.bytes, None, digest


_RECORDED: Final = tuple(each.name for each in fields(AccessRecord))


@dataclass(frozen=True, slots=True)
class FetchedAccesses:
    """Access records."""

    records: Sequence[AccessRecord]

    def streams(self) -> set[bytes]:
        """Return the ids of the files that were read."""
        return {record.child.bytes for record in self.records}

    def commitments(self) -> list[Commitment]:
        """Return their commitments."""
        return [record.commitment for record in self.records]


class AccessRows:
    """The accesses to the files of a ledger."""

    table: Final = "access"
    name: Final = Label("查阅记录", "access record")
    pseudonyms: Final = b"childledger/v1/access\x00"

    def __init__(self, pools: tuple[Pool, Pool]) -> None:
        """`pools` are the ledger's writers' and its readers'."""
        self.pools = pools

    async def records(self, after: int, through: int) -> list[AccessRecord]:
        """Return the records after a position and through another, in order."""
        asked = {"after": after, "through": through}
        return await fetch(self.pools[1], SQL["accesses"], asked, args_row(AccessRecord))

    async def fetched(self, after: int, through: int) -> FetchedAccesses:
        """Return the records after a position and through another."""
        return FetchedAccesses(await self.records(after, through))

    async def last(self) -> int:
        """Return the last position that was given out."""
        (position,) = await fetch(self.pools[1], SQL["last_access"], {}, scalar_row)
        return int(position)

    async def strays(self) -> Sequence[int]:
        """Return positions of records that were never given out."""
        return await fetch(self.pools[1], SQL["stray_accesses"], {}, scalar_row)


class LeafForm:
    """How the leaves of a log are written: canonical JSON (RFC 8785), made by filling in a form.

    `pseudonyms` sets those of the log apart.
    """

    def __init__(self, origin: str, pseudonyms: bytes) -> None:
        log = orjson.dumps(origin).replace(b"%", b"%%")
        self._plain = b'{"h":"%b","l":' + log + b',"n":%d,"r":"%b.%06dZ","s":"%b","z":1}'
        self._versioned = b'{"h":"%b","l":' + log + b',"n":%d,"r":"%b.%06dZ","s":"%b","v":%d,"z":1}'
        self._pseudonyms = pseudonyms

    def pseudonym(self, stream: bytes, salt: bytes) -> bytes:
        """Return what leaves call a stream under its salt."""
        return encoded(hmac.digest(salt, self._pseudonyms + stream, "sha256")[:PSEUDONYM_BYTES])

    def leaf(self, row: Commitment, pseudonym: bytes) -> bytes:
        """Return the leaf of one row."""
        (leaf,) = self.leaves([row], {row[2]: pseudonym})
        return leaf

    def leaves(self, rows: Iterable[Commitment], names: Mapping[bytes, bytes]) -> list[bytes]:
        """Return the leaves of rows; `names` has the pseudonyms of their streams, or KeyError is raised."""
        return [
            self._plain
            % (_base64(digest), position, _second(moment // _SECOND), moment % _SECOND, names[stream])
            if version is None
            else self._versioned
            % (
                _base64(digest),
                position,
                _second(moment // _SECOND),
                moment % _SECOND,
                names[stream],
                version,
            )
            for position, moment, stream, version, digest in rows
        ]


def encoded(pseudonym: bytes) -> bytes:
    """Return a pseudonym as leaves have it."""
    return _base64(pseudonym)


def moment_of(at: datetime) -> int:
    """Return a moment in microseconds since the year 2000, as the database counts them."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _committed(heads: bytes, bodies: bytes) -> list[Commitment]:
    of_each = list(_HEAD.iter_unpack(heads))
    whole = memoryview(bodies)
    return [
        (position, moment, stream, version, sha256(whole[end - length : end]).digest())
        for (position, moment, stream, version, length), end in zip(
            of_each, accumulate(map(_length, of_each)), strict=True
        )
    ]


@lru_cache(1024)
def _second(seconds: int) -> bytes:
    """Return a second since the year 2000 as text; what no calendar has as its number."""
    try:
        return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}".encode()
    except OverflowError:
        return str(seconds).encode()


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
