"""What speaks against a file: breaches and gaps as found, unapproved exceptions, doubts, lapses."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.file import File
from domain.judging import Judgement
from domain.judging import findings as judged
from domain.rulebook import Rulebook
from domain.standing import Lapse, lapses
from domain.when import LAST_DAY
from projections.model import Reading, ReadModel
from projections.paging import Condition, Key, Page, as_day, as_id, as_number, page


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that speaks against a file, in words that name nobody.

    It speaks from `found_on` on: the day of its entry, or the first day on which something does not hold,
    with `until` the last one, None where it goes on. `number` counts the findings of a file.
    """

    child: UUID
    number: int
    rule: str
    kind: str
    found_on: date
    until: date | None
    entries: list[UUID]
    zh: str
    en: str
    source: str

    def speaks(self, day: date) -> bool:
        """Whether it speaks against the file on a day."""
        return self.found_on <= day and (self.until is None or day <= self.until)


def findings_of(file: File, child: UUID, rulebook: Rulebook) -> Iterator[Finding]:
    """Yield everything that speaks against a file, today or on any other day."""
    of_entries = map(against_entry, judged(file, rulebook))
    of_days = (_against_days(child, lapse, rulebook) for lapse in lapses(file, rulebook, LAST_DAY))
    for number, finding in enumerate(chain(of_entries, of_days)):
        yield replace(finding, number=number)


def against_entry(judgement: Judgement) -> Finding:
    """Return what speaks against one entry as a finding."""
    entry, refusal = judgement.entry, judgement.refusal
    sentence = judgement.rule.sentence(refusal.detail)
    return Finding(
        child=entry.stream,
        number=0,
        rule=judgement.rule.id,
        kind="exception_unapproved" if judgement.excused else refusal.kind,
        found_on=entry.days.last,
        until=None,
        entries=list(dict.fromkeys([entry.entry_id, *refusal.evidence])),
        zh=sentence.zh,
        en=sentence.en,
        source=judgement.rule.source,
    )


def _against_days(child: UUID, lapse: Lapse, rulebook: Rulebook) -> Finding:
    rule = rulebook[lapse.refusal.rule]
    sentence = rule.sentence(lapse.refusal.detail)
    return Finding(
        child=child,
        number=0,
        rule=rule.id,
        kind=lapse.refusal.kind,
        found_on=lapse.since,
        until=None if lapse.until == LAST_DAY else lapse.until,
        entries=list(lapse.refusal.evidence),
        zh=sentence.zh,
        en=sentence.en,
        source=rule.source,
    )


def rows(file: File, reading: Reading) -> Iterator[Finding]:
    """Yield one row a finding."""
    return findings_of(file, reading.child, reading.rulebook)


FINDINGS: Final = ReadModel("findings", Finding, rows)

# Whether two files tell of one child is no function of either, so it is asked of the register.
_SELECT: Final = SQL("""
    SELECT f.*
      FROM (SELECT * FROM findings
             UNION ALL
            SELECT own.child, %(alike_number)s, %(alike_rule)s, 'possible_duplicate',
                   coalesce(own.received_on, own.admitted_on, own.birth_until), NULL, ARRAY[]::uuid[],
                   %(alike_zh)s, %(alike_en)s, %(alike_source)s
              FROM register own
             WHERE own.birth_until IS NOT NULL
               AND EXISTS (SELECT FROM register other
                            WHERE other.name_term = own.name_term AND other.child <> own.child
                              AND other.institution = own.institution
                              AND other.birth_on = own.birth_on AND other.sex = own.sex)
           ) AS f
      JOIN register ON register.child = f.child
""")
_BEHIND_ALL: Final = 2**31 - 1
"""The number of the finding that another file may be the same child's: behind all of the file's own."""
DUPLICATES: Final = "R-INT-5"
_KEY: Final[Key] = {"f.found_on": as_day, "f.child": as_id, "f.number": as_number}


async def findings(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    rulebook: Rulebook,
    day: date,
    rule: str | None = None,
    kind: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Finding]:
    """Return what speaks against files on a day, what has spoken longest first."""
    one_file = rulebook[DUPLICATES]
    alike = {
        "alike_number": _BEHIND_ALL,
        "alike_rule": one_file.id,
        "alike_zh": one_file.zh,
        "alike_en": one_file.en,
        "alike_source": one_file.source,
    }
    where = [
        scope,
        Condition(SQL("true"), alike),
        Condition(SQL("f.found_on <= %(day)s AND coalesce(f.until >= %(day)s, true)"), {"day": day}),
    ]
    if rule is not None:
        where.append(Condition(SQL("f.rule = %(rule)s"), {"rule": rule}))
    if kind is not None:
        where.append(Condition(SQL("f.kind = %(kind)s"), {"kind": kind}))
    return await page(connection, Finding, _SELECT, where, _KEY, limit=limit, cursor=cursor)
