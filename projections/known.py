"""Lists as known at an earlier position: the same question, asked of the rows of then."""

from collections.abc import Mapping
from typing import Any, Final

from psycopg.sql import SQL, Identifier

from projections.model import ReadModel
from projections.paging import Condition
from projections.unlisted import UNLISTED

AS_NOW: Final = Condition(SQL(""), {})
"""The tables as they are."""
_WITH_UNLISTED: Final = SQL(
    "register AS NOT MATERIALIZED (SELECT {columns} FROM register UNION ALL SELECT {columns} FROM unlisted)"
).format(columns=SQL(", ").join(map(Identifier, UNLISTED.columns)))
EVERY_FILE: Final = Condition(SQL("WITH {} ").format(_WITH_UNLISTED), {})
"""The register with the files, too, that it leaves out now, in the columns that both have."""


def as_known(position: int | None, tables: Mapping[str, ReadModel[Any]]) -> Condition:
    """Return what a statement begins with so that these names are the read models as known at a position.

    Whatever else the statement names is as it is now; so is everything if the position is None. Who may see a
    file is decided as of now, so the register has the files, too, that it leaves out now.
    """
    if position is None:
        return AS_NOW
    then = [_WITH_UNLISTED]
    then += [
        SQL("""
            {name} AS NOT MATERIALIZED (
                SELECT {columns} FROM {known}
                 WHERE known_from <= %(known)s AND known_until > %(known)s
            )
        """).format(
            name=Identifier(name),
            columns=SQL(", ").join(map(Identifier, model.columns)),
            known=Identifier(model.known_table),
        )
        for name, model in tables.items()
    ]
    return Condition(SQL("WITH {} ").format(SQL(", ").join(then)), {"known": position})
