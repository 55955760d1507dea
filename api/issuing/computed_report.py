"""A report as it is computed: canonical JSON, the same for ever from the same ledger, rules and programme."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from api.issuing.adoption_statistics import ADOPTION
from api.issuing.crossed_tables import margins, pooled_lines, small_cells
from api.issuing.declared_report import (
    OF_A_REGION,
    DeclaredReport,
    NumberKey,
    ReportPeriod,
    ReportRow,
    ReportSource,
    ReportTable,
)
from api.issuing.earlier_reports import counted_over_time
from api.issuing.half_yearly_comparison import HALF_YEARLY
from api.issuing.kept_reports import KeptReports
from api.issuing.placed_institutions import PlacedInstitutions, name_in, region_in, told_around
from api.issuing.placement_statistics import PLACEMENT
from api.issuing.progress_report import PROGRESS
from api.issuing.quarterly_bulletin import QUARTERLY
from api.issuing.region_and_parts import ToldAround, add_told_around
from api.issuing.report_issuer import Issuer
from api.issuing.sealed_parts import ERASED
from api.issuing.told_before import CountedOverTime, numbers_beside
from domain.events.institution.reporting import ReportIssued
from domain.file import File
from domain.label import Label
from domain.rulebook import Rulebook
from ledger.canonical import canonical
from ledger.ledger import Ledger
from projections.projector.projector import Projector
from projections.small_numbers import SMALLEST_TOLD, LinearSum, withheld_numbers

REPORTS: Final[Mapping[str, DeclaredReport]] = MappingProxyType(
    {each.code: each for each in (PROGRESS, HALF_YEARLY, QUARTERLY, PLACEMENT, ADOPTION)}
)
"""Every report by its code."""
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
    issuer: Issuer
    period: ReportPeriod
    as_of: date
    known: int
    epoch: int


@dataclass(frozen=True, slots=True)
class ComputedReport:
    """A report as bytes, with the rulebook that counted."""

    content: bytes
    rulebook: Rulebook


async def computed_report(
    ledger: Ledger, projector: Projector, kept: KeptReports, asked: ReportAsked, every: Collection[UUID]
) -> ComputedReport:
    """Compute a report. The read models must have been written as known at the position.

    `every` are the institutions of the ledger. What follows from it and from reports that were issued before
    is not told either, nor what follows from it and what is public.
    """
    issuer, known = asked.issuer, asked.known
    own = await ledger.file(issuer.file, known) or File(issuer.file)
    rulebook = await ledger.rulebook_known(None if issuer.region else issuer.file, known)
    places = PlacedInstitutions(ledger, known, every)
    institutions = {issuer.file: own} if issuer.region is None else await places.within(issuer.region)
    async with projector.reading() as connection:
        source = ReportSource(
            connection,
            issuer,
            own,
            institutions,
            issuer.region or region_in(own),
            asked.period,
            asked.as_of,
            known,
            partial(_files, ledger, known),
        )
        tables = [(table, await table.rows(source)) for table in asked.report.tables]
        counted = await counted_over_time(kept, REPORTS, asked.report, source)
        told = await told_around(kept, REPORTS, source, places)
        models = projector.read_from.version
    withheld = await asyncio.to_thread(_withheld, source, tables, counted, told)
    of_region = () if issuer.region is None else (OF_A_REGION,)
    period = asked.period
    content = {
        "report": asked.report.code,
        "title": _words(asked.report.title),
        "institution": {"institution": str(issuer.file), "name": issuer.name or name_in(own)}
        | ({} if issuer.region is None else {"region": issuer.region}),
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
        "erased": _erased(tables),
        "definitions": [_words(each) for each in (*of_region, *asked.report.definitions, _FEW)],
        "tables": [_table(number, table, rows, withheld) for number, (table, rows) in enumerate(tables)],
    }
    return ComputedReport(canonical(content), rulebook)


async def kept_event(kept: KeptReports, asked: ReportAsked, computed: ComputedReport) -> ReportIssued:
    """Keep a report, and return the event by which the institution's file says that it was issued."""
    return ReportIssued(
        report=asked.report.code,
        year=asked.period.year,
        part=asked.period.part,
        as_of=asked.as_of,
        known_position=asked.known,
        rules=computed.rulebook.digest,
        sha256=await kept.keep(computed.content),
    )


def _withheld(
    source: ReportSource,
    tables: Sequence[tuple[ReportTable, Sequence[ReportRow]]],
    counted: Sequence[CountedOverTime],
    told: ToldAround,
) -> frozenset[NumberKey]:
    """Return which numbers are not told."""
    numbers, sums = numbers_and_sums(tables)
    lines = {number: rows for number, (_, rows) in enumerate(tables)}
    known = numbers_beside(source.before, source.as_of, counted, lines)
    add_told_around(known, counted, lines, source, told)
    withheld = withheld_numbers(
        {**known.numbers, **numbers},
        [*sums, *known.sums],
        unshown=known.unshown,
        told=known.told,
        hidden=known.hidden | small_cells(tables),
    )
    return withheld | _pooled(tables)


def numbers_and_sums(
    tables: Sequence[tuple[ReportTable, Sequence[ReportRow]]],
) -> tuple[dict[NumberKey, int], list[LinearSum[NumberKey]]]:
    """Return every number of a report, and what adds up among them, across its tables too."""
    numbers: dict[NumberKey, int] = {}
    sums: list[LinearSum[NumberKey]] = []
    for number, (table, rows) in enumerate(tables):
        pooled = pooled_lines(table, rows)
        for line, row in enumerate(rows):
            if line not in pooled:
                cells: dict[str, NumberKey] = {name: (number, line, name) for name in table.counts}
                counts = dict(zip(table.counts, row.counts, strict=True))
                _add(numbers, sums, table, cells, counts)
        totals = _totals(table, rows)
        for name in totals:
            sum_: dict[NumberKey, int] = {
                (number, line, name): 1 for line in range(len(rows)) if line not in pooled
            }
            if pooled:
                # What those that are not told are together follows from the total.
                numbers[number, len(rows), name] = sum(rows[line].counts[0] or 0 for line in pooled)
                sum_[number, len(rows), name] = 1
            sums.append({**sum_, table.totals[name]: -1})
        _add(numbers, sums, table, dict(table.totals), {name: totals.get(name) for name in table.counts})
    return numbers, [*sums, *margins(tables)]


def _add(
    numbers: dict[NumberKey, int],
    sums: list[LinearSum[NumberKey]],
    table: ReportTable,
    cells: Mapping[str, NumberKey],
    counts: Mapping[str, int | None],
) -> None:
    """Add the numbers of a row, or of the totals, and what adds up in it."""
    known = {name: count for name, count in counts.items() if count is not None and name in cells}
    numbers |= {cells[name]: count for name, count in known.items()}
    if table.balance and table.balance.keys() <= known.keys():
        sums.append({cells[name]: times for name, times in table.balance.items()})
    for name, whole in table.part_of.items():
        if {name, whole} <= known.keys():
            others = f"{cells[whole]} without {cells[name]}"
            numbers[others] = known[whole] - known[name]
            sums.append({cells[name]: 1, others: 1, cells[whole]: -1})


def _pooled(tables: Sequence[tuple[ReportTable, Sequence[ReportRow]]]) -> frozenset[NumberKey]:
    """Return which numbers of what is sealed are not told, whatever the others are."""
    return frozenset(
        (number, line, name)
        for number, (table, rows) in enumerate(tables)
        for line in pooled_lines(table, rows)
        for name in table.counts
    )


def _erased(tables: Sequence[tuple[ReportTable, Sequence[ReportRow]]]) -> int:
    """Return of how many the key is destroyed that would tell what is sealed."""
    return max(
        (
            row.counts[0] or 0
            for table, rows in tables
            if table.sealed
            for row in rows
            if row.values[0][0] == ERASED
        ),
        default=0,
    )


async def _files(ledger: Ledger, known: int, children: Collection[UUID]) -> Mapping[UUID, File]:
    return await ledger.files(children, known)


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
