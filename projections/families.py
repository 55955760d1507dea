"""The families: one row per file, with search by the names of those who live in the family."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Identifier, Placeholder

from domain.event import Category, known
from domain.events.family.foster_steps import APPROVED, TRAINED, FamilyMembersRecorded
from domain.events.family.profile import APPLICANT, FAMILY_REGION, FamilyRegistered
from domain.file import Attribute, File
from domain.scope import scope_of
from ledger.sealing.cipher import Seal
from ledger.store import queries
from projections.known import as_known
from projections.markers import Unversioned
from projections.model import ReadModel, RowContext
from projections.name_search import terms_of_names
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, page
from projections.sorting import Sorts, alike, as_number

SEALED_APPLICANT: Final = "families.applicant"
"""The context that the sealed name is bound to; it opens in no other."""


@dataclass(frozen=True, slots=True)
class ListedFamily:
    """A family's file, with what holds as recorded latest. `opened` is the position of the first entry."""

    family: UUID
    institution: UUID | None
    applicant: bytes | None
    region: str | None
    approved_on: date | None
    trained_on: date | None
    opened: int
    version: Annotated[int, Unversioned()]


@dataclass(frozen=True, slots=True)
class IndexedFamily(ListedFamily):
    """A row with what is not listed.

    `ended_on` is the day since which the family is not approved any more, None while it is or never was, and
    `terms` are the keyed hashes of all its search terms, which may be many.
    """

    ended_on: date | None
    terms: list[bytes]


def rows(file: File, reading: RowContext) -> Iterator[IndexedFamily]:
    """Yield the one row of a file."""
    applicant = _latest(file, APPLICANT)
    yield IndexedFamily(
        family=reading.stream,
        institution=scope_of(file).institution,
        applicant=None
        if applicant is None
        else reading.seal.seal(reading.stream, Category.FAMILY, applicant, SEALED_APPLICANT),
        region=_latest(file, FAMILY_REGION),
        approved_on=_latest(file, APPROVED),
        trained_on=_latest(file, TRAINED),
        opened=file.opened.position,
        version=file.version,
        ended_on=_ended_on(file),
        terms=sorted(reading.seal.term(term) for term in terms_of_names(dict.fromkeys(_names(file)))),
    )


def _latest(file: File, attribute: Attribute[Any]) -> Any:  # noqa: ANN401 - of the attribute
    facts = file.facts(attribute).get("", [])
    return known(facts[-1].held.value) if facts else None


def _ended_on(file: File) -> date | None:
    """Return the day on which the approval ended, or was refused, if it did."""
    facts = file.facts(APPROVED).get("", [])
    return facts[-1].since if facts and facts[-1].held.value is None else None


def _names(file: File) -> Iterator[str]:
    """Yield the names of all who lived in the family, the latest recorded first."""
    for recorded in reversed(file.of(FamilyMembersRecorded)):
        for member in known(recorded.event.members) or ():
            yield from filter(None, (known(member.name),))
    yield from applicants(file)


def applicants(file: File) -> Iterator[str]:
    """Yield the names of who applied, and of their spouses, the latest recorded first."""
    for registered in reversed(file.of(FamilyRegistered)):
        yield from filter(None, (known(registered.event.applicant), known(registered.event.spouse)))


def _opened(row: IndexedFamily, seal: Seal) -> IndexedFamily:
    opened = row.applicant and seal.open(row.family, Category.FAMILY, row.applicant, SEALED_APPLICANT)
    return replace(row, applicant=opened.encode() if isinstance(opened, str) else None)


FAMILIES: Final = ReadModel("families", IndexedFamily, rows, _opened, kind="family")

_SQL: Final = queries.load_composable("projections", "families.sql")
SORTS: Final = Sorts(ListedFamily, "families", alike("region", "approved_on", "trained_on"))


async def having(connection: AsyncConnection[Any], scope: Condition, terms: Collection[bytes]) -> list[UUID]:
    """Return the families in a scope that have one of these terms, keyed hashes as in `terms`."""
    select = _SQL["having"].format(scope=scope.sql)
    cursor = await connection.execute(select, {**scope.parameters, "terms": [*terms]})
    return [family for (family,) in await cursor.fetchall()]


async def families(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    equal: Mapping[str, object],
    approved: bool | None = None,
    terms: Sequence[bytes] = (),
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
    **_: object,
) -> Page[ListedFamily]:
    """Return the families in a scope, in the order in which their files were opened.

    `known` is the position as known at which the rows are read, None for now. `equal` names columns and
    their required values, `approved` says whether the approval holds; `terms` are the keyed hashes that a
    row must have.
    """
    table = "families" if known is None else "listed"
    shown = Identifier(table)
    selected: Composable = shown if known is None else _SQL["rows_known"]

    def column(name: str) -> Composable:
        return SQL("{}.{}").format(shown, Identifier(name))

    where = [scope]
    for name, value in equal.items():
        is_it = SQL("{} = {}").format(column(name), Placeholder(f"equal_{name}"))
        where.append(Condition(is_it, {f"equal_{name}": value}))
    if approved is not None:
        is_it = SQL("({} IS NOT NULL) = %(approved)s").format(column("approved_on"))
        where.append(Condition(is_it, {"approved": approved}))
    if terms:
        where.append(Condition(SQL("{} @> %(terms)s").format(column("terms")), {"terms": list(terms)}))
    columns = SQL(", ").join(column(spec.name) for spec in fields(ListedFamily))
    select = _SQL["families"].format(columns=columns, rows=selected)
    then = as_known(known, {"listed": FAMILIES})
    return await page(
        connection,
        ListedFamily,
        select,
        where,
        {f"{table}.opened": as_number},
        turn=turn,
        sorts=replace(SORTS, table=table),
        tables=then,
    )
