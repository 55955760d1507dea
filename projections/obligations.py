"""What is due and overdue on a day, across files: by rule and child, with what started the clock."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.file import File
from domain.obligations import clocks
from domain.when import FIRST_DAY
from projections.model import Reading, ReadModel, Row
from projections.paging import Condition, Key, Page, page


def rows(file: File, reading: Reading) -> Iterator[Row]:
    """One row a clock; how it stands on a day follows from its days alone."""
    for clock in clocks(file, reading.rulebook):
        met = clock.met_by
        yield (
            clock.rule,
            clock.opened_on,
            None if clock.due.first == clock.due.last else clock.due.first or FIRST_DAY,
            clock.due.last,
            [entry.entry_id for entry in clock.started_by],
            None if met is None else met.days.last,
            met is not None and met.days.earliest > clock.due.last,
            None if met is None else met.entry_id,
            clock.void_on,
            None if clock.void_because is None else clock.void_because.zh,
            None if clock.void_because is None else clock.void_because.en,
            None if clock.number is None else clock.number.source,
            None if clock.number is None else clock.number.region,
            clock.number is not None and clock.number.verified,
        )


OBLIGATIONS = ReadModel(
    name="obligations",
    version=1,
    columns=(
        "rule",
        "opened_on",
        "due_first",
        "due_on",
        "started_by",
        "met_on",
        "met_late",
        "met_by",
        "void_on",
        "void_zh",
        "void_en",
        "source",
        "region",
        "verified",
    ),
    rows=rows,
)

STATE: Final = SQL("""
    CASE WHEN o.met_on <= %(day)s THEN CASE WHEN o.met_late THEN 'met_late' ELSE 'met' END
         WHEN o.void_on <= %(day)s THEN 'void'
         WHEN o.due_on < %(day)s THEN 'overdue'
         ELSE 'due' END
""")
_SELECT: Final = SQL("""
    SELECT o.*, {state} AS state
      FROM obligations o JOIN register ON register.child = o.child
""").format(state=STATE)
_KEY: Final[Key] = {
    "o.due_on": date.fromisoformat,
    "o.rule": str,
    "o.child": UUID,
    "o.opened_on": date.fromisoformat,
}


async def obligations(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    day: date,
    states: Sequence[str] = ("due", "overdue"),
    rule: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """The clocks that stand so on a day, in the files of the scope, by the day they are due."""
    where = [
        scope,
        Condition(SQL("o.opened_on <= %(day)s"), {"day": day}),
        Condition(SQL("({}) = ANY (%(states)s)").format(STATE), {"states": list(states)}),
    ]
    if rule is not None:
        where.append(Condition(SQL("o.rule = %(rule)s"), {"rule": rule}))
    return await page(connection, _SELECT, where, _KEY, limit=limit, cursor=cursor)
