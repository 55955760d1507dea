"""Files of which a statement is told, with the day since which its lines stand as they are kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.file import File
from domain.obligations import History
from domain.statements import STATEMENTS_BY_NAME
from ledger.store import queries
from projections.model import ReadModel, RowContext, RowParts
from projections.paging import Condition


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A file of which a statement is told; `opened` is the position of its first entry.

    On `stand_since` and every day after it, its lines are those that are kept. Of an earlier day they are
    asked of the file itself.
    """

    child: UUID
    statement: str
    opened: int
    stand_since: date


def rows(file: File, reading: RowContext) -> Iterator[StatementFile]:
    """Yield one row for each statement."""
    for name in STATEMENTS_BY_NAME:
        yield from _rows_of(file, reading, name)


def _rows_of(file: File, reading: RowContext, name: str) -> Iterator[StatementFile]:
    history, statement = History(file, reading.rulebook), STATEMENTS_BY_NAME[name]
    if statement.is_asked(history):
        yield StatementFile(reading.stream, name, file.opened.position, statement.stand_since(history))


STATEMENT_FILES: Final = ReadModel(
    "statement_files", StatementFile, rows, parts=RowParts(lambda _: STATEMENTS_BY_NAME, _rows_of)
)
_SQL: Final = queries.load_composable("projections", "statement_files.sql")


async def moved_files(
    connection: AsyncConnection[Any],
    where: Sequence[Condition],
    *,
    statement: str,
    day: date,
    opened: int,
    limit: int,
    most: int,
) -> list[StatementFile]:
    """Return the files whose lines are not yet those that are kept on a day, from one on that was `opened`.

    They come in the order of the register, at most so many as `limit`. Where there are more than `most`, they
    are looked for in that order; else few are found in the order of their days. `where` are the conditions on
    their rows in the register, first what the query begins with.
    """
    begins, *conditions = where
    given = {name: value for each in where for name, value in each.parameters.items()}
    asked = {**given, "statement": statement, "day": day, "since_opened": opened}
    condition = SQL(" AND ").join([SQL("true"), *(each.sql for each in conditions)])

    async def found(query: str, at_most: int) -> list[StatementFile]:
        select = begins.sql + _SQL[query].format(condition=condition)
        cursor = await connection.execute(select, {**asked, "most": at_most})
        return [StatementFile(*row) for row in await cursor.fetchall()]

    few = await found("moved", most + 1)
    if len(few) > most:
        return await found("moved_after", limit)
    return sorted((each for each in few if each.opened >= opened), key=lambda each: each.opened)[:limit]
