"""The scopes of files from the register, without reading the files."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.scope import FileScope, Former, FormerPlace
from ledger.store import queries
from projections.register import REGISTER

COLUMNS: Final = SQL(
    "register.institution, register.former, register.former_until, register.sixteen_on, register.place,"
    " register.former_places, register.former_places_until, register.asked, register.restricted_through"
)
"""The columns of the register that `scope_of_row` takes, in its order."""

_SQL: Final = queries.load_composable("projections", "scopes.sql")
_SCOPES: Final = _SQL["scopes"].format(columns=COLUMNS)


@dataclass(frozen=True, slots=True)
class StreamScope:
    """The number of entries of a stream, and the scope of its file, if the register shows all the entries."""

    entries: int
    scope: FileScope | None


async def scopes_of(connection: AsyncConnection[Any], streams: Collection[UUID]) -> dict[UUID, StreamScope]:
    """Return the scopes of the streams that have entries."""
    cursor = await connection.execute(_SCOPES, {"streams": list(streams)})
    return {
        stream: StreamScope(version, scope_of_row(*columns) if settled else None)
        for stream, version, settled, *columns in await cursor.fetchall()
    }


async def shown_through(connection: AsyncConnection[Any], stream: UUID) -> int:
    """Return the version through which read models show a stream; 0 for what they do not show."""
    cursor = await connection.execute(_SQL["shown"], {"stream": stream})
    ((version,),) = await cursor.fetchall()
    return int(version)


def scope_of_row(  # noqa: PLR0917 - the columns
    institution: UUID | None,
    former: Sequence[UUID],
    former_until: Sequence[date],
    sixteen_on: date | None,
    place: str | None,
    former_places: Sequence[str],
    former_places_until: Sequence[date],
    asked: UUID | None,
    restricted_through: date | None,
) -> FileScope:
    """Return the scope of a file from its row in the register."""
    return FileScope(
        kind=REGISTER.kind,
        institution=institution,
        former=tuple(map(Former, former, former_until)),
        sixteen_on=sixteen_on,
        place=place,
        former_places=tuple(map(FormerPlace, former_places, former_places_until)),
        asked=asked,
        restricted_through=restricted_through,
    )
