"""The log of accesses to personal data, apart from the children's streams.

An answer with personal data waits until it is noted in the log, and is not sent if noting fails: whatever was
sent is noted, after a crash too, and after one, what was not sent any more may be noted. Concurrent answers
share one statement, so that the log does not slow them down; no statement notes more than `AT_ONCE` lines.
"""

import asyncio
import secrets
from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from uuid import UUID

from psycopg import Error
from psycopg.rows import args_row
from structlog.contextvars import get_contextvars

from api.clock import WallClock
from api.contract.problems import Problem
from api.identity.permissions import Actor
from domain.event import EVERY_CATEGORY, Category
from ledger.store import arrays, queries
from ledger.store.pools import Pool

SQL: Final = queries.load("api.identity", "access_log.sql")
NO_EMERGENCIES: Final[Mapping[UUID, UUID]] = MappingProxyType({})
NEWEST: Final = 2**63 - 1
"""Sorts after every line of the log."""

ACCESSES: Final = "accesses"
"""Purpose of those who ask who read a file: noted although nothing in the file is told."""
IMPORT_REPORT: Final = "import report"
WHAT_IF: Final = "what-if"
TELLING: Final = frozenset(
    {
        IMPORT_REPORT,
        "dry run",
        "duplicates",
        "findings",
        "obligations",
        "readiness",
        "recording",
        "refusal",
        WHAT_IF,
    }
)
"""Purposes whose lines reveal that something was found, beyond the access itself."""
OF_RECORDING: Final = frozenset(
    {IMPORT_REPORT, "move", "reconciliation", "recorded before", "recording", "refusal"}
)
"""Purposes of those who are told what came of what they recorded: they need not say why they ask."""

AT_ONCE: Final = 1000
"""Lines that one statement notes."""
_SALT_BYTES: Final = 16

Line: TypeAlias = tuple[
    datetime, str, UUID, str, UUID | None, UUID, str, str, int | None, str | None, UUID | None, bytes
]
"""One line to write, in the order of the parameters of `note_accesses`."""
_PACKS: Final[tuple[Callable[[Any], arrays.Array], ...]] = (
    *(arrays.moments, arrays.texts, arrays.uuids, arrays.texts, arrays.uuids, arrays.uuids),
    *(arrays.texts, arrays.texts, arrays.bigints, arrays.texts, arrays.uuids, arrays.blobs),
)
"""How each of them is packed for many lines; the pool's connections know arrays."""


@dataclass(frozen=True, slots=True)
class Access:
    """One line of the log, as read; `reason` is why, as it was stated, None where nobody stated any.

    `emergency` is the entry of the emergency access under which the file was read, None if there was none.
    """

    position: int
    at: datetime
    user: UUID
    role: str
    institution: UUID | None
    categories: list[str]
    purpose: str
    reason: str | None
    emergency: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFilter:
    """Which accesses are asked for: after an instant, until another, of one user, purpose and reason.

    None is any.
    """

    since: datetime | None = None
    until: datetime | None = None
    user: UUID | None = None
    purpose: str | None = None
    reason: str | None = None


ANY_ACCESS: Final = AccessFilter()


class AccessLog:
    """Writes and reads the log of one ledger."""

    def __init__(self, writers: Pool, readers: Pool, clock: WallClock) -> None:
        self._writers = writers
        self._readers = readers
        self._clock = clock
        self._lines: list[Line] = []
        self._writing = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None

    async def note(
        self,
        actor: Actor,
        read: Mapping[UUID, Collection[Category]],
        purpose: str,
        known: int | None = None,
        reason: str | None = None,
        emergencies: Mapping[UUID, UUID] = NO_EMERGENCIES,
    ) -> None:
        """Note durably, before the answer, that the actor reads these categories of these children.

        `purpose` is a fixed word, such as the name of the query; `known` the position as known at which the
        whole file is read, None where only some of it is told; `reason` why, as the caller stated
        it; `emergencies` has the entry of the emergency access under which a child's file is read. A child
        without categories is not noted, unless it is asked who read its file.
        Raises the problem `unavailable` if noting fails.
        """
        now, request = self._clock(), str(get_contextvars().get("request_id", ""))
        who = (actor.user, actor.role.value, actor.institution)
        lines: list[Line] = [
            (
                *(now, request, *who, child, " ".join(sorted(categories)), purpose, known, reason),
                emergencies.get(child),
                secrets.token_bytes(_SALT_BYTES),
            )
            for child, categories in read.items()
            if categories or purpose == ACCESSES
        ]
        if not lines:
            return
        self._lines.extend(lines)
        if self._next is None:
            self._next = asyncio.create_task(self._write(), name="access log")
        try:
            await asyncio.shield(self._next)
        except Error as error:
            raise Problem("unavailable") from error

    async def of(
        self,
        child: UUID,
        *,
        before: int = NEWEST,
        limit: int,
        sees: AbstractSet[Category] = EVERY_CATEGORY,
        asked: AccessFilter = ANY_ACCESS,
    ) -> list[Access]:
        """Return the accesses to a child's file that are asked for, the latest first, before a position.

        Lines that reveal that something was found, on a category outside `sees`, are not counted either: a
        page with a missing line would reveal it as well.
        """
        parameters = {
            "child": child,
            "before": before,
            "limit": limit,
            **asdict(asked),
            "telling": sorted(TELLING),
            "sees": sorted(sees),
        }
        async with self._readers.connection() as connection:
            cursor = connection.cursor(row_factory=args_row(Access))
            await cursor.execute(SQL["of"], parameters)
            return await cursor.fetchall()

    async def last_read(self, child: UUID, member: UUID) -> int | None:
        """Return the last position as known at which a member has read a file; None if never."""
        async with self._readers.connection() as connection:
            cursor = await connection.execute(SQL["last_read"], [child, member])
            row = await cursor.fetchone()
        return None if row is None else row[0]

    async def close(self) -> None:
        """Finish writing."""
        if self._next is not None:
            await asyncio.gather(self._next, return_exceptions=True)
        async with self._writing:
            pass

    async def _write(self) -> None:
        # Lines that arrive during one statement are written by the next.
        async with self._writing:
            lines, self._lines, self._next = self._lines, [], None
            async with self._writers.connection() as connection:
                for start in range(0, len(lines), AT_ONCE):
                    columns = zip(*lines[start : start + AT_ONCE], strict=True)
                    parameters = [pack(column) for pack, column in zip(_PACKS, columns, strict=True)]
                    await connection.execute(SQL["note"], parameters)
