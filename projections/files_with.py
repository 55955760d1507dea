"""Files across which a statement is read, page by page, with whether there is anything to be read in each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.event import Category
from domain.events.filing import JOINING
from ledger.store import queries
from projections.known import as_known
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, in_charge, page
from projections.sorting import Key, as_number

_SELECT: Final = queries.load_composable("projections", "files_with.sql")["files_with"]
_KEY: Final[Key] = {"register.opened": as_number}
_JOINING: Final = [each.__name__ for each in JOINING]


@dataclass(frozen=True, slots=True)
class FileWith:
    """A file, and whether an event of the types asked for was ever recorded in it."""

    child: UUID
    opened: int
    has: bool


async def files_with(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    sees: Collection[Category],  # noqa: ARG001 - a type of event that is not sealed wholly is nothing personal
    day: date,  # noqa: ARG001 - of what is read in the files
    types: Collection[str],
    asked: tuple[object, ...],  # noqa: ARG001 - the same
    institution: UUID | None = None,
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
) -> Page[FileWith]:
    """Return the files of a scope in the order in which they were opened, and whether each has such events.

    `asked` is what else is asked of what is read in them, to which a cursor belongs. `institution` keeps what
    is in its charge. `known` is the position as known at which they are read, None for now.
    """
    where = [scope, Condition(SQL("true"), {"types": [*types, *_JOINING]})]
    if institution is not None:
        where.append(in_charge(institution))
    if known is not None:
        where.append(Condition(SQL("register.opened <= %(opened_by)s"), {"opened_by": known}))
    then = as_known(known, {})
    return await page(connection, FileWith, _SELECT, where, _KEY, turn=turn, tables=then)
