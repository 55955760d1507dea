"""What speaks against a file: breaches and gaps as found, unapproved exceptions, doubts, lapses."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.file import File
from domain.judging import findings as judged
from domain.rulebook import Rulebook
from domain.standing import lapses
from domain.when import LAST_DAY
from projections.model import Reading, ReadModel, Row
from projections.paging import Condition, Key, Page, page


def rows(file: File, reading: Reading) -> Iterator[Row]:
    """One row a finding."""
    return rows_under(file, reading.rulebook)


def rows_under(file: File, rulebook: Rulebook) -> Iterator[Row]:
    """One row a finding: on the day of its entry, or with the days on which something does not hold."""
    for judgement in judged(file, rulebook):
        kind = "exception_unapproved" if judgement.excused else judgement.refusal.kind
        entries = list(dict.fromkeys([judgement.entry.entry_id, *judgement.refusal.evidence]))
        detail = judgement.refusal.detail
        on = judgement.entry.days.last
        yield judgement.rule.id, kind, on, None, entries, detail and detail.zh, detail and detail.en
    for lapse in lapses(file, rulebook, LAST_DAY):
        refusal, detail = lapse.refusal, lapse.refusal.detail
        evidence = list(refusal.evidence)
        yield (
            refusal.rule,
            refusal.kind,
            lapse.since,
            lapse.until,
            evidence,
            detail and detail.zh,
            detail and detail.en,
        )


FINDINGS = ReadModel(
    name="findings",
    version=1,
    columns=("rule", "kind", "found_on", "until", "entries", "detail_zh", "detail_en"),
    rows=rows,
)

_SELECT: Final = SQL("SELECT f.* FROM findings f JOIN register ON register.child = f.child")
_KEY: Final[Key] = {
    "f.found_on": date.fromisoformat,
    "f.child": UUID,
    "f.rule": str,
    "f.entries": lambda ids: [UUID(each) for each in ids],
}


async def findings(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    day: date,
    rule: str | None = None,
    kind: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """The findings of a day, the oldest first: on entries until then, and what does not hold that day."""
    where = [
        scope,
        Condition(SQL("f.found_on <= %(day)s AND coalesce(f.until >= %(day)s, true)"), {"day": day}),
    ]
    if rule is not None:
        where.append(Condition(SQL("f.rule = %(rule)s"), {"rule": rule}))
    if kind is not None:
        where.append(Condition(SQL("f.kind = %(kind)s"), {"kind": kind}))
    return await page(connection, _SELECT, where, _KEY, limit=limit, cursor=cursor)
