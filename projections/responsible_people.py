"""Who of an institution's staff answers for which part of its work, from which day through which."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.sql import SQL

from domain.event import Category, known
from domain.events.institution.responsibilities import RESPONSIBLE
from domain.file import File
from ledger.sealing.cipher import Seal
from ledger.store import queries
from projections.known import as_known
from projections.model import ReadModel, RowContext
from projections.paging import Condition

SEALED_RESPONSIBLE: Final = "responsible_people.name"
"""The context that the sealed name is bound to; it opens in no other."""


@dataclass(frozen=True, slots=True)
class ResponsibleRow:
    """Somebody answers for a part of the work, a code of `responsibility`, on the days `since` to `until`.

    `person` is the entry that first named one of that number at the institution, `member` the user that they
    enter this system as.
    """

    institution: UUID
    entry: UUID
    responsible_for: str
    person: UUID
    member: UUID | None
    name: bytes | None
    since: date
    until: date


def rows(file: File, reading: RowContext) -> Iterator[ResponsibleRow]:
    """Yield one row per part of the work that somebody of the staff answers for, or post that they hold."""
    first = {
        key: min((each.entry for each in facts if each.held.value is not None), key=lambda each: each.turn)
        for key, facts in file.facts(RESPONSIBLE).items()
        if any(each.held.value is not None for each in facts)
    }
    for span in file.spans(RESPONSIBLE):
        name = known(span.value.name)
        for part in dict.fromkeys(span.value.responsible_for):
            yield ResponsibleRow(
                institution=reading.stream,
                entry=span.fact.entry.entry_id,
                responsible_for=part,
                person=first[span.fact.held.key].original,
                member=span.value.user,
                name=None
                if name is None
                else reading.seal.seal(reading.stream, Category.IDENTITY, name, SEALED_RESPONSIBLE),
                since=span.since,
                until=span.until,
            )


def _opened(row: ResponsibleRow, seal: Seal) -> ResponsibleRow:
    name = row.name and seal.open(row.institution, Category.IDENTITY, row.name, SEALED_RESPONSIBLE)
    return replace(row, name=name.encode() if isinstance(name, str) else None)


RESPONSIBLE_PEOPLE: Final = ReadModel("responsible_people", ResponsibleRow, rows, _opened, kind="institution")

_SQL: Final = queries.load_composable("projections", "responsible_people.sql")


async def responsible_people(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    day: date,
    known: int | None,
    institutions: Collection[UUID] | None = None,
    person: UUID | None = None,
    member: UUID | None = None,
) -> list[ResponsibleRow]:
    """Return who answers for what on a day, at the institutions of a scope, who did longest first.

    `institutions`, `person` and `member` keep those of these, or of one. `known` is the position as known at
    which it is asked, None for now.
    """
    where = [scope]
    if institutions is not None:
        where.append(Condition(SQL("responsible_people.institution = ANY (%(of)s)"), {"of": [*institutions]}))
    if person is not None:
        where.append(Condition(SQL("responsible_people.person = %(person)s"), {"person": person}))
    if member is not None:
        where.append(Condition(SQL("responsible_people.member = %(member)s"), {"member": member}))
    then = as_known(known, {"responsible_people": RESPONSIBLE_PEOPLE})
    conditions = SQL(" AND ").join(each.sql for each in where)
    parameters = {name: value for each in (then, *where) for name, value in each.parameters.items()}
    async with connection.cursor(row_factory=class_row(ResponsibleRow)) as found:
        await found.execute(
            SQL("{}{}").format(then.sql, _SQL["people"].format(condition=conditions)),
            {**parameters, "day": day},
        )
        return await found.fetchall()


async def institution_of_person(
    connection: AsyncConnection[Any], scope: Condition, person: UUID
) -> UUID | None:
    """Return the institution of a scope that ever made this person responsible for something, if one did."""
    asked = _SQL["ever"].format(condition=scope.sql)
    cursor = await connection.execute(asked, {**scope.parameters, "person": person})
    found = await cursor.fetchone()
    return None if found is None else found[0]
