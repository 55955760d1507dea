"""Who is ready to leave care as an adult, on any day: the fourteen gates as intervals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.file import File
from domain.gates import PREPARING_AGE, route
from domain.life import Life
from domain.obligations import History, clocks
from domain.readiness import Readiness, Status, next_due, readiness_over_time, weight
from domain.readiness import readiness as readiness_on
from domain.rulebook import Rulebook
from domain.when import add
from projections.model import Reading, ReadModel
from projections.paging import Condition, Key, Page, as_day, as_id, page


@dataclass(frozen=True, slots=True)
class Ready:
    """How a young person in care stands from one day to another.

    `gates` is a list in JSON, as the contract has it.
    """

    child: UUID
    since: date
    until: date
    status: Status
    route: str | None
    turns_18_on: date | None
    gates: str


@dataclass(frozen=True, slots=True)
class ReadyOnDay(Ready):
    """The same on one day, with the nearest thing due then."""

    next_due_on: date | None
    next_rule: str | None


def rows(file: File, reading: Reading) -> Iterator[Ready]:
    """Yield one row an interval of days with one answer: while in care, from seventeen and a half on."""
    history = History(file, reading.rulebook)
    begins, turns_18 = history.turns(PREPARING_AGE), turns_18_on(file, reading.rulebook)
    if begins is None or turns_18 is None:
        return
    for stay in history.stays():
        first = max(begins.last, stay.since)
        times = readiness_over_time(file, reading.rulebook, route, first, stay.until)
        for since, until, answer in times:
            gates = _gates(answer, reading.rulebook)
            yield Ready(reading.child, since, until, answer.status, answer.route, turns_18, gates)


def ready_on(file: File, child: UUID, rulebook: Rulebook, day: date) -> ReadyOnDay:
    """Return how somebody stands on any day, whatever the age and in care or not."""
    answer = readiness_on(Life(file, day, rulebook), rulebook, route)
    following = next_due(clocks(file, rulebook), day)
    return ReadyOnDay(
        child=child,
        since=day,
        until=day,
        status=answer.status,
        route=answer.route,
        turns_18_on=turns_18_on(file, rulebook),
        gates=_gates(answer, rulebook),
        next_due_on=None if following is None else following.due.last,
        next_rule=None if following is None else following.rule,
    )


def turns_18_on(file: File, rulebook: Rulebook) -> date | None:
    """Return the day on which the person has certainly turned 18; None where the birth is unknown."""
    turns = History(file, rulebook).turns(18)
    return None if turns is None else turns.last


def _gates(answer: Readiness, rulebook: Rulebook) -> str:
    """Return the answers of the gates, each with its words, its weight that day and its source, as JSON."""
    gates = [
        {
            "gate": gate.number,
            "name_zh": gate.label.zh,
            "name_en": gate.label.en,
            "state": own.state,
            "weight": weight(gate, own, rulebook),
            "evidence": own.evidence,
            "missing_zh": own.missing and own.missing.zh,
            "missing_en": own.missing and own.missing.en,
            "source": rulebook[gate.rule].source,
            "verified": rulebook[gate.rule].verified,
        }
        for gate, own in answer.answers
    ]
    return orjson.dumps(gates).decode()


READINESS: Final = ReadModel("readiness", Ready, rows)

_SELECT: Final = SQL("""
    SELECT y.*, following.due_on AS next_due_on, following.rule AS next_rule
      FROM readiness y JOIN register ON register.child = y.child
      LEFT JOIN LATERAL (
          SELECT o.due_on, o.rule FROM obligations o
           WHERE o.child = y.child AND o.opened_on <= %(day)s
             AND coalesce(o.met_on > %(day)s, true) AND coalesce(o.void_on > %(day)s, true)
           ORDER BY o.due_on, o.rule LIMIT 1
      ) AS following ON true
""")
_KEY: Final[Key] = {"y.turns_18_on": as_day, "y.child": as_id}


async def readiness(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    day: date,
    within_months: int | None = None,
    statuses: Sequence[Status] = (),
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ReadyOnDay]:
    """Return each young person's answer on a day, who turn 18 first first.

    `within_months` keeps those who have turned 18 by so many months after the day, `statuses` those who stand
    so, where any is given.
    """
    where = [scope, Condition(SQL("%(day)s BETWEEN y.since AND y.until"), {"day": day})]
    if within_months is not None:
        last = add(day, months=within_months)
        where.append(Condition(SQL("y.turns_18_on <= %(last)s"), {"last": last}))
    if statuses:
        where.append(Condition(SQL("y.status = ANY (%(statuses)s)"), {"statuses": list(statuses)}))
    return await page(connection, ReadyOnDay, _SELECT, where, _KEY, limit=limit, cursor=cursor)
