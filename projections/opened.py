"""The files of a scope, in the order in which they were opened."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from ledger.store import queries
from projections.known import EVERY_FILE
from projections.paging import Condition, Page, PageAsked, page
from projections.sorting import Key, as_number

_SQL: Final = queries.load_composable("projections", "opened.sql")
_KEY: Final[Key] = {"register.opened": as_number}


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A child's file: the position of its first entry, and the number of its entries."""

    child: UUID
    opened: int
    version: int


async def files_opened(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    after: int,
    limit: int,
    among: Collection[UUID] | None = None,
) -> Page[OpenedFile]:
    """Return files of a scope that were opened after a position; `among` are children or institutions.

    Those that the register leaves out now are among them.
    """
    where = [scope, Condition(SQL("register.opened > %(opened_after)s"), {"opened_after": after})]
    if among is not None:
        either = SQL("(register.child = ANY (%(among)s) OR register.institution = ANY (%(among)s))")
        where.append(Condition(either, {"among": list(among)}))
    return await page(
        connection, OpenedFile, _SQL["opened"], where, _KEY, turn=PageAsked(limit), tables=EVERY_FILE
    )
