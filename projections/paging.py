"""Lists in pages: each page starts after the last key of the page before, so new rows shift nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composable, Identifier, Placeholder

from domain.label import Label
from domain.limit import Area, limit
from projections.sorting import Key, Sorting, Sorts

R = TypeVar("R")

MOST: Final = limit(
    500,
    Area.ANSWERS,
    Label("列表一页的项数（默认 50）", "Items of a page of a list (50 when not said)"),
    why=Label("每一项都要解密并记入查阅日志", "Each is opened with its key and noted in the access log"),
    beyond="invalid",
)
"""Rows of a page at most."""


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page of a list is asked for: at most so many rows after a cursor, in its own order or another.

    `sort` is a name of its `Sorts`, with `-` before it the other way. With `total` it is told how many rows
    there are on all pages.
    """

    limit: int = 50
    cursor: str | None = None
    sort: str | None = None
    total: bool = False


FIRST_PAGE: Final = PageAsked()


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition for WHERE, with its parameters."""

    sql: Composable
    parameters: Mapping[str, Any]


EVERY: Final = Condition(SQL("true"), {})


def in_charge(institution: UUID) -> Condition:
    """Return the condition that a file is in the charge of an institution, by its row in the register."""
    return Condition(SQL("register.institution = %(in_charge)s"), {"in_charge": institution})


def of_child(child: UUID) -> Condition:
    """Return the condition that a file is a child's, by its row in the register."""
    return Condition(SQL("register.child = %(of_child)s"), {"of_child": child})


def in_place(place: str) -> Condition:
    """Return the condition that a file is in the charge of a place whose code begins with this one."""
    is_there = SQL("register.institution IS NULL AND starts_with(register.place, %(in_place)s)")
    return Condition(is_there, {"in_place": place})


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Rows, the cursor of the next page, None on the last one, and the total where it was asked for."""

    rows: list[R]
    next: str | None
    total: int | None = None


def page_of(rows: Collection[R], key: Key, turn: PageAsked, sorts: Sorts) -> Page[R]:
    """Return one page of rows that are held here, as `page` does of a SELECT. Raises CursorError."""
    sorting = Sorting(key, sorts.order(turn.sort))
    listed = sorting.sorted(rows, None if turn.cursor is None else sorting.read(turn.cursor))
    following = sorting.cursor(listed[turn.limit - 1]) if len(listed) > turn.limit else None
    return Page(listed[: turn.limit], following, len(rows) if turn.total else None)


def merged(
    found: Page[R], held: Collection[R], key: Key, *, turn: PageAsked, sorts: Sorts, end: object = None
) -> Page[R]:
    """Return a page that was found with rows that are held here, in their places. Raises CursorError.

    What is after `end`, which has the columns of the key, is on pages that follow.
    """
    sorting = Sorting(key, sorts.order(turn.sort))
    listed = sorting.sorted([*found.rows, *held], None if turn.cursor is None else sorting.read(turn.cursor))
    total = None if found.total is None else found.total + len(held)
    if found.next is not None or len(listed) > turn.limit:
        return Page(listed[: turn.limit], sorting.cursor(listed[turn.limit - 1]), total)
    return Page(listed, None if end is None else sorting.cursor(end), total)


Narrowed: TypeAlias = tuple[Composable, Condition]
"""A SELECT without WHERE, and a condition on its rows alone."""


def rule_by_rule(rows: str, rules: str | Sequence[str] | None, *selects: Composable) -> Iterator[Narrowed]:
    """Yield SELECTs of `rows` with each of these rules, so that each is read in the order of its index.

    What is sealed has hashes in place of its rules, and there is little of it. Without rules, all are read.
    """
    each = [EVERY]
    if rules:
        several = [rules] if isinstance(rules, str) else rules
        names = [f"{rows}_rule_{number}" for number in range(len(several))]
        each = [
            Condition(SQL("{}.rule = {}").format(Identifier(rows), Placeholder(name)), {name: rule})
            for name, rule in zip(names, several, strict=True)
        ]
        each.append(Condition(SQL("{}.sealed IS NOT NULL").format(Identifier(rows)), {}))
    yield from product(selects, each)


async def page(
    connection: AsyncConnection[Any],
    row: type[R],
    select: Composable | Sequence[Composable | Narrowed],
    where: Sequence[Condition],
    key: Key,
    *,
    turn: PageAsked = FIRST_PAGE,
    sorts: Sorts | None = None,
    tables: Condition | None = None,
) -> Page[R]:
    """Return one page of a SELECT without WHERE, in one of its orders or by its key.

    `tables` says what its tables are.

    Several SELECTs have no row in common; each is read in the order of the list, no further than the page.
    Raises CursorError.
    """
    selects = [
        each if isinstance(each, tuple) else (each, EVERY)
        for each in ([select] if isinstance(select, Composable) else select)
    ]
    given = [*(() if tables is None else [tables]), *where, *(narrower for _, narrower in selects)]
    parameters = {name: value for condition in given for name, value in condition.parameters.items()}
    conditions = SQL(" AND ").join([SQL("true"), *(condition.sql for condition in where)])
    begins = SQL("") if tables is None else tables.sql
    sorting = Sorting(key, None if sorts is None else sorts.order(turn.sort))
    after: list[Any] | None = None
    if turn.cursor is not None:
        after = sorting.read(turn.cursor)
        parameters |= {f"after_{number}": value for number, value in enumerate(after)}
    parts = [
        SQL("({} WHERE {} AND {} {})").format(each, narrower.sql, conditions, ends)
        for each, narrower in selects
        for ends in sorting.parts(after)
    ]
    statement = SQL("{} SELECT * FROM ({}) AS listed_rows ORDER BY {} LIMIT %(page_limit)s").format(
        begins, SQL(" UNION ALL ").join(parts), sorting.whole("listed_rows")
    )
    async with connection.cursor(row_factory=class_row(row)) as rows:
        await rows.execute(statement, {**parameters, "page_limit": turn.limit + 1})
        fetched = await rows.fetchall()
    found = Page(fetched, None)
    if len(fetched) > turn.limit:
        found = Page(fetched[: turn.limit], sorting.cursor(fetched[turn.limit - 1]))
    if not turn.total:
        return found
    every = SQL(" UNION ALL ").join(
        SQL("({} WHERE {} AND {})").format(each, narrower.sql, conditions) for each, narrower in selects
    )
    counting = SQL("{} SELECT count(*) FROM ({}) AS listed_rows").format(begins, every)
    counted = await (await connection.execute(counting, parameters)).fetchone()
    assert counted is not None  # noqa: S101 - a count is a row
    return replace(found, total=counted[0])
