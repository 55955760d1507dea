"""What earlier reports of an institution told of the numbers of one, and what is public of them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import orjson
from psycopg.sql import SQL, Composable

from api.issuing.declared_report import (
    DeclaredReport,
    ReportPeriod,
    ReportRow,
    ReportSource,
    ReportTable,
    counted_public,
    identity,
)
from api.issuing.kept_reports import KeptReports
from api.issuing.report_issuer import places_in
from api.issuing.told_before import CountedOverTime, PublicStock, ToldTable, boundaries
from domain.events.institution.reporting import ReportIssued
from domain.file import File
from domain.when import day_after, day_before, month_end
from projections.child_counts import CountedCell, stock
from projections.counted_children import Population
from projections.dimensions import NOTHING
from projections.paging import Condition
from projections.public_counts import ToldCells, group_of, public_cells

_EVERYBODY: Final = Condition(SQL("true"), {})
_OF_INSTITUTION: Final = group_of(("institution",)) or ()


async def counted_over_time(
    kept: KeptReports, reports: Mapping[str, DeclaredReport], report: DeclaredReport, source: ReportSource
) -> list[CountedOverTime]:
    """Return the tables of a report that count children, over the days that earlier reports share with it.

    They are those that the institution issued of days that meet these, as known at the position.
    """
    told = await told_tables(kept, reports, source.own, source)
    days = {source.before, source.as_of}
    days |= {day for tables in told.values() for each in tables for day in (each.before, each.as_of)}
    found = []
    for place, table in enumerate(report.tables):
        if table.over_time:
            between = {each: await _rows(table, source, each) for each in boundaries(days)}
            public = [
                await _public(table, source, day)
                for day in (source.before, source.as_of)
                if day == month_end(day) and counted_public(table)
            ]
            found.append(CountedOverTime(place, table, between, told.get(table.identity, ()), public))
    return found


async def _rows(table: ReportTable, source: ReportSource, days: tuple[date, date]) -> Sequence[ReportRow]:
    before, as_of = days
    period = replace(source.period, since=day_after(before), until=as_of)
    return await table.rows(replace(source, period=period, as_of=as_of))


async def told_tables(
    kept: KeptReports, reports: Mapping[str, DeclaredReport], file: File, source: ReportSource
) -> Mapping[str, Sequence[ToldTable]]:
    """Return the tables of the reports of a file that meet the days, by what tells their numbers apart."""
    found: dict[str, list[ToldTable]] = {}
    for entry in file.of(ReportIssued):
        event = entry.event
        period = reports[event.report].period(event.year, event.part)
        if period is None or not _meet(period, event.as_of, source):
            continue
        content = await kept.kept(event.sha256)
        if content is None:
            # Nobody has what was lost.
            continue
        totals = {table.name: table.totals for table in reports[event.report].tables}
        for table in orjson.loads(content)["tables"]:
            by = [each["column"] for each in table["by"]]
            told = _as_told(table, totals.get(table["table"], {}), day_before(period.since), event.as_of)
            found.setdefault(identity(by, table["counted"]), []).append(told)
    return found


def _meet(period: ReportPeriod, as_of: date, source: ReportSource) -> bool:
    return day_before(period.since) <= source.as_of and source.before <= as_of


def _as_told(table: Mapping[str, Any], totals: Mapping[str, str], before: date, as_of: date) -> ToldTable:
    columns = [each["column"] for each in table["counts"]]
    return ToldTable(
        before,
        as_of,
        {
            tuple(each["value"] for each in row["values"]): dict(zip(columns, row["counts"], strict=True))
            for row in table["rows"]
        },
        {
            totals[column]: number
            for column, number in zip(columns, table["totals"] or (), strict=False)
            if column in totals
        },
    )


async def _public(table: ReportTable, source: ReportSource, day: date) -> PublicStock:
    """Return what is public of a day by what a table is by, as known at the position."""
    by = tuple(table.by)
    group = group_of(by)
    assert group is not None, "it is public"  # noqa: S101 - by `counted_public`
    counted, told, total = await _counted(source, group, by, day)
    _, institutions, _ = await _counted(source, _OF_INSTITUTION, ("institution",), day)
    tells_own, parts = None, 0
    if source.issuer.region is None:
        tells_own = institutions.get((str(source.issuer.file),), 0) is not None
    else:
        _, places, _ = await _counted(source, _OF_INSTITUTION, ("place",), day)
        within = places_in(source.issuer.region)
        told_here = [institutions.get((str(each),)) for each in source.institutions]
        told_here += [
            count for (place,), count in places.items() if place != NOTHING and place.startswith(within)
        ]
        parts = sum(each or 0 for each in told_here)
    at = [group.index(name) for name in by]
    every: dict[tuple[str, ...], int] = {}
    for cell, count in counted.items():
        own = tuple(cell[each] for each in at)
        every[own] = every.get(own, 0) + count
    return PublicStock(day, told, every, total is not None, tells_own, parts)


async def _counted(
    source: ReportSource, group: Sequence[str], by: Sequence[str], day: date
) -> tuple[Mapping[CountedCell, int], ToldCells, int | None]:
    """Return who is counted by a group, what is public of it by some of its dimensions, and in all."""
    population = Population(group, known=source.known)
    counted = await stock(source.connection, _everybody, population, day)
    return counted, *await asyncio.to_thread(public_cells, group, counted, by)


def _everybody(_day: Composable, _sixteen_on: Composable) -> Condition:
    return _EVERYBODY
