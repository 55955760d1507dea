"""The duties of institutions on a day, across institutions: drills, licences, hazards, reports."""

from collections.abc import Iterator
from typing import Any, Final

from psycopg import AsyncConnection

from domain.file import File
from ledger.store import queries
from projections.model import ReadModel, RowContext
from projections.obligations import WITHHELD as OF_CHILDREN
from projections.obligations import DueTable, Obligation, obligations, obligations_of
from projections.paging import Condition, Page
from projections.withholding import Withholding

_NAME: Final = "institution_obligations"
WITHHELD: Final = Withholding(_NAME, Obligation, OF_CHILDREN.subject)


def rows(file: File, reading: RowContext) -> Iterator[Obligation]:
    """Yield one row per clock of an institution, whose file is the `child` of the row."""
    return WITHHELD.rows(obligations_of(file, reading.stream, reading.rulebook), reading.seal)


INSTITUTION_OBLIGATIONS: Final = ReadModel(_NAME, Obligation, rows, WITHHELD.opened, kind="institution")
_OF_INSTITUTIONS: Final = DueTable(
    INSTITUTION_OBLIGATIONS,
    WITHHELD,
    queries.load_composable("projections", "obligations.sql")["of_institutions"],
)


async def institution_obligations(
    connection: AsyncConnection[Any],
    scope: Condition,
    **asked: Any,  # noqa: ANN401 - as `obligations` takes it
) -> Page[Obligation]:
    """Return the duties of the institutions in the scope as `obligations` does those about children.

    The scope is a condition on `register`, whose `institution` is the institution itself.
    """
    return await obligations(connection, scope, of=_OF_INSTITUTIONS, **asked)
