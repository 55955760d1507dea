"""Reports as they were issued: which there are, what one says and what would differ now, and issuing one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import orjson
from fastapi import Depends, Query, Response

from api.console.addresses import addressed
from api.console.count_charts import CountBars, count_bars
from api.console.overseen import institutions_overseen
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.rendering import lead_to, render
from api.console.sent_form import readers_form
from api.contract.filters import ReportCode
from api.contract.problems import Problem
from api.http import reports
from api.http.cursors import Cursor
from api.issuing.computed_report import REPORTS
from domain.codes import tables

router = page_router()
downloads = page_router()
"""What is saved, and no page."""

_PATH: Final = "/console/reports"
_ROWS: Final = 50
_YEARS: Final = 3
"""Years of which reports are offered to be issued: this one and those before."""
_PARTS: Final = (None, 1, 2, 3, 4)
_MOST_BARS: Final = 12
_MOST_ROWS: Final = 60
"""Rows of a table on a page; the workbook has all."""
_OFFERED: Final = re.compile(r"([a-z_]{1,40})/([0-9]{4})(?:/([1-4]))?", re.ASCII)
_KEY: Final = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class OfferedReport:
    """A report of a period that can be issued now: how the form names it, and what it is called."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A table of a report as a page shows it: its first rows, of how many, and its drawing, if it has one."""

    table: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    more: int
    bars: CountBars | None


@router.get("/reports")
async def issued_reports(
    page: SignedIn,
    institution: UUID | None = None,
    report: ReportCode | None = None,
    year: Annotated[int | None, Query(ge=1998, le=2200)] = None,
    cursor: Cursor = None,
) -> Response:
    """List the reports that were issued, the latest first; one is issued from here."""
    asked = {"institution": institution, "report": report, "year": year}
    listed = await page.answer(reports.reports, **asked, limit=_ROWS, cursor=cursor)
    return render(
        page,
        "reports.html",
        listed=listed,
        asked=asked,
        codes=tables()["report"].codes,
        years=range(page.context.today.year, page.context.today.year - 10, -1),
        institutions=await institutions_overseen(page),
        offered=_offered(page) if reports.issuer_of(page.context) is not None else {},
        here_first=addressed(_PATH, asked),
        here_next=addressed(_PATH, {**asked, "cursor": listed["next"]}),
        first=cursor is None,
    )


@router.get("/reports/new")
async def report_to_issue(page: SignedIn, of: Annotated[str | None, Query(max_length=50)] = None) -> Response:
    """Show what a report would say if it were issued now, and what issuing it leads to."""
    if of is None:
        return lead_to(_PATH)
    return await _shown_before(page, of, uuid4().hex)


@router.post("/reports/new")
async def issue(
    page: SignedIn, sent: Annotated[Mapping[str, str], Depends(readers_form("of", "shown", "key"))]
) -> Response:
    """Issue the report that was shown; if its numbers have changed since, show it again."""
    if not _KEY.fullmatch(sent["key"]):
        raise Problem("malformed")
    would = await page.answer(reports.issue_report, None, _request(sent["of"]))
    if _digest(would) != sent["shown"]:
        return await _shown_before(page, sent["of"], sent["key"], changed=True)
    issued = await page.answer(reports.issue_report, f"c:{sent['key']}", _request(sent["of"]))
    return lead_to(f"{_PATH}/{issued['issued']['id']}?done=true")


@router.get("/reports/{report}")
async def issued_report(
    page: SignedIn,
    report: UUID,
    done: bool | None = None,  # noqa: FBT001 - says that it was issued just now
) -> Response:
    """Show a report as it was issued, with its definitions and its drawings."""
    content = await page.answer(reports.report_of, report, format="json")
    return render(
        page, "report.html", id=report, content=content, drawn=_drawn(page, content), done=done or False
    )


@router.get("/reports/{report}/comparison")
async def compared(page: SignedIn, report: UUID) -> Response:
    """Compute a report again for its day and position, and show what differs and why."""
    content = await page.answer(reports.report_of, report, format="json")
    told = await page.answer(reports.compared_report, report)
    return render(
        page,
        "report-comparison.html",
        id=report,
        content=content,
        told=told,
        rows=[_difference(page, content, each) for each in told["differences"]],
    )


@downloads.get("/reports/{report}/file.{form}")
async def saved_report(page: SignedIn, report: UUID, form: reports.ReportForm) -> Response:
    """Save a report as it was issued: its bytes, a workbook or a printed page."""
    return await reports.report_of(page.context, report, format=form)


def _offered(page: PageRequest) -> dict[str, list[OfferedReport]]:
    """Return by their titles the reports that can be issued now, the latest period first."""
    today, offered = page.context.today, dict[str, list[OfferedReport]]()
    for code, report in REPORTS.items():
        for year in range(today.year, today.year - _YEARS, -1):
            for part in reversed(_PARTS):
                period = report.period(year, part)
                begun = period is not None and period.since <= today
                if period is None or not begun or (report.whole_period and period.until > today):
                    continue
                value = f"{code}/{year}" if part is None else f"{code}/{year}/{part}"
                offered.setdefault(page.words.label(report.title), []).append(
                    OfferedReport(value, page.words.label(period.label))
                )
    return offered


def _request(of: str) -> bytes:
    """Return what `POST /reports` is asked for a report of a period. Raises the problem `malformed`."""
    found = _OFFERED.fullmatch(of)
    if found is None:
        raise Problem("malformed")
    code, year, part = found.groups()
    return orjson.dumps({"report": code, "year": int(year), "part": None if part is None else int(part)})


async def _shown_before(page: PageRequest, of: str, key: str, *, changed: bool = False) -> Response:
    would = await page.answer(reports.issue_report, None, _request(of))
    return render(
        page,
        "report-issue.html",
        of=of,
        key=key,
        shown=_digest(would),
        content=would["content"],
        drawn=_drawn(page, would["content"]),
        changed=changed,
        status=409 if changed else 200,
    )


def _digest(would: Mapping[str, Any]) -> str:
    """Return what tells the numbers of a report that is not issued, whatever was recorded beside them."""
    return sha256(orjson.dumps(would["content"]["tables"])).hexdigest()


def _drawn(page: PageRequest, content: Mapping[str, Any]) -> list[DrawnTable]:
    return [
        DrawnTable(each, each["rows"][:_MOST_ROWS], max(len(each["rows"]) - _MOST_ROWS, 0), _bars(page, each))
        for each in content["tables"]
    ]


def _bars(page: PageRequest, table: Mapping[str, Any]) -> CountBars | None:
    """Return the drawing of a table's rows, as far as their numbers are told."""
    columns = [each["column"] for each in table["counts"]]
    if table["chart"] not in columns:
        return None
    place = columns.index(table["chart"])
    counts = [
        ("、".join(page.words.said(each, "") for each in row["values"]), row["counts"][place])
        for row in table["rows"][:_MOST_BARS]
        if isinstance(row["counts"][place], int)
    ]
    return count_bars(counts)


def _difference(page: PageRequest, content: Mapping[str, Any], each: Mapping[str, Any]) -> dict[str, Any]:
    """Return a number that differs, in the words of the report as it was issued."""
    said = page.words.said
    table = next((one for one in content["tables"] if one["table"] == each["table"]), None)
    names = (
        {}
        if table is None
        else {value["value"]: said(value, "") for row in table["rows"] for value in row["values"]}
    )
    columns = {} if table is None else {one["column"]: said(one, "") for one in table["counts"]}
    return {
        "table": each["table"] if table is None else said(table["title"], ""),
        "values": None if each["values"] is None else [names.get(one, one) for one in each["values"]],
        "column": columns.get(each["column"], each["column"]),
        "then": each["then"],
        "now": each["now"],
    }
