"""What one person did last: what they recorded on a day, and whose files they opened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.sql import SQL

from ledger.store import queries
from projections.paging import Condition

_SQL: Final = queries.load_composable("projections", "recent_work.sql")
LOOKED_THROUGH: Final = 2_000
"""Entries of everybody, and readings of one person, that are looked through at most, the latest first."""


@dataclass(frozen=True, slots=True)
class EntryOfOne:
    """An entry that somebody recorded: whose file it is in, its type and when; not what it says."""

    child: UUID
    entry_id: UUID
    type: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that somebody read, and when last."""

    child: UUID
    at: datetime


async def recorded_by(
    connection: AsyncConnection[Any], scope: Condition, person: UUID, *, since: datetime, most: int
) -> list[EntryOfOne]:
    """Return what a person recorded after an instant in files of a scope, the latest first, without imports.

    It is looked for among the latest `LOOKED_THROUGH` entries of the ledger.
    """
    given = {
        "looked_through": LOOKED_THROUGH,
        "since": since,
        "recorder": _as_recorder(person),
        "most": most,
    }
    async with connection.cursor(row_factory=class_row(EntryOfOne)) as rows:
        await rows.execute(_SQL["recorded"].format(scope=scope.sql), {**scope.parameters, **given})
        return await rows.fetchall()


def claimed_by(scope: Condition, person: UUID) -> Condition:
    """Return the condition that a row of `exceptions`, in a scope, is of what a person recorded.

    Of a row whose entry is sealed that cannot be told; it fits everybody.
    """
    claims = SQL(
        "(e.entry IS NULL OR EXISTS (SELECT FROM entry WHERE entry.entry_id = e.entry"
        " AND position(%(claimant)s::bytea IN entry.body) > 0))"
    )
    both = SQL("{} AND {}").format(scope.sql, claims)
    return Condition(both, {**scope.parameters, "claimant": _as_recorder(person)})


def _as_recorder(person: UUID) -> bytes:
    """Return what stands in the body of an entry of which somebody is the recorder, and of no other."""
    return f'"user":"{person}"}},"region":'.encode()


async def opened_by(
    connection: AsyncConnection[Any], scope: Condition, person: UUID, *, most: int
) -> list[FileRead]:
    """Return the files of a scope that a person read last, each once, the latest first."""
    given = {"looked_through": LOOKED_THROUGH, "member": person, "most": most}
    async with connection.cursor(row_factory=class_row(FileRead)) as rows:
        await rows.execute(_SQL["opened"].format(scope=scope.sql), {**scope.parameters, **given})
        return await rows.fetchall()
