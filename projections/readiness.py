"""Readiness for leaving care as an adult, on any day: the fourteen gates as intervals."""

from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from datetime import date
from itertools import chain
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.event import EVERY_CATEGORY, WHOLLY_SEALED, Category
from domain.events.placement.gates import route
from domain.file import File
from domain.life import ADULT, Life
from domain.obligations import History, clocks
from domain.readiness import GATES, Readiness, Status, blocks, next_due, readiness_over_time, weight
from domain.readiness import readiness as readiness_on
from domain.resting import NOTHING, Categories
from domain.rulebook import Rulebook
from domain.scope import OFFICER_AGE
from domain.when import Days, add
from ledger.store import queries
from projections.acting_rules import ActingRules
from projections.known import as_known
from projections.model import ReadModel, RowContext
from projections.obligations import OBLIGATIONS
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, in_charge, in_place, page
from projections.sorting import Key, Sorts, alike, as_day, as_id
from projections.withholding import listed

MOST_MONTHS: Final = 12 * (ADULT - OFFICER_AGE)
"""Months ahead through which everybody is listed who turns 18."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The readiness of a young person in care during an interval of days.

    They turn 18 between `turns_18_from`, None where the birth may lie any time back, and `turns_18_on`.

    `gates` is a list in JSON, in the form of the contract. `rests_on` are the categories of personal data
    that its answers reveal. `not_ready_by` and `deferred_by` have, for each answer that prevents or defers
    readiness, the categories that it rests on, joined by blanks; `stuck_at` has the gates of the former.
    """

    child: UUID
    since: date
    until: date
    rests_on: list[str]
    not_ready_by: list[str]
    stuck_at: list[int]
    deferred_by: list[str]
    route: str | None
    turns_18_from: date | None
    turns_18_on: date | None
    gates: str


@dataclass(frozen=True, slots=True)
class ReadyOnDay(Ready):
    """The readiness on one day, with its status and the next obligation due.

    An obligation that rests on a wholly sealed category is never the next one; it is among the obligations.
    """

    status: Status
    next_due_on: date | None
    next_rule: str | None
    next_rests_on: list[str]

    def gates_shown(self, sees: AbstractSet[Category]) -> str:
        """Return `gates` for an actor who sees these categories."""
        if set(map(Category, self.rests_on)) <= sees:
            return self.gates
        return orjson.dumps([_shown(each, sees) for each in orjson.loads(self.gates)]).decode()

    def revealed(self, sees: AbstractSet[Category]) -> Categories:
        """Return the categories revealed to an actor who sees these."""
        every = frozenset(map(Category, [*self.rests_on, *self.next_rests_on]))
        if every <= sees:
            return every
        gates = (each["rests_on"] or () for each in orjson.loads(self.gates_shown(sees)))
        return frozenset(map(Category, chain(self.next_rests_on, *gates)))


def rows(file: File, reading: RowContext) -> Iterator[Ready]:
    """Yield one row per interval of days with one answer: in care, from when they may be `OFFICER_AGE` on."""
    history = History(file, reading.rulebook)
    begins, turns_18 = history.turns(OFFICER_AGE), history.turns(ADULT)
    if begins is None or turns_18 is None:
        return
    for stay in history.stays():
        first = max(begins.earliest, stay.since)
        times = readiness_over_time(
            file, reading.rulebook, route, first, stay.until, sees=EVERY_CATEGORY - WHOLLY_SEALED
        )
        for since, until, answer in times:
            yield _ready(reading.stream, since, until, answer, turns_18, reading.rulebook)


def ready_on(
    file: File, child: UUID, rulebook: Rulebook, day: date, sees: AbstractSet[Category] = EVERY_CATEGORY
) -> ReadyOnDay:
    """Return the readiness on any day, at any age, in care or not, for an actor who sees these categories."""
    answer = readiness_on(Life(file, day, rulebook), rulebook, route, sees)
    visible = (clock for clock in clocks(file, rulebook) if clock.rests_on <= sees - WHOLLY_SEALED)
    following = next_due(visible, day)
    ready = _ready(child, day, day, answer, History(file, rulebook).turns(ADULT), rulebook)
    return ReadyOnDay(
        **{spec.name: getattr(ready, spec.name) for spec in fields(ready)},
        status=answer.status,
        next_due_on=None if following is None else following.due.last,
        next_rule=None if following is None else following.rule,
        next_rests_on=[] if following is None else listed(following.rests_on),
    )


def _ready(  # noqa: PLR0917 - all that there is to say of an answer
    child: UUID, since: date, until: date, answer: Readiness, turns_18: Days | None, rulebook: Rulebook
) -> Ready:
    shown = [(gate, result) for gate, result in answer.answers if result.state != "restricted"]
    stuck = [(gate, result) for gate, result in shown if blocks(gate, result, rulebook)]
    return Ready(
        child=child,
        since=since,
        until=until,
        rests_on=listed(NOTHING.union(*(result.rests_on for _, result in shown))),
        not_ready_by=[" ".join(listed(result.rests_on)) for _, result in stuck],
        stuck_at=[gate.number for gate, _ in stuck],
        deferred_by=[" ".join(listed(result.rests_on)) for _, result in stuck if result.deferring],
        route=answer.route,
        turns_18_from=None if turns_18 is None else turns_18.first,
        turns_18_on=None if turns_18 is None else turns_18.last,
        gates=_gates(answer, rulebook),
    )


def _gates(answer: Readiness, rulebook: Rulebook) -> str:
    """Return the answers of the gates as JSON, each with its words, its weight that day and its source."""
    gates = [
        {
            "gate": gate.number,
            "name_zh": gate.label.zh,
            "name_en": gate.label.en,
            "state": result.state,
            "weight": weight(gate, result, rulebook),
            "evidence": result.evidence,
            "missing_zh": result.missing and result.missing.zh,
            "missing_en": result.missing and result.missing.en,
            "rule": (result.rule or rulebook[gate.rule]).id,
            "source": (result.rule or rulebook[gate.rule]).source,
            "verified": (result.rule or rulebook[gate.rule]).verified,
            "rests_on": None if result.state == "restricted" else listed(result.rests_on),
        }
        for gate, result in answer.answers
    ]
    return orjson.dumps(gates).decode()


def _shown(gate: dict[str, Any], sees: AbstractSet[Category]) -> dict[str, Any]:
    """Return one answer of `_gates` for an actor who sees these categories."""
    if gate["rests_on"] is None or set(map(Category, gate["rests_on"])) <= sees:
        return gate
    gate_weight = GATES[gate["gate"]].weight
    return gate | {
        "state": "restricted",
        "weight": "warns" if gate_weight == "blocks" and not gate["verified"] else gate_weight,
        "evidence": [],
        "missing_zh": None,
        "missing_en": None,
        "rests_on": None,
    }


READINESS: Final = ReadModel("readiness", Ready, rows)

_SQL: Final = queries.load_composable("projections", "readiness.sql")
_SELECT: Final = _SQL["readiness"].format(status=_SQL["status"])
_KEY: Final[Key] = {"y.turns_18_on": as_day, "y.child": as_id}
SORTS: Final = Sorts(ReadyOnDay, "y", alike("turns_18_on", "route"))


@dataclass(frozen=True, slots=True)
class ReadinessCounts:
    """How many young people have each status, and how many are kept from being ready by each gate."""

    statuses: dict[Status, int]
    stuck_at: dict[int, int]


async def readiness(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    sees: Collection[Category],
    day: date,
    within_months: int | None = None,
    statuses: Sequence[Status] = (),
    gate: int | None = None,
    route: str | None = None,
    institution: UUID | None = None,
    place: str | None = None,
    acting: ActingRules | None = None,
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
) -> Page[ReadyOnDay]:
    """Return the readiness of each young person on a day for these categories, the earliest to turn 18 first.

    The filters are those of `readiness_counts`. `statuses`, if any, keeps those with one of them, `place`
    those in its charge, and `acting` those not ready at whose first gate somebody must act first.
    """
    where = [scope, *readiness_asked(sees, day, within_months, gate, route, institution)]
    if statuses:
        where.append(having_status(statuses))
    if place is not None:
        where.append(in_place(place))
    if acting is not None:
        rules = {number: gate.rule for number, gate in GATES.items()}
        where += [acting.on_gate(rules, _SQL["first_gate"]), _NOT_READY]
    then = as_known(known, {"readiness": READINESS, "obligations": OBLIGATIONS})
    return await page(connection, ReadyOnDay, _SELECT, where, _KEY, turn=turn, sorts=SORTS, tables=then)


async def readiness_counts(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    sees: Collection[Category],
    day: date,
    within_months: int | None = None,
    gate: int | None = None,
    route: str | None = None,
    institution: UUID | None = None,
    known: int | None = None,
) -> ReadinessCounts:
    """Count the young people in care on a day, by what is shown for these categories.

    `within_months` keeps those who may have turned 18 by that many months after the day, at most
    `MOST_MONTHS`, `gate` those whom that gate keeps from being ready, `route` those whose approved plan has
    that route, `institution` those in its charge.
    `known` is the position as known at which they are read, None for now.
    """
    then = as_known(known, {"readiness": READINESS})
    where = [then, scope, *readiness_asked(sees, day, within_months, gate, route, institution)]
    condition = SQL(" AND ").join([each.sql for each in where[1:]])
    given = {name: value for each in where for name, value in each.parameters.items()}
    found = []
    for question in ("counts", "stuck"):
        statement = then.sql + _SQL[question].format(status=_SQL["status"], condition=condition)
        cursor = await connection.execute(statement, given)
        found.append(dict(await cursor.fetchall()))
    return ReadinessCounts(*found)


_NOT_READY: Final = Condition(SQL("({}) = 'not_ready'").format(_SQL["status"]), {})


def having_status(statuses: Sequence[Status]) -> Condition:
    """Return the condition that intervals `y` have one of these statuses."""
    standing_so = SQL("({}) = ANY (%(statuses)s)").format(_SQL["status"])
    return Condition(standing_so, {"statuses": list(statuses)})


def readiness_asked(  # noqa: PLR0917 - the filters
    sees: Collection[Category],
    day: date,
    within_months: int | None,
    gate: int | None,
    route: str | None,
    institution: UUID | None,
) -> Iterator[Condition]:
    """Yield the conditions of the intervals `y` of a day, by the filters of `readiness_counts`."""
    yield Condition(SQL("daterange(y.since, y.until, '[]') @> %(day)s"), {"day": day, "sees": listed(sees)})
    if within_months is not None:
        last = add(day, months=within_months)
        yield Condition(SQL("coalesce(y.turns_18_from <= %(last)s, true)"), {"last": last})
    if gate is not None:
        yield Condition(_SQL["stuck_at"], {"gate": gate})
    if route is not None:
        yield Condition(SQL("coalesce(y.route = %(route)s, false)"), {"route": route})
    if institution is not None:
        yield in_charge(institution)
