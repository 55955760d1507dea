"""One batch of appends, given to the SQL function `append` and judged by it in one transaction."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

from psycopg import AsyncCursor

from ledger.store import arrays, queries
from ledger.store.append import Append

SQL = queries.load("ledger", "sql/store.sql")
TICK = timedelta(microseconds=1)
"""The time between two entries of a batch."""

Word: TypeAlias = Literal["accepted", "repeated", "mismatch", "stale", "withheld"]


class AppendAnswer(NamedTuple):
    """The answer to one append.

    `first` and `last` are the positions of an accepted append, `moment` the moment of its first entry;
    `version` is that of its stream.
    """

    verdict: Word
    first: int
    last: int
    moment: datetime
    version: int


async def append_batch(cursor: AsyncCursor, appends: Sequence[Append], *, atomic: bool) -> list[AppendAnswer]:
    """Append a batch durably, each append by itself, or all or nothing if `atomic`; return the answers.

    The cursor's connection must be in autocommit mode and have `arrays` registered.
    """
    await cursor.execute(SQL["append"], _parameters(appends, atomic=atomic), binary=True)
    (answer,) = await cursor.fetchall()
    return list(_judgements(appends, *answer))


async def last_position(cursor: AsyncCursor) -> int:
    """Return the last position as the writer finds it, who may read no entry: an append of none tells."""
    await cursor.execute(SQL["append"], _parameters([], atomic=False), binary=True)
    ((first, *_),) = await cursor.fetchall()
    return int(first) - 1


def _parameters(appends: Sequence[Append], *, atomic: bool) -> Sequence[object]:
    """Return the parameters of the SQL function `append`."""
    entries = [entry for append in appends for entry in append.entries]
    owners = [append for append in appends for _ in append.entries]
    reads = [(number, *read) for number, append in enumerate(appends, 1) for read in append.reads]
    names = [(number, name) for number, append in enumerate(appends, 1) for name in append.names]
    return (
        arrays.integers([number for number, append in enumerate(appends, 1) for _ in append.entries]),
        arrays.uuids([entry.entry_id for entry in entries]),
        arrays.uuids([append.stream for append in owners]),
        arrays.texts([append.kind for append in owners]),
        arrays.integers([entry.version for entry in entries]),
        arrays.texts([entry.type for entry in entries]),
        arrays.integers([entry.schema for entry in entries]),
        arrays.dates([entry.occurred_on for entry in entries]),
        arrays.dates([entry.occurred_until for entry in entries]),
        arrays.uuids([append.institution for append in owners]),
        arrays.blobs([append.fingerprint for append in owners]),
        arrays.blobs([entry.body for entry in entries]),
        arrays.integers([number for number, _, _ in reads]),
        arrays.uuids([stream for _, stream, _ in reads]),
        arrays.integers([version for _, _, version in reads]),
        arrays.integers([number for number, _ in names]),
        arrays.uuids([name for _, name in names]),
        atomic,
    )


def _judgements(
    appends: Sequence[Append], position: int, moment: datetime, verdicts: list[Word], versions: list[int]
) -> Iterator[AppendAnswer]:
    """Yield the answer to each append; the positions of accepted appends follow one another."""
    for append, verdict, version in zip(appends, verdicts, versions, strict=True):
        entries = len(append.entries)
        yield AppendAnswer(verdict, position, position + entries - 1, moment, version)
        if verdict == "accepted":
            position += entries
            moment += entries * TICK
