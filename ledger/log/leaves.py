"""Leaves: what a log commits to, one small record for each entry, or for each access to a file.

A leaf tells neither whose it is nor what it says (design 5.4): it holds a hash over random bytes, and a
pseudonym of the file under a salt that is shown to nobody but who may verify it.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Protocol
from uuid import UUID

import orjson
from psycopg.rows import args_row, scalar_row

from domain.label import Label
from ledger.canonical import canonical
from ledger.log.checkpoint import base64_of
from ledger.store import queries
from ledger.store.pools import Pool, fetch

SQL: Final = queries.load("ledger.log", "leaves.sql")
SALT: Final = "log"
"""The category under which the salt of a stream stands in the key table."""
LEAF_FORMAT: Final = 1
_PSEUDONYM_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Commitment:
    """What goes into the leaf at a position: `digest` is a SHA-256, `version` None where there are none."""

    position: int
    recorded_at: datetime
    stream: UUID
    version: int | None
    digest: bytes


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

    async def commitments(self, after: int, limit: int) -> Sequence[Commitment]:
        """Return the commitments after a position, in order."""

    async def last(self) -> int:
        """Return the last position that was given out."""

    async def strays(self) -> Sequence[int]:
        """Return positions of rows that were never given out."""


class EntryRows:
    """The entries of a ledger."""

    table: Final = "entry"
    name: Final = Label("条目", "entry")
    pseudonyms: Final = b"childledger/v1/stream\x00"

    def __init__(self, pools: tuple[Pool, Pool]) -> None:
        """`pools` are the ledger's writers' and its readers'."""
        self.pools = pools

    async def commitments(self, after: int, limit: int) -> Sequence[Commitment]:
        """Return the commitments after a position; the hash is that of the stored bytes."""
        asked = {"after": after, "limit": limit}
        return await fetch(self.pools[1], SQL["entries"], asked, args_row(Commitment))

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
        said = asdict(self) | {"at": _moment(self.at), "salt": self.salt.hex()}
        return Commitment(self.position, self.at, self.child, None, sha256(canonical(said)).digest())


class AccessRows:
    """The accesses to the files of a ledger."""

    table: Final = "access"
    name: Final = Label("查阅记录", "access record")
    pseudonyms: Final = b"childledger/v1/access\x00"

    def __init__(self, pools: tuple[Pool, Pool]) -> None:
        """`pools` are the ledger's writers' and its readers'."""
        self.pools = pools

    async def records(self, after: int, limit: int) -> list[AccessRecord]:
        """Return the records after a position, in order."""
        asked = {"after": after, "limit": limit}
        return await fetch(self.pools[1], SQL["accesses"], asked, args_row(AccessRecord))

    async def commitments(self, after: int, limit: int) -> Sequence[Commitment]:
        """Return the commitments after a position."""
        return [record.commitment for record in await self.records(after, limit)]

    async def last(self) -> int:
        """Return the last position that was given out."""
        (position,) = await fetch(self.pools[1], SQL["last_access"], {}, scalar_row)
        return int(position)

    async def strays(self) -> Sequence[int]:
        """Return positions of records that were never given out."""
        return await fetch(self.pools[1], SQL["stray_accesses"], {}, scalar_row)


def leaf(origin: str, committed: Commitment, pseudonyms: bytes, salt: bytes | None) -> bytes:
    """Return the leaf of a commitment.

    Where the salt of its stream was destroyed, the pseudonym is random and links it to no other leaf.
    """
    pseudonym = (
        secrets.token_bytes(_PSEUDONYM_BYTES)
        if salt is None
        else hmac.digest(salt, pseudonyms + committed.stream.bytes, "sha256")[:_PSEUDONYM_BYTES]
    )
    said = {
        "h": base64_of(committed.digest),
        "l": origin,
        "n": committed.position,
        "r": _moment(committed.recorded_at),
        "s": base64_of(pseudonym),
        "z": LEAF_FORMAT,
    }
    if committed.version is not None:
        said["v"] = committed.version
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
