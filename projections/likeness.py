"""Files that may be the same child's, or that share a number that only one child can have.

What tells a child stands in rows of keyed hashes of their own, so that of a file of which several numbers are
said, such as one that another was joined to, each is compared. A likeness is a function of several files, so
these rows are queried for it. A citizen id is compared across the whole ledger; of a file outside the actor's
scope, the answer reveals only that it exists.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Literal, Placeholder

from domain.citizen_id import read
from domain.event import Category, Event, known
from domain.events.household import CITIZEN_ID as CITIZEN_ID_HELD
from domain.events.household import CitizenIdAssigned, HouseholdRegistered
from domain.events.intake import ADMITTED, NAME, RECEIVED, SEX, ChildAdmitted, ChildReceived
from domain.events.intake import FILE_NO as FILE_NO_HELD
from domain.file import File
from domain.life import BIRTH
from domain.rulebook import Rulebook
from domain.scope import scope_of
from ledger.store import queries
from projections.known import as_known
from projections.model import ReadModel, RowContext
from projections.name_search import whole_name, whole_number
from projections.paging import Condition
from projections.register import last_value, numbers_in_charge

KIND: Final = "possible_duplicate"
RESTS_ON: Final = Category.IDENTITY
MOST_OTHERS: Final = 20
"""Other files named at most."""
_BEHIND_ALL: Final = 2**63
"""Upper bound of the numbers of such findings, which follow all findings of the file itself."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """One way in which two files are alike: that both have one term of the rule.

    `within_institution` says that a number counts within the institution in charge alone.
    """

    rule: str
    within_institution: bool = False

    def text(self, number: str, institution: UUID | None) -> str | None:
        """Return the text whose keyed hash is the term of a number; None of one that counts nowhere."""
        if not self.within_institution:
            return whole_number(number)
        return None if institution is None else f"{institution} {whole_number(number)}"


ONE_CHILD: Final = Likeness("R-INT-5")
CITIZEN_ID: Final = Likeness("I32")
FILE_NO: Final = Likeness("I33", within_institution=True)
LIKENESSES: Final = (ONE_CHILD, CITIZEN_ID, FILE_NO)


@dataclass(frozen=True, slots=True)
class LikenessTerm:
    """What tells a child by a rule, as a keyed hash, and the day since which the file says it."""

    child: UUID
    rule: str
    term: bytes
    since: date


_Told: TypeAlias = tuple[str, str, date]
"""A rule, a text by which it compares, and the day since which the file says it."""


def rows(file: File, reading: RowContext) -> Iterator[LikenessTerm]:
    """Yield one row for each number, and for name, birth and sex together, of a file in its charge."""
    earliest: dict[tuple[str, str], date] = {}
    for rule, text, since in (*_numbers(file), *_who(file)):
        earliest[rule, text] = min(since, earliest.get((rule, text), since))
    for (rule, text), since in earliest.items():
        yield LikenessTerm(reading.stream, rule, reading.seal.term(text), since)


def _numbers(file: File) -> Iterator[_Told]:
    institution = scope_of(file).institution
    for likeness, attribute in ((CITIZEN_ID, CITIZEN_ID_HELD), (FILE_NO, FILE_NO_HELD)):
        for fact in numbers_in_charge(file, attribute):
            text = likeness.text(fact.held.value or "", institution)
            if text is not None:
                yield likeness.rule, text, fact.since


def _who(file: File) -> Iterator[_Told]:
    """Yield who the child is, once for whoever is in charge: with another's children it is not compared."""
    name, born, sex = last_value(file, NAME), last_value(file, BIRTH), last_value(file, SEX)
    if name is None or born is None or born.first is None or sex is None:
        return
    since = last_value(file, RECEIVED) or last_value(file, ADMITTED) or born.last
    scope = scope_of(file)
    for charge in (scope.institution, scope.place):
        if charge is not None:
            yield ONE_CHILD.rule, who_text(charge, name, born.first, sex), since


def who_text(charge: UUID | str, name: str, born: date, sex: str) -> str:
    """Return the text whose keyed hash is the term of who a child is, among those in one charge."""
    return f"{charge} {whole_name(name)} {born} {sex}"


LIKENESS_TERMS: Final = ReadModel("likeness_terms", LikenessTerm, rows, shares="term")
_SQL: Final = queries.load_composable("projections", "likeness_terms.sql")


def numbers_of(event: Event) -> Iterator[tuple[Likeness, str]]:
    """Yield the numbers that an event gives to a child and that only one child can have."""
    match event:
        case CitizenIdAssigned() | HouseholdRegistered():
            number = known(event.citizen_id)
            if number is not None and read(number) is not None:
                yield CITIZEN_ID, number
        case ChildReceived() | ChildAdmitted():
            if event.file_no is not None:
                yield FILE_NO, event.file_no


def found_alike(rulebook: Rulebook, scope: Condition) -> Condition:
    """Return a SELECT of the likenesses of the files in a scope as findings, in the columns of `findings`.

    The statement names the rows to compare `likeness_terms`.
    """
    words: list[object] = []
    for place, likeness in enumerate(LIKENESSES):
        rule = rulebook[likeness.rule]
        number = _BEHIND_ALL - len(LIKENESSES) + place
        words += [rule.id, number, rule.zh, rule.en, rule.source, rule.verified]
    names = [f"alike_{number}" for number in range(len(words))]
    row = SQL("({}::text, {}::bigint, {}::text, {}::text, {}::text, {}::boolean)")
    width = len(words) // len(LIKENESSES)
    rules = [
        row.format(*map(Placeholder, names[first : first + width])) for first in range(0, len(names), width)
    ]
    select = _SQL["alike"].format(
        rules=SQL(", ").join(rules),
        rests_on=Literal(RESTS_ON.value),
        kind=Literal(KIND),
        scope=scope.sql,
    )
    return Condition(select, {**scope.parameters, **dict(zip(names, words, strict=True))})


async def others(
    connection: AsyncConnection[Any],
    scope: Condition,
    findings: Iterable[tuple[UUID, str]],
    known: int | None = None,
) -> dict[tuple[UUID, str], list[UUID]]:
    """Return the other files of findings by child and rule, as far as they are in the scope.

    They are compared as known at a position, None for now.
    """
    then, asked = as_known(known, {LIKENESS_TERMS.name: LIKENESS_TERMS}), list(findings)
    statement = then.sql + _SQL["others"].format(scope=scope.sql, most=Literal(MOST_OTHERS))
    children, rules = [child for child, _ in asked], [rule for _, rule in asked]
    given = {**scope.parameters, **then.parameters, "children": children, "rules": rules}
    cursor = await connection.execute(statement, given)
    return {(child, rule): list(whose) for child, rule, whose in await cursor.fetchall()}


async def speaking(connection: AsyncConnection[Any], child: UUID, day: date) -> int:
    """Return the number of likenesses to other files that hold against a file on a day."""
    cursor = await connection.execute(_SQL["speaking"], {"child": child, "day": day})
    row = await cursor.fetchone()
    return 0 if row is None else int(row[0])


async def taken(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    terms: Mapping[Likeness, Collection[bytes]],
    but: UUID | None,
) -> dict[Likeness, list[UUID]]:
    """Return the numbers that another file has, with those files that are in the scope, possibly none.

    `terms` are the keyed hashes of numbers that a file will have; `but` is that file.
    """
    taken_numbers: dict[Likeness, list[UUID]] = {}
    statement = _SQL["taken"].format(scope=scope.sql, most=Literal(MOST_OTHERS))
    for likeness, hashes in terms.items():
        given = {**scope.parameters, "rule": likeness.rule, "terms": list(hashes), "but": but}
        having = await (await connection.execute(statement, given)).fetchall()
        if having:
            taken_numbers[likeness] = [child for child, within in having if within]
    return taken_numbers


async def holders(
    connection: AsyncConnection[Any], likeness: Likeness, terms: Collection[bytes]
) -> dict[bytes, set[UUID]]:
    """Return the files that have numbers, by term."""
    cursor = await connection.execute(_SQL["holders"], {"rule": likeness.rule, "terms": list(terms)})
    holding: dict[bytes, set[UUID]] = defaultdict(set)
    for term, child in await cursor.fetchall():
        holding[bytes(term)].add(child)
    return holding
