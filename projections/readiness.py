"""Who is ready to leave care as an adult, on any day: the fourteen gates as intervals."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.events.placement import ROUTE
from domain.file import File
from domain.life import Life
from domain.obligations import History
from domain.readiness import Readiness, readiness_over_time, weight
from domain.rulebook import Rulebook
from domain.when import LAST_DAY, add
from projections.model import Reading, ReadModel, Row
from projections.paging import Condition, Key, Page, page

PREPARING_AGE: Final = 17.5
"""Years of age from which readiness is asked (domain.md 2.15, gate 1)."""


def rows(file: File, reading: Reading) -> Iterator[Row]:
    """One row an interval of days with one answer, from seventeen and a half on."""
    history = History(file, reading.rulebook)
    begins, turns_18 = history.turns(PREPARING_AGE), turns_18_on(file, reading.rulebook)
    if begins is None or turns_18 is None:
        return
    for since, until, answer in readiness_over_time(file, reading.rulebook, route_of, begins.last, LAST_DAY):
        gates = gates_json(answer, reading.rulebook)
        yield since, until, answer.status, answer.route, turns_18, orjson.dumps(gates).decode()


def turns_18_on(file: File, rulebook: Rulebook) -> date | None:
    """The day on which the person has certainly turned 18; None where the birth is unknown."""
    turns = History(file, rulebook).turns(18)
    return None if turns is None else turns.last


def route_of(life: Life) -> str | None:
    """The route by which the person is to leave care, as last decided."""
    fact = life.now(ROUTE)
    return None if fact is None else fact.held.value


def gates_json(answer: Readiness, rulebook: Rulebook) -> list[dict[str, Any]]:
    """The answers of the gates in the words of the contract."""
    return [
        {
            "gate": gate.number,
            "name_zh": gate.label.zh,
            "name_en": gate.label.en,
            "state": own.state,
            "weight": weight(gate, own, rulebook),
            "evidence": [str(entry) for entry in own.evidence],
            "missing_zh": own.missing.zh if own.missing else None,
            "missing_en": own.missing.en if own.missing else None,
            "source": rulebook[gate.rule].source,
            "verified": rulebook[gate.rule].verified,
        }
        for gate, own in answer.answers
    ]


READINESS = ReadModel(
    name="readiness",
    version=1,
    columns=("since", "until", "status", "route", "turns_18_on", "gates"),
    rows=rows,
)

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
_KEY: Final[Key] = {"y.turns_18_on": date.fromisoformat, "y.child": UUID}


async def readiness(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    day: date,
    within_months: int | None = None,
    status: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """Each young person's answer on a day, who turn 18 first first.

    `within_months` keeps those who have turned 18 by so many months after the day.
    """
    where = [scope, Condition(SQL("%(day)s BETWEEN y.since AND y.until"), {"day": day})]
    if within_months is not None:
        last = add(day, months=within_months)
        where.append(Condition(SQL("y.turns_18_on <= %(last)s"), {"last": last}))
    if status is not None:
        where.append(Condition(SQL("y.status = %(status)s"), {"status": status}))
    return await page(connection, _SELECT, where, _KEY, limit=limit, cursor=cursor)
