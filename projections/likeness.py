"""Files that may be the same child's, or that share a number that only one child can have.

A likeness is a function of several files, so the register is queried for it. A citizen id is compared across
the whole ledger; of a file outside the actor's scope, the answer reveals only that it exists.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal, Placeholder

from domain.citizen_id import read
from domain.event import Category, Event, known
from domain.events.household import CitizenIdAssigned, HouseholdRegistered
from domain.events.intake import ChildAdmitted, ChildReceived
from domain.rulebook import Rulebook
from projections.known import as_known
from projections.paging import Condition
from projections.register import REGISTER

KIND: Final = "possible_duplicate"
RESTS_ON: Final = Category.IDENTITY
MOST_OTHERS: Final = 20
"""Other files named at most."""
_BEHIND_ALL: Final = 2**63
"""Upper bound of the numbers of such findings, which follow all findings of the file itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """One way in which two rows of the register are alike, and the day since which that is a finding.

    `since` is an expression of one row, `same` a condition of both, which asks for the same `columns`.
    `term` is the column with the keyed hash of a number, if that alone makes them alike.
    """

    rule: str
    since: LiteralString
    columns: tuple[str, ...]
    same: LiteralString
    term: str | None = None

    def begun(self, one: str) -> Composed:
        """Return the day since which the likeness is a finding against a row."""
        return SQL(self.since).format(one=Identifier(one))

    def alike(self, one: str, other: str) -> Composed:
        """Return the condition that two rows are alike."""
        return SQL(f"({self.same} AND {{other}}.child <> {{one}}.child)").format(
            one=Identifier(one), other=Identifier(other)
        )


ONE_CHILD: Final = Likeness(
    "R-INT-5",
    "coalesce({one}.received_on, {one}.admitted_on, {one}.birth_until)",
    ("name_term", "birth_on"),
    "{other}.name_term = {one}.name_term"
    " AND ({other}.institution = {one}.institution OR {other}.place = {one}.place)"
    " AND {other}.birth_on = {one}.birth_on AND {other}.sex = {one}.sex",
)
CITIZEN_ID: Final = Likeness(
    "I32",
    "{one}.citizen_id_on",
    ("citizen_id_term",),
    "{other}.citizen_id_term = {one}.citizen_id_term",
    "citizen_id_term",
)
FILE_NO: Final = Likeness(
    "I33",
    "{one}.file_no_on",
    ("file_no_term",),
    "{other}.file_no_term = {one}.file_no_term AND {other}.institution = {one}.institution",
    "file_no_term",
)
LIKENESSES: Final = (ONE_CHILD, CITIZEN_ID, FILE_NO)


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


@dataclass(frozen=True, slots=True)
class Compared:
    """The rows that are compared: their name in a statement, and the FROM that also has `register` as now."""

    name: str
    rows: Composable


_AS_NOW: Final = Compared("register", SQL("register"))
_AS_KNOWN: Final = Compared("listed", SQL("listed JOIN register ON register.child = listed.child"))


def compared_as_known(position: int | None) -> Compared:
    """Return the rows to compare as known at a position, which the statement names `listed`; None is now."""
    return _AS_NOW if position is None else _AS_KNOWN


def found_alike(rulebook: Rulebook, scope: Condition, compared: Compared) -> Condition:
    """Return a SELECT of the likenesses of the files in a scope as findings, in the columns of `findings`."""
    selects: list[Composed] = []
    parameters: dict[str, object] = {}
    for place, likeness in enumerate(LIKENESSES):
        rule = rulebook[likeness.rule]
        columns = {
            "rule": rule.id,
            "zh": rule.zh,
            "en": rule.en,
            "source": rule.source,
            "verified": rule.verified,
        }
        parameters |= {f"alike_{name}_{place}": value for name, value in columns.items()}
        selects.append(
            SQL("""
                SELECT register.child, {number}::bigint, ARRAY[{rests_on}], {rule}::text, {kind}::text,
                       {since}, NULL::date, ARRAY[]::uuid[], {zh}::text, {en}::text, {source}::text,
                       {verified}::boolean, NULL::bytea
                  FROM {rows}
                 WHERE {scope} AND {since} IS NOT NULL
                   AND ({columns}) IN (
                       SELECT {repeated} FROM {compared} GROUP BY {repeated} HAVING count(*) > 1)
                   AND EXISTS (SELECT FROM {compared} other WHERE {alike})
            """).format(
                number=Literal(_BEHIND_ALL - len(LIKENESSES) + place),
                rests_on=Literal(RESTS_ON.value),
                kind=Literal(KIND),
                since=likeness.begun(compared.name),
                alike=likeness.alike(compared.name, "other"),
                columns=SQL(", ").join(Identifier(compared.name, each) for each in likeness.columns),
                repeated=SQL(", ").join(map(Identifier, likeness.columns)),
                scope=scope.sql,
                rows=compared.rows,
                compared=Identifier(compared.name),
                **{name: Placeholder(f"alike_{name}_{place}") for name in columns},
            )
        )
    return Condition(SQL(" UNION ALL ").join(selects), {**scope.parameters, **parameters})


async def others(
    connection: AsyncConnection[Any],
    scope: Condition,
    findings: Iterable[tuple[UUID, str]],
    known: int | None = None,
) -> dict[tuple[UUID, str], list[UUID]]:
    """Return the other files of findings by child and rule, as far as they are in the scope.

    They are compared as known at a position, None for now.
    """
    compared, then = compared_as_known(known), as_known(known, {"listed": REGISTER})
    children: dict[str, list[UUID]] = defaultdict(list)
    for child, rule in findings:
        children[rule].append(child)
    named: dict[tuple[UUID, str], list[UUID]] = {}
    for likeness in LIKENESSES:
        if likeness.rule not in children:
            continue
        cursor = await connection.execute(
            SQL("""
                {then}
                SELECT one.child, (array_agg(register.child ORDER BY register.opened))[:{most}]
                  FROM {compared} one, {rows}
                 WHERE one.child = ANY (%(children)s) AND {scope} AND {alike}
                 GROUP BY one.child
            """).format(
                then=then.sql,
                most=Literal(MOST_OTHERS),
                compared=Identifier(compared.name),
                rows=compared.rows,
                alike=likeness.alike("one", compared.name),
                scope=scope.sql,
            ),
            {**scope.parameters, **then.parameters, "children": children[likeness.rule]},
        )
        named |= {(child, likeness.rule): list(whose) for child, whose in await cursor.fetchall()}
    return named


async def speaking(connection: AsyncConnection[Any], child: UUID, day: date) -> int:
    """Return the number of likenesses to other files that hold against a file on a day."""
    counts = SQL(" + ").join(
        SQL(
            "(SELECT count(*) FROM register one WHERE one.child = %(child)s AND {} <= %(day)s"
            " AND EXISTS (SELECT FROM register other WHERE {}))"
        ).format(likeness.begun("one"), likeness.alike("one", "other"))
        for likeness in LIKENESSES
    )
    cursor = await connection.execute(SQL("SELECT {}").format(counts), {"child": child, "day": day})
    row = await cursor.fetchone()
    return 0 if row is None else int(row[0])


async def taken(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    terms: Mapping[Likeness, Collection[bytes]],
    institution: UUID | None,
    but: UUID | None,
) -> dict[Likeness, list[UUID]]:
    """Return the numbers that another file has, with those files that are in the scope, possibly none.

    `terms` are the keyed hashes of numbers that a file of an institution will have; `but` is that file.
    """
    taken_numbers: dict[Likeness, list[UUID]] = {}
    for likeness, hashes in terms.items():
        assert likeness.term is not None  # noqa: S101 - only numbers are given
        elsewhere = SQL("true") if likeness is CITIZEN_ID else SQL("register.institution = %(institution)s")
        cursor = await connection.execute(
            SQL("""
                SELECT register.child, {scope}
                  FROM register
                 WHERE register.{term} = ANY (%(terms)s) AND register.child IS DISTINCT FROM %(but)s
                   AND {elsewhere}
                 ORDER BY {scope} DESC, register.opened
                 LIMIT {most}
            """).format(
                scope=scope.sql,
                term=Identifier(likeness.term),
                elsewhere=elsewhere,
                most=Literal(MOST_OTHERS),
            ),
            {**scope.parameters, "terms": list(hashes), "but": but, "institution": institution},
        )
        rows = await cursor.fetchall()
        if rows:
            taken_numbers[likeness] = [child for child, within in rows if within]
    return taken_numbers


async def holders(
    connection: AsyncConnection[Any],
    likeness: Likeness,
    terms: Collection[bytes],
    institution: UUID | None,
) -> dict[bytes, set[UUID]]:
    """Return the files that have numbers, by term; file numbers are those of the institution."""
    assert likeness.term is not None  # noqa: S101 - only numbers are given
    within = SQL("true") if likeness is CITIZEN_ID else SQL("institution = %(institution)s")
    cursor = await connection.execute(
        SQL("SELECT {term}, child FROM register WHERE {term} = ANY (%(terms)s) AND {within}").format(
            term=Identifier(likeness.term), within=within
        ),
        {"terms": list(terms), "institution": institution},
    )
    holding: dict[bytes, set[UUID]] = defaultdict(set)
    for term, child in await cursor.fetchall():
        holding[bytes(term)].add(child)
    return holding
