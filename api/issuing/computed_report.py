"""A report as it is computed: canonical JSON, the same for ever from the same ledger, rules and programme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from uuid import UUID

from api.issuing.declared_report import DeclaredReport, ReportPeriod, ReportRow, ReportSource, ReportTable
from api.issuing.half_yearly_comparison import HALF_YEARLY
from api.issuing.placement_statistics import PLACEMENT
from api.issuing.progress_report import PROGRESS
from api.issuing.quarterly_bulletin import QUARTERLY
from domain.events.institution.particulars import OPENED
from domain.label import Label
from domain.life import Life
from domain.rulebook import Rulebook
from domain.when import LAST_DAY
from ledger.canonical import canonical
from ledger.ledger import Ledger
from projections.projector.projector import Projector
from projections.small_numbers import SMALLEST_TOLD, LinearSum, withheld_numbers

REPORTS: Final[Mapping[str, DeclaredReport]] = MappingProxyType(
    {each.code: each for each in (PROGRESS, HALF_YEARLY, QUARTERLY, PLACEMENT)}
)
"""Every report by its code."""
NumberKey: TypeAlias = tuple[int, int, str] | str
"""A number by its table, row and column; a total by its name, which tables share."""
_UNKNOWN: Final = "unknown"
"""Says of a number that nobody knows it, apart from one that is not told."""
_FEW: Final = Label(
    f"少于{SMALLEST_TOLD}的数字以及由其可推算的数字不予公布。",
    f"Numbers below {SMALLEST_TOLD} are not told, nor those from which they would follow.",
)


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """What a report is computed by: whose it is, of which period, as of which day and as known at what."""

    report: DeclaredReport
    institution: UUID
    period: ReportPeriod
    as_of: date
    known: int
    epoch: int


@dataclass(frozen=True, slots=True)
class ComputedReport:
    """A report as bytes, with the rulebook that counted."""

    content: bytes
    rulebook: Rulebook


async def computed_report(ledger: Ledger, projector: Projector, asked: ReportAsked) -> ComputedReport:
    """Compute a report. The read models must have been written as known at the position."""
    own = await ledger.file(asked.institution, asked.known)
    assert own is not None, "an institution has a file"  # noqa: S101 - it records in it
    rulebook = await ledger.rulebook_known(asked.institution, asked.known)
    named = Life(own, LAST_DAY, rulebook).now(OPENED)
    async with projector.reading() as connection:
        source = ReportSource(connection, asked.institution, own, asked.period, asked.as_of, asked.known)
        tables = [(table, await table.rows(source)) for table in asked.report.tables]
        models = projector.read_from.version
    withheld = withheld_numbers(*numbers_and_sums(tables))
    period = asked.period
    content = {
        "report": asked.report.code,
        "title": _words(asked.report.title),
        "institution": {
            "institution": str(asked.institution),
            "name": None if named is None else named.held.value,
        },
        "period": {
            "year": period.year,
            "part": period.part,
            **_words(period.label),
            "from": period.since.isoformat(),
            "to": period.until.isoformat(),
        },
        "as_of": asked.as_of.isoformat(),
        "known_position": asked.known,
        "epoch": asked.epoch,
        "rules": rulebook.digest,
        "programme": {"version": version("childledger"), "read_models": models},
        "definitions": [_words(each) for each in (*asked.report.definitions, _FEW)],
        "tables": [_table(number, table, rows, withheld) for number, (table, rows) in enumerate(tables)],
    }
    return ComputedReport(canonical(content), rulebook)


def numbers_and_sums(
    tables: Sequence[tuple[ReportTable, Sequence[ReportRow]]],
) -> tuple[dict[NumberKey, int], list[LinearSum[NumberKey]]]:
    """Return every number of a report, and what adds up among them, across its tables too."""
    numbers: dict[NumberKey, int] = {}
    sums: list[LinearSum[NumberKey]] = []
    for number, (table, rows) in enumerate(tables):
        for line, row in enumerate(rows):
            counts = zip(table.counts, row.counts, strict=True)
            known = {name: count for name, count in counts if count is not None}
            cells = {name: (number, line, name) for name in known}
            numbers |= {cells[name]: count for name, count in known.items()}
            if table.balance and table.balance.keys() <= known.keys():
                sums.append({cells[name]: times for name, times in table.balance.items()})
            for name, whole in table.part_of.items():
                if {name, whole} <= known.keys():
                    others = (number, line, f"{whole} without {name}")
                    numbers[others] = known[whole] - known[name]
                    sums.append({cells[name]: 1, others: 1, cells[whole]: -1})
        for name, count in _totals(table, rows).items():
            total = table.totals[name]
            numbers[total] = count
            sums.append({**{(number, line, name): 1 for line in range(len(rows))}, total: -1})
        for name, whole in table.part_of.items():
            part, every = table.totals.get(name), table.totals.get(whole)
            if part in numbers and every in numbers:
                rest = f"{every} without {part}"
                numbers[rest] = numbers[every] - numbers[part]
                sums.append({part: 1, rest: 1, every: -1})
        if table.balance and all(table.totals.get(name) in numbers for name in table.balance):
            sums.append({table.totals[name]: times for name, times in table.balance.items()})
    return numbers, sums


def _totals(table: ReportTable, rows: Sequence[ReportRow]) -> dict[str, int]:
    """Return the sums of the counts that have one; what is not known of one row has none."""
    places = {name: place for place, name in enumerate(table.counts)}
    counts = {name: [row.counts[places[name]] for row in rows] for name in table.totals}
    known = {name: [each for each in column if each is not None] for name, column in counts.items()}
    return {name: sum(known[name]) for name, column in counts.items() if len(known[name]) == len(column)}


def _table(
    number: int, table: ReportTable, rows: Sequence[ReportRow], withheld: frozenset[NumberKey]
) -> dict[str, Any]:
    totals = _totals(table, rows)
    return {
        "table": table.name,
        "title": _words(table.title),
        "definition": _words(table.definition),
        "counted": dict(table.asked),
        "by": [{"column": name, **_words(label)} for name, label in table.by.items()],
        "counts": [{"column": name, **_words(label)} for name, label in table.counts.items()],
        "chart": table.chart,
        "rows": [
            {
                "values": [{"value": value, **_words(label)} for value, label in row.values],
                "counts": [
                    None if (number, line, name) in withheld else _UNKNOWN if count is None else count
                    for name, count in zip(table.counts, row.counts, strict=True)
                ],
            }
            for line, row in enumerate(rows)
        ],
        "totals": [
            None if name not in totals or table.totals[name] in withheld else totals[name]
            for name in table.counts
        ]
        if totals
        else None,
    }


def _words(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}
