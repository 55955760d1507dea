"""The register of children: one row per file, with search by name."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Identifier, Placeholder

from domain.event import Category, Erased
from domain.events.household import CITIZEN_ID
from domain.events.intake import ADMITTED, FILE_NO, NAME, RECEIVED, SEX
from domain.file import Attribute, Fact, File
from domain.life import BIRTH, STAGE, gone_since, is_birth_estimated
from domain.scope import scope_of
from ledger.sealing.cipher import Seal
from ledger.store import queries
from projections.counted_children import BANDS, COUNTED_ROWS, Population, Wanted, among
from projections.known import as_known
from projections.markers import Unversioned
from projections.model import ReadModel, RowContext
from projections.name_search import terms_of_names, terms_of_query, whole_number
from projections.obligations import OBLIGATIONS
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, page
from projections.situations import SITUATIONS
from projections.sorting import Sorts, alike, as_number

T = TypeVar("T")

FILES_AT_ONCE: Final = 1_000
SEALED_NAME: Final = "register.name"
SEALED_FILE_NO: Final = "register.file_no"
"""The context that the sealed values are bound to; they open in no other."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A child's file in the register, with the latest recorded values.

    `institution` to `sixteen_on` decide the scope. `file_no_term` and `citizen_id_term` are keyed hashes of
    these numbers. `opened` is the position of the first entry.
    """

    child: UUID
    institution: UUID | None
    former: list[UUID]
    former_until: list[date]
    place: str | None
    former_places: list[str]
    former_places_until: list[date]
    asked: UUID | None
    restricted_through: date | None
    sixteen_on: date | None
    file_no: bytes | None
    file_no_term: bytes | None
    citizen_id_term: bytes | None
    name: bytes | None
    sex: str | None
    birth_on: date | None
    birth_until: date | None
    birth_estimated: bool
    stage: str | None
    received_on: date | None
    admitted_on: date | None
    departed_on: date | None
    opened: int
    version: Annotated[int, Unversioned()]


@dataclass(frozen=True, slots=True)
class Indexed(Listed):
    """A row with the keyed hashes of which there may be many.

    `terms` are those of all its search terms, `file_no_terms` and `citizen_id_terms` those of all numbers
    that it has or had in this charge: a child that came again, or whose files were joined, has several.
    """

    terms: list[bytes]
    file_no_terms: list[bytes]
    citizen_id_terms: list[bytes]


@dataclass(frozen=True, slots=True)
class ListedOnDay(Listed):
    """A row with the number of its obligations that are overdue on a day."""

    overdue: int


def rows(file: File, reading: RowContext) -> Iterator[Indexed]:
    """Yield the one row of a file."""
    scope, seal = scope_of(file), reading.seal
    name, file_no = last_value(file, NAME), _holding(file, FILE_NO)
    birth, stage = _last_known(file, BIRTH), _latest(file, STAGE)
    born = None if birth is None else birth.held.value
    yield Indexed(
        child=reading.stream,
        institution=scope.institution,
        former=[each.institution for each in scope.former],
        former_until=[each.until for each in scope.former],
        place=scope.place,
        former_places=[each.place for each in scope.former_places],
        former_places_until=[each.until for each in scope.former_places],
        asked=scope.asked,
        restricted_through=scope.restricted_through,
        sixteen_on=scope.sixteen_on,
        file_no=_sealed(reading, file_no, SEALED_FILE_NO),
        file_no_term=_term(reading, file_no),
        citizen_id_term=_term(reading, last_value(file, CITIZEN_ID)),
        name=_sealed(reading, name, SEALED_NAME),
        sex=last_value(file, SEX),
        birth_on=None if born is None else born.first,
        birth_until=None if born is None else born.last,
        birth_estimated=birth is not None and is_birth_estimated(birth),
        stage=None if stage is None else stage.held.value,
        received_on=last_value(file, RECEIVED),
        admitted_on=last_value(file, ADMITTED),
        departed_on=gone_since(file),
        opened=file.opened.position,
        version=file.version,
        terms=sorted(seal.term(term) for term in _terms(file)),
        file_no_terms=_number_terms(reading, numbers_in_charge(file, FILE_NO)),
        citizen_id_terms=_number_terms(reading, numbers_in_charge(file, CITIZEN_ID)),
    )


def _facts(file: File, attribute: Attribute[T]) -> list[Fact[T]]:
    facts = file.facts(attribute).get("", [])
    return [fact for fact in facts if not isinstance(fact.held.value, Erased)]


def _latest(file: File, attribute: Attribute[T]) -> Fact[T] | None:
    return next(reversed(_facts(file, attribute)), None)


def last_value(file: File, attribute: Attribute[T]) -> T | None:
    """Return the latest value of an attribute, even if it holds no longer."""
    fact = _last_known(file, attribute)
    return None if fact is None else fact.held.value


def _last_known(file: File, attribute: Attribute[T]) -> Fact[T] | None:
    return next((fact for fact in reversed(_facts(file, attribute)) if fact.held.value is not None), None)


def _holding(file: File, attribute: Attribute[str]) -> str | None:
    """Return the latest number if it holds: that of a file that was handed over is no longer its number."""
    fact = _latest(file, attribute)
    return None if fact is None else fact.held.value


def numbers_in_charge(file: File, attribute: Attribute[str]) -> list[Fact[str]]:
    """Return the facts of a number in this charge: none counts that was before the last end."""
    facts = _facts(file, attribute)
    ends = [place for place, fact in enumerate(facts, 1) if fact.held.value is None]
    return facts[max(ends, default=0) :]


def _term(reading: RowContext, number: str | None) -> bytes | None:
    return None if number is None else reading.seal.term(whole_number(number))


def _number_terms(reading: RowContext, facts: Sequence[Fact[str]]) -> list[bytes]:
    return sorted({reading.seal.term(whole_number(fact.held.value or "")) for fact in facts})


def _terms(file: File) -> set[str]:
    """Return the search terms of the file: every name that the child ever had here, and every file number."""
    names = dict.fromkeys(fact.held.value or "" for fact in reversed(_facts(file, NAME)))
    numbers = {fact.held.value or "" for fact in _facts(file, FILE_NO)}
    return terms_of_names(names).union(*map(terms_of_query, numbers))


def _sealed(reading: RowContext, value: str | None, context: str) -> bytes | None:
    return None if value is None else reading.seal.seal(reading.stream, Category.IDENTITY, value, context)


def _opened(row: Indexed, seal: Seal) -> Indexed:
    def clear(value: bytes | None, context: str) -> bytes | None:
        opened = value and seal.open(row.child, Category.IDENTITY, value, context)
        return opened.encode() if isinstance(opened, str) else None

    return replace(row, name=clear(row.name, SEALED_NAME), file_no=clear(row.file_no, SEALED_FILE_NO))


REGISTER: Final = ReadModel("register", Indexed, rows, _opened)

_SQL: Final = queries.load_composable("projections", "register.sql")
_ON_DAYS: Final = frozenset(SITUATIONS.columns) & {spec.name for spec in fields(Listed)} - {"child"}
"""The columns that answer for one day."""
SORTS: Final = Sorts(Listed, "register", alike("sex", "birth_on", "stage", "admitted_on", "departed_on"))
SORTS_ON_A_DAY: Final = Sorts(Listed, "register", alike("sex", "birth_on"))
"""Of the register of a day: what does not differ between days."""


async def register(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    day: date,
    sees: Collection[Category],
    equal: Mapping[str, object],
    departed: bool | None = None,
    counted: Wanted | None = None,
    bands: tuple[int, ...] = BANDS,
    keyed: Callable[[str], bytes] | None = None,
    holding: Mapping[str, Sequence[bytes]] = MappingProxyType({}),
    on_day: bool = False,
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
) -> Page[ListedOnDay]:
    """Return the register's rows in a scope, in the order in which the files were opened.

    With `on_day`, where a child stands is answered for the day, and only those are listed of whom something
    had happened by then; otherwise by what is recorded latest. `known` is the position as known at which the
    rows are read, None for now. `equal` names columns and their required values, `holding` columns of keyed
    hashes and those that a row must have; `counted` keeps those who are counted so on the day (`Population`),
    by age in these `bands`; `keyed` hashes the terms of what is sealed wholly. `overdue` counts the
    obligations overdue on the day, as far as an actor who sees these categories may know.
    """
    table = "register" if known is None else "listed"
    shown = Identifier(table)
    rows: Composable = shown if known is None else _SQL["rows_known"]
    if on_day:
        rows = _SQL["rows_on"].format(rows=rows, shown=shown)

    def column(name: str) -> Composable:
        table = Identifier("situations") if on_day and name in _ON_DAYS else shown
        return SQL("{}.{}").format(table, Identifier(name))

    where = [scope, Condition(SQL("true"), {"day": day, "sees": sorted(sees)})]
    for name, value in equal.items():
        is_it = SQL("{} = {}").format(column(name), Placeholder(f"equal_{name}"))
        where.append(Condition(is_it, {f"equal_{name}": value}))
    if departed is not None:
        is_it = SQL("({} IS NOT NULL) = %(departed)s").format(column("departed_on"))
        where.append(Condition(is_it, {"departed": departed}))
    for name, wanted in (each for each in holding.items() if each[1]):
        has_them = SQL("{} @> {}").format(column(name), Placeholder(f"holding_{name}"))
        where.append(Condition(has_them, {f"holding_{name}": list(wanted)}))
    if counted is not None:
        where.append(among(column("child"), Population(where=counted, bands=bands, known=known, keyed=keyed)))
    columns = SQL(", ").join(column(spec.name) for spec in fields(Listed))
    select = _SQL["register"].format(columns=columns, shown=shown, rows=rows)
    then = as_known(known, {"listed": REGISTER, "obligations": OBLIGATIONS, **COUNTED_ROWS})
    return await page(
        connection,
        ListedOnDay,
        select,
        where,
        {f"{table}.opened": as_number},
        turn=turn,
        sorts=replace(SORTS, table=table),
        tables=then,
    )


async def names(
    connection: AsyncConnection[Any], children: Collection[UUID], known: int | None = None
) -> dict[UUID, tuple[bytes | None, bytes | None]]:
    """Return the latest names and file numbers of children, both sealed, in this order.

    `known` is the position as known at which they are read, None for now.
    """
    then = as_known(known, {"listed": REGISTER})
    shown = Identifier("register" if known is None else "listed")
    statement = SQL("{}{}").format(then.sql, _SQL["names"].format(shown=shown))
    cursor = await connection.execute(statement, {**then.parameters, "children": list(children)})
    return {child: (name, file_no) for child, name, file_no in await cursor.fetchall()}


async def file_numbers(
    connection: AsyncConnection[Any], institution: UUID, terms: Collection[bytes]
) -> dict[bytes, list[UUID]]:
    """Return the files of an institution that have numbers, by the terms of these; several may share one.

    A number that no file has now is that of the files that had it.
    """
    return await _by_term(connection, "file_numbers", institution, terms)


async def citizen_ids_at(
    connection: AsyncConnection[Any], place: str, terms: Collection[bytes]
) -> dict[bytes, list[UUID]]:
    """Return the files in a place's charge that have citizen ids, by the terms of these.

    A number that no file has now is that of the files that had it.
    """
    return await _by_term(connection, "citizen_ids_at", place, terms)


async def _by_term(
    connection: AsyncConnection[Any], query: str, whose: UUID | str, terms: Collection[bytes]
) -> dict[bytes, list[UUID]]:
    cursor = await connection.execute(_SQL[query], {"whose": whose, "terms": list(terms)})
    now: dict[bytes, list[UUID]] = defaultdict(list)
    before: dict[bytes, list[UUID]] = defaultdict(list)
    for term, child, has_it in await cursor.fetchall():
        (now if has_it else before)[bytes(term)].append(child)
    return before | now


async def in_charge_of(
    connection: AsyncConnection[Any], whose: UUID | str, after: int
) -> tuple[list[UUID], int]:
    """Return the next files in the charge of an institution or place, of those opened after a position.

    They are in the order in which they were opened, with the position to go on after.
    """
    charge = Identifier("institution" if isinstance(whose, UUID) else "place")
    asked = {"whose": whose, "after": after, "most": FILES_AT_ONCE}
    found = await (await connection.execute(_SQL["charges"].format(charge=charge), asked)).fetchall()
    return [child for child, _ in found], found[-1][1] if found else after
