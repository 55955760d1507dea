"""One file at a point of both axes: on a day, as known at a position, under the rulebook known then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from api.contract.problems import invalid
from api.http.dependencies import RequestContext
from api.identity.restricted import Tells
from domain.file import File
from domain.label import Label
from domain.rulebook import Rulebook
from ledger.codec.messages import InvalidValue
from projections.findings import Finding, findings_on
from projections.obligations import Obligation, obligations_of
from projections.remembered import remembered

_ANOTHER_DAY: Final = Label("与 day 不一致", "is another day than `day`")
_ONE_OF_THEM: Final = Label("只写其中一个", "give one of them")


@dataclass(frozen=True, slots=True)
class FilePoint:
    """A file as known at a position, the day that it is read on, and the rulebook that counted then."""

    file: File
    day: date
    known: int
    rulebook: Rulebook


async def file_point(
    request: RequestContext, file_id: UUID, day: date | None, known_at: str | None, tells: Tells = "file"
) -> FilePoint:
    """Return a file that the caller may read, on a day and as known at a time; today and now by default.

    The rulebook is the one that the institution in charge, as known then, had adopted by then. Raises the
    problems of `RequestContext.file` and of `RequestContext.known`.
    """
    known = await request.known(known_at)
    file = await request.file(file_id, known=known, about=day, tells=tells)
    then = None if known_at is None else known
    return FilePoint(file, day or request.today, known, await request.ledger.rulebook_of(file, then))


def found_at(point: FilePoint, file_id: UUID) -> Sequence[Finding]:
    """Return what speaks against a file at a point, as pages that are opened one after another ask again."""
    found = partial(findings_on, point.file, file_id, point.rulebook, point.day)
    return remembered(point.file, point.day, point.rulebook, "findings", lambda: tuple(found()))


def due_at(point: FilePoint, file_id: UUID) -> Sequence[Obligation]:
    """Return the clocks of a file at a point, likewise."""
    clocks = partial(obligations_of, point.file, file_id, point.rulebook)
    return remembered(point.file, point.day, point.rulebook, "obligations", lambda: tuple(clocks()))


def one_day(day: date | None, as_of: date | None, at: str = "/query") -> date | None:
    """Return the day given under either name. Raises the problem `invalid` for two days."""
    if day is not None and as_of is not None and day != as_of:
        raise invalid([InvalidValue(f"{at}/as_of", _ANOTHER_DAY, _ONE_OF_THEM)])
    return day or as_of
