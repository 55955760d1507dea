"""Files that the register leaves out, with who may read them: joined to another, or opened by mistake.

As known before, they are listed to whoever may read them now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.file import File
from domain.scope import scope_of
from projections.markers import Unversioned
from projections.model import ReadModel, RowContext


@dataclass(frozen=True, slots=True)
class UnlistedFile:
    """The columns of the register that decide who may read a file and where it is listed, and its length."""

    child: UUID
    institution: UUID | None
    former: list[UUID]
    former_until: list[date]
    place: str | None
    former_places: list[str]
    former_places_until: list[date]
    restricted_through: date | None
    sixteen_on: date | None
    opened: int
    version: Annotated[int, Unversioned()]


def rows(file: File, reading: RowContext) -> Iterator[UnlistedFile]:
    """Yield the one row of a file."""
    scope = scope_of(file)
    yield UnlistedFile(
        child=reading.stream,
        institution=scope.institution,
        former=[each.institution for each in scope.former],
        former_until=[each.until for each in scope.former],
        place=scope.place,
        former_places=[each.place for each in scope.former_places],
        former_places_until=[each.until for each in scope.former_places],
        restricted_through=scope.restricted_through,
        sixteen_on=scope.sixteen_on,
        opened=file.opened.position,
        version=file.version,
    )


UNLISTED: Final = ReadModel("unlisted", UnlistedFile, rows, unlisted=True)
