"""The quarterly bulletin: how the data of the quarter were kept up to date, and what changed by them."""

from typing import Final

from api.issuing.declared_report import (
    NOT_KNOWN,
    WHO_IS_COUNTED,
    DeclaredReport,
    ReportRow,
    ReportSource,
    ReportTable,
    changed_by,
    counted_by,
    quarter_of_year,
)
from domain.entry import LATE_DAYS
from domain.label import Label
from projections.kept_current import entries_by_lateness

_IN_TIME: Final = ("in_time", Label("及时登记", "In time"))
_LATE: Final = ("late", Label("逾期登记", "Late"))


async def _entries(source: ReportSource) -> list[ReportRow]:
    in_time, late = await entries_by_lateness(
        source.connection, source.charge, source.before, source.as_of, source.known
    )
    return [ReportRow((_IN_TIME,), (in_time,)), ReportRow((_LATE,), (late,))]


QUARTERLY: Final = DeclaredReport(
    "quarterly",
    quarter_of_year,
    (WHO_IS_COUNTED, NOT_KNOWN),
    (
        ReportTable(
            "entries",
            Label("数据更新", "How data were kept up to date"),
            Label(
                f"期间内登记的条目数；发生之日后超过{LATE_DAYS}天登记的为逾期。",
                f"Entries recorded in the period; late is what was recorded more than {LATE_DAYS} days after"
                " its day.",
            ),
            {"when": Label("登记时间", "Recorded")},
            {"entries": Label("条目数", "Entries")},
            _entries,
            "entries",
        ),
        changed_by("changes", Label("儿童类别及变动", "Child categories and changes"), "child_category"),
        changed_by("rolls", Label("在册类别及变动", "Rolls and changes"), "community_roll"),
        changed_by("risks", Label("管理颜色及变动", "Risk colours and changes"), "risk_colour"),
        counted_by("ages", Label("年龄", "Ages"), "age_band"),
    ),
)
