"""What came of the placements of a year as an adult: home, work, army, household, the way back (D9)."""

from typing import Final

from api.contract.placement_answers import PLACED, PLACED_BY, placement_value
from api.issuing.declared_report import DeclaredReport, ReportRow, ReportSource, ReportTable, whole_year
from domain.codes import tables
from domain.label import Label
from projections.dimensions import UNKNOWN
from projections.placements import OUTCOMES, placement_counts

_COUNTS: Final = {"placed": PLACED, **OUTCOMES}


async def _by_route(source: ReportSource) -> list[ReportRow]:
    since, until = source.period.since, source.as_of
    cells = await placement_counts(
        source.connection, source.scope, ("route",), since, until, until, known=source.known
    )
    # What is not known is no code, and comes last.
    routes = [*tables()["placement_route"].codes, UNKNOWN]
    return [
        ReportRow(((each, placement_value("route", each, {})),), cells[each,])
        for each in routes
        if (each,) in cells
    ]


PLACEMENT: Final = DeclaredReport(
    "placement",
    whole_year,
    (
        Label(
            "统计对象：期间内完成成年安置、当日由本机构负责的青年；安置后的去向按截至日的记录统计。",
            "Counted are the young people who were placed as adults in the period while the institution was"
            " in charge; what came of it is as recorded for the last day.",
        ),
        Label(
            "有住房、就业、入伍：安置之日起至截至日曾经有；迁出户口：安置时已迁出或者此后迁出；"
            "返院：安置中止后返院。"
            "没有记录的不计入，不等于没有。",
            "Housed, employed and enlisted is who ever was from the placement to the last day; the"
            " household moved by the placement or after it; came back is whose placement was reversed."
            " What is not recorded is not counted, which is not to say that there is none.",
        ),
    ),
    (
        ReportTable(
            "outcomes",
            Label("各安置方式的结果", "Outcomes by route"),
            Label(
                "期间内各安置方式安置的人数，以及其中各项结果的人数；一人可有多项结果。",
                "How many were placed by each route, and how many of them had each outcome; one person may"
                " have several.",
            ),
            {"route": PLACED_BY["route"]},
            _COUNTS,
            _by_route,
            "placed",
            totals={each: f"{each} in all" for each in _COUNTS},
            part_of=dict.fromkeys(OUTCOMES, "placed"),
        ),
    ),
)
