"""The half-yearly comparison with other departments' data: what was compared, found and settled."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import chain
from typing import Final

from api.issuing.declared_report import (
    NOT_KNOWN,
    WHO_IS_COUNTED,
    DeclaredReport,
    ReportRow,
    ReportSource,
    ReportTable,
    changed_by,
    half_of_year,
)
from domain.codes import tables
from domain.event import Answered, known
from domain.events.institution.reporting import DataComparisonRun
from domain.label import Label
from projections.kept_current import differences_by_system

_SYSTEM: Final = {"system": Label("对方系统", "Other system")}


def _called(system: str | None) -> tuple[str, Label]:
    if system is None:
        return "several", Label("多个来源", "Several sources")
    code = tables()["other_system"].codes[system]
    return system, Label(code.zh, code.en)


async def _differences(source: ReportSource) -> list[ReportRow]:
    found = await differences_by_system(
        source.connection, source.charge, source.before, source.as_of, source.known
    )
    return [
        ReportRow((_called(each.system),), (each.opening, each.found, each.settled, each.remaining))
        for each in found
    ]


async def _runs(source: ReportSource) -> list[ReportRow]:
    found: defaultdict[tuple[date, str | None], list[DataComparisonRun]] = defaultdict(list)
    for each in chain.from_iterable(file.of(DataComparisonRun) for file in source.institutions.values()):
        if source.period.since <= each.days.last <= source.as_of:
            found[each.days.last, each.event.system].append(each.event)
    return [
        ReportRow(
            (_called(system), _on(day)),
            (_summed(each.compared for each in runs), _summed(each.differences for each in runs)),
        )
        for (day, system), runs in sorted(found.items(), key=lambda each: (each[0][0], each[0][1] or ""))
    ]


def _summed(counts: Iterable[Answered[int]]) -> int | None:
    """Return how many there were in all comparisons of one day; None where one does not say."""
    numbers = [known(each) for each in counts]
    told = [each for each in numbers if each is not None]
    return sum(told) if len(told) == len(numbers) else None


def _on(day: date) -> tuple[str, Label]:
    return day.isoformat(), Label(day.isoformat(), day.isoformat())


HALF_YEARLY: Final = DeclaredReport(
    "half_yearly",
    half_of_year,
    (WHO_IS_COUNTED, NOT_KNOWN),
    (
        ReportTable(
            "runs",
            Label("比对情况", "Comparisons"),
            Label(
                "期间内各次比对的人数和不一致的人数。",
                "How many children were compared each time in the period, and how many differed.",
            ),
            {**_SYSTEM, "on": Label("日期", "Day")},
            {
                "compared": Label("比对人数", "Compared"),
                "differences": Label("不一致人数", "With a difference"),
            },
            _runs,
        ),
        ReportTable(
            "differences",
            Label("不一致的核实", "What became of differences"),
            Label(
                "期初未核实的，期间内新发现的和已核实的，截至日仍未核实的，按项数；期初＋新发现－已核实＝未核实。"
                "对方又改了说法的，原差异计入已核实，改后的另计新发现。",
                "Differences that were open at first, were found and settled in the period, and were open on"
                " the last day; open at first + found - settled = open. Where they say something else again,"
                " the first difference counts as settled, and the other one as found.",
            ),
            _SYSTEM,
            {
                "opening": Label("期初未核实", "Open at first"),
                "found": Label("新发现", "Found"),
                "settled": Label("已核实", "Settled"),
                "remaining": Label("未核实", "Open"),
            },
            _differences,
            "remaining",
            balance={"opening": 1, "found": 1, "settled": -1, "remaining": -1},
            totals={each: f"{each} differences" for each in ("opening", "found", "settled", "remaining")},
        ),
        changed_by("changes", Label("儿童类别及变动", "Child categories and changes"), "child_category"),
        changed_by("situations", Label("儿童情况及变动", "Children's situations and changes"), "situation"),
    ),
)
