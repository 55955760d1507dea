"""Which children there are, as the register shows them, and who among them has a name."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier, Placeholder

from domain.charge import scope_of
from domain.event import Category
from domain.events.intake import ADMITTED, FILE_NO, NAME, RECEIVED, SEX
from domain.file import Attribute, Fact, File
from domain.life import BIRTH, GONE, STAGE
from projections.model import Reading, ReadModel, Row
from projections.paging import Condition, Key, Page, page
from projections.search import fold_text, terms_of_name

T = TypeVar("T")


def rows(file: File, reading: Reading) -> Iterator[Row]:
    """One row: what was recorded last of each, whichever day it is."""
    if file.stream is None:
        return
    scope, seal = scope_of(file), reading.seal
    name, file_no = _last(file, NAME), _last(file, FILE_NO)
    birth, stage = _last(file, BIRTH), _last(file, STAGE)
    received, admitted = _last(file, RECEIVED), _last(file, ADMITTED)
    names = {fact.held.value for fact in file.facts(NAME).get("", []) if fact.held.value is not None}
    numbers = {fact.held.value for fact in file.facts(FILE_NO).get("", []) if fact.held.value is not None}
    terms = {term for own in names for term in terms_of_name(own)} | {fold_text(own) for own in numbers}
    born = None if birth is None else birth.held.value
    yield (
        scope.institution,
        [each.institution for each in scope.former],
        [each.until for each in scope.former],
        scope.region,
        scope.sixteen_on,
        _sealed(file, reading, file_no),
        None if file_no is None else seal.term(fold_text(file_no.held.value or "")),
        _sealed(file, reading, name),
        _value(_last(file, SEX)),
        None if born is None else born.first,
        None if born is None else born.last,
        _value(stage),
        _value(received),
        _value(admitted),
        stage.held.since if stage is not None and stage.held.value in GONE else None,
        min((entry.position for entry in file.entries.values()), default=0),
        file.version,
        sorted(seal.term(term) for term in terms),
    )


def _last(file: File, attribute: Attribute[T]) -> Fact[T] | None:
    facts = file.facts(attribute).get("", [])
    return facts[-1] if facts else None


def _value(fact: Fact[T] | None) -> T | None:
    return None if fact is None else fact.held.value


def _sealed(file: File, reading: Reading, fact: Fact[str] | None) -> bytes | None:
    if fact is None or fact.held.value is None or file.stream is None:
        return None
    return reading.seal.seal(file.stream, Category.IDENTITY, fact.held.value)


REGISTER = ReadModel(
    name="register",
    version=1,
    columns=(
        "institution",
        "former",
        "former_until",
        "region",
        "sixteen_on",
        "file_no",
        "file_no_term",
        "name",
        "sex",
        "birth_on",
        "birth_until",
        "stage",
        "received_on",
        "admitted_on",
        "departed_on",
        "opened",
        "version",
        "terms",
    ),
    rows=rows,
)

_SELECT: Final = SQL("""
    SELECT register.*,
           (SELECT count(*) FROM obligations o
             WHERE o.child = register.child AND o.opened_on <= %(day)s AND o.due_on < %(day)s
               AND coalesce(o.met_on > %(day)s, true) AND coalesce(o.void_on > %(day)s, true)) AS overdue
      FROM register
""")
_KEY: Final[Key] = {"register.opened": int}


async def register(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    day: date,
    equal: Mapping[str, object],
    departed: bool | None = None,
    terms: Sequence[bytes] = (),
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """The register's rows in a scope, in the order in which the files were opened.

    `equal` names columns and the value they must have; `terms` are the keyed hashes that a row must have.
    `overdue` counts what is overdue on the day.
    """
    where = [scope, Condition(SQL("true"), {"day": day})]
    for column, value in equal.items():
        name = f"equal_{column}"
        where.append(
            Condition(SQL("register.{} = {}").format(Identifier(column), Placeholder(name)), {name: value})
        )
    if departed is not None:
        where.append(
            Condition(SQL("(register.departed_on IS NOT NULL) = %(departed)s"), {"departed": departed})
        )
    if terms:
        where.append(Condition(SQL("register.terms @> %(terms)s"), {"terms": list(terms)}))
    return await page(connection, _SELECT, where, _KEY, limit=limit, cursor=cursor)
