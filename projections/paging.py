"""Lists in pages: each page starts after the last key of the page before, so new rows shift nothing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import index
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composable, Composed, Identifier, Placeholder

from domain.label import Label
from domain.limit import Area, limit

R = TypeVar("R")

Key: TypeAlias = Mapping[str, Callable[[Any], Any]]
"""The columns that order a list and identify its rows, each with its parser for cursors."""

as_day: Final = date.fromisoformat
as_id: Final = UUID
as_number: Final = index

MOST: Final = limit(
    500,
    Area.ANSWERS,
    Label("列表一页的项数（默认 50）", "Items of a page of a list (50 when not said)"),
    why=Label("每一项都要解密并记入查阅日志", "Each is opened with its key and noted in the access log"),
    beyond="invalid",
)
"""Rows of a page at most."""


class CursorError(ValueError):
    """The cursor comes from no page of this list."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition for WHERE, with its parameters."""

    sql: Composable
    parameters: Mapping[str, Any]


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
    """Rows and the cursor of the next page; None on the last one."""

    rows: list[R]
    next: str | None


async def page(
    connection: AsyncConnection[Any],
    row: type[R],
    select: Composable | Sequence[Composable],
    where: Sequence[Condition],
    key: Key,
    *,
    limit: int = 50,
    cursor: str | None = None,
    tables: Condition | None = None,
) -> Page[R]:
    """Return one page of a SELECT without WHERE, ordered by its key; `tables` says what its tables are.

    Several SELECTs have no row in common; each is read in the order of the key, no further than the page.
    Raises CursorError.
    """
    given = where if tables is None else [tables, *where]
    parameters = {name: value for condition in given for name, value in condition.parameters.items()}
    conditions = [condition.sql for condition in where]
    columns = SQL(", ").join(_column(name) for name in key)
    if cursor is not None:
        after = [f"after_{number}" for number in range(len(key))]
        parameters |= dict(zip(after, _read(cursor, key), strict=True))
        conditions.append(SQL("({}) > ({})").format(columns, SQL(", ").join(map(Placeholder, after))))
    ends = SQL("WHERE {} ORDER BY {} LIMIT %(page_limit)s").format(
        SQL(" AND ").join([SQL("true"), *conditions]), columns
    )
    selects = [select] if isinstance(select, Composable) else select
    statement = SQL("{} SELECT * FROM ({}) AS listed_rows ORDER BY {} LIMIT %(page_limit)s").format(
        SQL("") if tables is None else tables.sql,
        SQL(" UNION ALL ").join(SQL("({} {})").format(each, ends) for each in selects),
        SQL(", ").join(Identifier(_bare(name)) for name in key),
    )
    async with connection.cursor(row_factory=class_row(row)) as rows:
        await rows.execute(statement, {**parameters, "page_limit": limit + 1})
        fetched = await rows.fetchall()
    if len(fetched) <= limit:
        return Page(fetched, None)
    last = [getattr(fetched[limit - 1], _bare(name)) for name in key]
    return Page(fetched[:limit], urlsafe_b64encode(orjson.dumps(last)).decode().rstrip("="))


def _bare(name: str) -> str:
    return name.rpartition(".")[2]


def _column(name: str) -> Composed:
    return SQL(".").join(map(Identifier, name.split(".")))


def _read(cursor: str, key: Key) -> list[Any]:
    try:
        values = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [read(value) for read, value in zip(key.values(), values, strict=True)]
    except (ValueError, TypeError, AttributeError) as error:
        message = "no such cursor"
        raise CursorError(message) from error
