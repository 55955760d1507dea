"""What an institution reports: progress, its year, comparisons of data, bulletins (报告 · 数据)."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Final

from annotated_types import Ge, Le

from domain.entry import AnyEntry, Entry
from domain.envelope import Sha256
from domain.event import (
    Amount,
    Answered,
    Category,
    Code,
    Count,
    Event,
    Label,
    NotAfter,
    Number,
    Personal,
    Text,
    Title,
    Unit,
    Year,
)
from domain.events.institution.duties import by_month, recurring
from domain.obligations import Clock, History, obligation
from domain.shared_fields import LedgerPosition

WEIHAI: Final = "威海市民政局等《实施意见》（2021-11-08）四（三）"
GUIZHOU: Final = "贵州省民政厅等《关于加强流动儿童关爱保护的若干措施》（2025-02-17）一（一）"
RUGAO: Final = "如皋市民政局《2021年如皋市儿童福利工作要点》（2021-04-07）三（一）"

Quarter = Annotated[int, Ge(1), Le(4)]


class ProgressReported(
    Event, zh="工作进展汇总报送", en="Progress reported", source=WEIHAI, kind="institution"
):
    """The progress of a year's work was reported to the civil-affairs bureau."""

    year: Annotated[Year, Label("年度", "Year")]
    reported_to: Annotated[Answered[Title], Label("报送单位", "Reported to"), Personal(Category.IDENTITY)]
    summary: Annotated[Text | None, Label("内容摘要", "Summary"), Personal(Category.IDENTITY)] = None


class AnnualWorkReportFiled(
    Event,
    zh="年度工作报告",
    en="Annual work report filed",
    source="全国儿童福利信息系统（NS）机构年度工作报告",
    kind="institution",
):
    """The institution reported on its year, with what it took in and spent."""

    year: Annotated[Year, Label("年度", "Year")]
    filed_with: Annotated[Answered[Title], Label("报送单位", "Filed with"), Personal(Category.IDENTITY)]
    income_yuan: Annotated[Answered[Amount], Label("年度收入", "Income"), Unit("yuan", "元")]
    expenditure_yuan: Annotated[Answered[Amount], Label("年度支出", "Expenditure"), Unit("yuan", "元")]


class DataComparisonRun(Event, zh="信息比对核实", en="Data compared", source=GUIZHOU, kind="institution"):
    """The children on the roll were compared with the data of other departments, and differences resolved.

    Of a file of theirs that was compared here, the system, its day, its digest and the numbers of rows are
    kept, and of those rows that are of no child here nothing else.
    """

    sources: Annotated[
        Answered[Title], Label("比对的数据来源", "Sources compared with"), Personal(Category.IDENTITY)
    ]
    compared: Annotated[Answered[Count], Label("比对人数", "Children compared")]
    differences: Annotated[Answered[Count], Label("不一致人数", "Children with a difference")]
    resolved: Annotated[Answered[Count], Label("已核实更新人数", "Differences resolved")]
    system: Annotated[str | None, Label("对方系统", "Other system"), Code("other_system")] = None
    as_of: Annotated[date | None, Label("对方数据截至日期", "Their data as of"), NotAfter()] = None
    sha256: Annotated[
        Number | None, Label("对方文件的摘要", "Digest of their file"), Personal(Category.IDENTITY)
    ] = None
    rows: Annotated[Count | None, Label("对方文件的行数", "Rows of their file")] = None
    only_here: Annotated[Count | None, Label("仅我方有的人数", "Children whom only we list")] = None
    only_there: Annotated[Count | None, Label("仅对方有的行数", "Rows that only they have")] = None
    not_compared: Annotated[Count | None, Label("无法比对的行数", "Rows that could not be compared")] = None


class QuarterlyBulletinIssued(
    Event, zh="季度通报", en="Quarterly bulletin issued", source=RUGAO, kind="institution"
):
    """A bulletin told how the data of a quarter were kept up to date."""

    year: Annotated[Year, Label("年度", "Year")]
    quarter: Annotated[Quarter, Label("季度", "Quarter")]
    issued_to: Annotated[Answered[Title], Label("通报对象", "Issued to"), Personal(Category.IDENTITY)]


class ReportIssued(Event, zh="出具报告", en="Report issued", source=WEIHAI, kind="institution"):
    """A report was issued: numbers as of a day and as known at a position, which are not changed any more.

    It stands in the file of the institution that issued it, or in that of the region whose bureau did.
    `sha256` is the digest of the report as it was issued, `rules` that of the rulebook that counted. `part`
    is the half or the quarter of the year, where the report is of one.
    """

    report: Annotated[str, Label("报告", "Report"), Code("report")]
    year: Annotated[Year, Label("年度", "Year")]
    part: Annotated[Quarter | None, Label("半年或者季度", "Half or quarter")] = None
    as_of: Annotated[date, Label("数据截至日期", "Data as of"), NotAfter()]
    known_position: Annotated[LedgerPosition, Label("所知时点（账本位置）", "Known at position")]
    rules: Annotated[Sha256, Label("规则集的摘要", "Digest of the rulebook")]
    sha256: Annotated[Sha256, Label("报告的摘要", "Digest of the report")]


ISSUED: Final = (ReportIssued,)
"""What a supervisor issues in the name of the institution, recorded with what is issued and never by hand."""


class DataQualityChecked(
    Event,
    zh="数据质量核查",
    en="Data quality checked",
    source="如皋市民政局《2021年如皋市儿童福利工作要点》（2021-04-07）四",
    kind="institution",
):
    """Somebody checked whether what is kept in a national or provincial system is right and up to date."""

    system: Annotated[Answered[Title], Label("信息系统", "System"), Personal(Category.IDENTITY)]
    checked: Annotated[Answered[Count], Label("核查条数", "Records checked")]
    wrong: Annotated[Answered[Count], Label("有误条数", "Records that were wrong")]


@obligation("D24", kind="institution")
def progress_is_reported(history: History) -> Iterator[Clock]:
    """The progress of each year is reported by the end of October, or the report of that year is issued."""
    done = _by_day([*history.all(ProgressReported), *_issued(history, "progress")])
    yield from by_month("D24", history, done, lambda each: each.event.year)


@obligation("R-REP-1", kind="institution")
def data_are_compared(history: History) -> Iterator[Clock]:
    """Who compares the data of children on the roll compares them every half-year, from the first time on."""
    yield from recurring("R-REP-1", history, history.all(DataComparisonRun))


@obligation("R-REP-2", kind="institution")
def bulletins_are_issued(history: History) -> Iterator[Clock]:
    """Who issues bulletins on the data issues one every quarter, from the first one on."""
    yield from recurring("R-REP-2", history, _bulletins(history))


def _bulletins(history: History) -> Iterator[AnyEntry]:
    """Yield each bulletin; the report of a quarter is one unless that quarter had one before."""
    told: set[tuple[int, int | None]] = set()
    for each in _by_day([*history.all(QuarterlyBulletinIssued), *_issued(history, "quarterly")]):
        event = each.event
        quarter = (event.year, event.part if isinstance(event, ReportIssued) else event.quarter)
        if not isinstance(event, ReportIssued) or quarter not in told:
            yield each
        told.add(quarter)


def _issued(history: History, report: str) -> list[Entry[ReportIssued]]:
    return [each for each in history.all(ReportIssued) if each.event.report == report]


def _by_day(entries: Iterable[AnyEntry]) -> list[AnyEntry]:
    return sorted(entries, key=lambda each: (each.days.last, each.turn))
