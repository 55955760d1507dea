"""Lists of statements across files: the lines of a day, sorted, filtered, and counted.

Lines are read as they are kept. The few files in which they are not yet so on the day that is asked for are
opened, and what they say is listed with the others.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Literal

from domain.event import Category
from domain.resting import Categories
from domain.statement import KeptLine, Statement, StatementLine, last_month_by
from domain.when import FIRST_DAY, LAST_DAY
from ledger.store import queries
from projections.dimensions import NOTHING
from projections.known import as_known
from projections.markers import EmptyText
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, in_charge, merged, page
from projections.sorting import Key, Sorting, Sorts, as_day, as_number, as_text
from projections.statement_files import STATEMENT_FILES, moved_files
from projections.statement_lines import (
    DUE,
    KEYS,
    NAME,
    SORTED_BY,
    STATE,
    STATEMENT_LINES,
    StoredLine,
    stored_line,
    term_text,
)
from projections.withholding import Withholding, listed


@dataclass(frozen=True, slots=True)
class ListedLine(StoredLine):
    """A line as it is listed: told of a day, and sorted by one of its keys.

    `line` is the line itself where its file was opened to tell it.
    """

    told_on: date = LAST_DAY
    sort_key: Annotated[str, EmptyText()] = ""
    line: StatementLine | None = None


LISTED: Final = Withholding(NAME, ListedLine, ("statement", "content"))

_SQL: Final = queries.load_composable("projections", "statement_lines.sql")
_KEY: Final[Key] = {
    "told.opened": as_number,
    "told.told_on": as_day,
    "told.told_by": as_text,
    "told.number": as_number,
}
SORTS: Final[Mapping[str, Sorts]] = {
    name: Sorts(ListedLine, "told", dict.fromkeys(names, "sort_key")) for name, names in SORTED_BY.items()
}
KeyValues: TypeAlias = Mapping[str, Collection[str]]
"""Values of which lines have one, by the name of a key."""
LinesOfFiles: TypeAlias = Callable[[Mapping[UUID, int]], Awaitable[Sequence[ListedLine]]]
"""Returns the lines of files that are opened for them, each with the position of its first entry."""


def listed_line_of(
    statement: Statement[Any], line: StatementLine, rests_on: Categories, *, child: UUID, opened: int
) -> ListedLine:
    """Return a line of a file that was opened for it, not yet numbered."""
    row = stored_line(statement, KeptLine(line), rests_on, child=child, opened=opened, term=lambda _: b"")
    clear = {spec.name: getattr(row, spec.name) for spec in fields(row)}
    return ListedLine(**{**clear, "personal": None}, told_on=row.first_on, line=line)


class TooManyMovedError(ValueError):
    """More files would be opened than are at once."""


@dataclass(frozen=True, slots=True)
class LinesAsked:
    """Which lines of a statement are asked for: about these days, and with one of these values of each key.

    Files whose lines on the day are not those that are kept are opened by `of_files`: `step` at a time, or up
    to `most` where all must be.
    """

    statement: Statement[Any]
    since: date | None
    until: date | None
    values: KeyValues
    of_files: LinesOfFiles
    step: int
    most: int


@dataclass(frozen=True, slots=True)
class _BeforeFile:
    """The place before the lines of a file, in the order of the register."""

    opened: int
    told_on: date = FIRST_DAY
    told_by: str = ""
    number: int = -1


async def statement_lines(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    keyed: Callable[[str], bytes],
    sees: Collection[Category],
    lines: LinesAsked,
    day: date,
    asked: tuple[object, ...],  # noqa: ARG001 - what a cursor belongs to
    institution: UUID | None = None,
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
) -> Page[ListedLine]:
    """Return the lines of a statement on a day in the files of a scope, in the order of the register.

    `institution` keeps what is in its charge. `known` is the position as known at which they are read, None
    for now. Rows may be `LISTED`. Lines that rest on a category outside `sees` are left out. `keyed` hashes
    terms. Raises TooManyMovedError where more files would be opened for their lines than `lines` allows.
    """
    name, sorts = lines.statement.name, SORTS[lines.statement.name]
    then = as_known(known, {NAME: STATEMENT_LINES, STATEMENT_FILES.name: STATEMENT_FILES})
    whose = [scope] if institution is None else [scope, in_charge(institution)]
    moved, end = await _moved(connection, [then, *whose], lines, day, turn)
    held = [*await lines.of_files(moved)]
    slot = 0 if turn.sort is None else KEYS[name].index(turn.sort.removeprefix("-"))
    where = [*whose, *_conditions(lines, sees, day)]
    if moved:
        apart = {"moved": list(moved.values())}
        where.append(Condition(SQL("told.opened <> ALL (%(moved)s)"), apart))
    if end is not None:
        where.append(Condition(SQL("told.opened < %(before_opened)s"), {"before_opened": end.opened}))
    select = _SQL["lines" if lines.statement.kept is None else "monthly"]
    selects = [select.format(slot=Literal(slot + 1), chosen=each) for each in _choices(lines.values, name)]
    where.append(Condition(SQL("true"), _chosen(lines.values, keyed, day)))
    found = await page(connection, ListedLine, selects, where, _KEY, turn=turn, sorts=sorts, tables=then)
    held = [replace(each, sort_key=each.keys[slot]) for each in held]
    return merged(found, held, _KEY, turn=turn, sorts=sorts, end=end)


async def _moved(
    connection: AsyncConnection[Any],
    where: Sequence[Condition],
    lines: LinesAsked,
    day: date,
    turn: PageAsked,
) -> tuple[dict[UUID, int], _BeforeFile | None]:
    """Return the files to be opened for a page, and where it ends, if by how many these are.

    Raises CursorError and TooManyMovedError.
    """
    every = turn.sort is not None or turn.total
    most = lines.most if every else lines.step
    opened = 0 if every or turn.cursor is None else Sorting(_KEY, None).read(turn.cursor)[0]
    name = lines.statement.name
    moved = await moved_files(
        connection, where, statement=name, day=day, opened=opened, limit=most + 1, most=lines.most
    )
    if len(moved) <= most:
        return {each.child: each.opened for each in moved}, None
    if every:
        raise TooManyMovedError
    return {each.child: each.opened for each in moved[:-1]}, _BeforeFile(moved[-1].opened)


def _conditions(lines: LinesAsked, sees: Collection[Category], day: date) -> Iterator[Condition]:
    yield Condition(SQL("true"), {"statement": lines.statement.name})
    # Within coalesce, for PostgreSQL takes the bare comparison for a rare match and reads all rows.
    yield Condition(SQL("coalesce(told.rests_on <@ %(sees)s, false)"), {"sees": listed(sees)})
    since, until = lines.since or FIRST_DAY, lines.until or LAST_DAY
    if lines.statement.kept is not None:
        months = {"since_month": since.replace(day=1), "last_month": last_month_by(day)}
        yield Condition(SQL("true"), months)
    if (since, until) != (FIRST_DAY, LAST_DAY):
        # What is about no day that is known stands on the last of all days.
        yield Condition(
            SQL("(told.told_on BETWEEN %(told_since)s AND %(told_until)s OR told.told_on = %(never)s)"),
            {"told_since": since, "told_until": until, "never": LAST_DAY},
        )


def _choices(values: KeyValues, statement: str) -> list[Composable]:
    """Return the conditions on what stands in clear and on what is sealed, of which no line meets both."""
    if not values:
        return [SQL("true")]
    clear: list[Composable] = [SQL("stored.sealed IS NULL")]
    sealed: list[Composable] = [SQL("stored.sealed IS NOT NULL")]
    for name in values:
        key = SQL("stored.keys[{}]").format(Literal(KEYS[statement].index(name) + 1))
        if name == STATE:
            due = SQL("stored.keys[{}]").format(Literal(KEYS[statement].index(DUE) + 1))
            told = SQL("CASE WHEN {} <> 'overdue' THEN {} WHEN {} < %(today)s THEN 'overdue' ELSE 'due' END")
            key = told.format(key, key, due)
        several = len(values[name]) > 1
        clear.append(SQL("{} = ANY (%(key_{})s)" if several else "{} = %(key_{})s").format(key, SQL(name)))
        sealed.append(SQL("stored.terms && %(term_{})s").format(SQL(name)))
    return [SQL(" AND ").join(clear), SQL(" AND ").join(sealed)]


def _chosen(values: KeyValues, keyed: Callable[[str], bytes], day: date) -> dict[str, Any]:
    """Return the parameters of `_choices`."""
    given: dict[str, Any] = {"today": day.isoformat()}
    for name, each in values.items():
        keys = ["" if value == NOTHING else value for value in sorted(each)]
        given[f"key_{name}"] = keys if len(keys) > 1 else keys[0]
        given[f"term_{name}"] = [keyed(term_text(name, key)).hex() for key in keys]
    return given
