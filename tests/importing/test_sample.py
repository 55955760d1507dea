"""The sample register goes in whole: 9,412 rows, every cell accounted for, and twice is once."""

from datetime import date
from pathlib import Path

from api.identity.permissions import Role
from api.imports.reading.kinds import read_workbook
from api.imports.register_import import prepare, run_import
from api.imports.report.import_report import Report
from api.imports.streams import Streams
from domain.codes import tables
from domain.events.adoption.assessment import AdoptionAssessmentReportIssued
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.health import PhysicalExamined
from domain.events.intake import IdentityRecorded
from domain.events.schooling import SchoolEnrolled
from domain.file import File
from domain.when import Days
from tests.support.client import Served
from tests.support.registers.own_counts import OwnCounts

ROWS = 9412
LAST_DAY = "2026-10-31"
"""As of which the register was filled in."""


async def take(served: Served, sample: Path, *, dry_run: bool = False) -> Report:
    """Import the sample, as the operating system's administrator."""
    handed_in = await prepare(served.container, read_workbook(sample), dry_run=dry_run)
    recorder = (await served.container.identity.operator()).recorder
    return await run_import(served.container, handed_in, recorder, lambda _done, _rows: None)


async def file_of(served: Served, report: Report, number: str) -> File:
    """A child's file."""
    container = served.container
    stream = Streams(container.ledger, container.projector, report.institution.institution).new(number)
    file = await container.ledger.file(stream)
    assert file is not None
    return file


async def test_the_sample_goes_in_and_twice_is_once(served: Served, sample: Path) -> None:
    rehearsed = await take(served, sample, dry_run=True)
    report = await take(served, sample)

    told = report.json()
    assert rehearsed.json() == told
    assert (told["rows"], told["recorded"], told["already"], told["rejected"]) == (ROWS, 9407, 4, 1)
    assert told["other_rows"] == {"title": 20, "heading": 10, "total": 2, "signature": 1, "blank": 0}
    cells = dict(told["cells"])
    assert cells.pop("filled") == sum(cells.values()) == 75450
    assert [(each["sheet"], each["value"], each["code"]) for each in told["rejections"]] == [
        ("就学", "WH9999", "not_on_roster")
    ]
    codes = [each["code"] for each in told["values"]]
    assert {code: codes.count(code) for code in codes} == {
        "listed_twice": 12,
        "pending": 8,
        "not_placed": 2,
        "impossible_date": 1,
        "future_date": 1,
    }
    await _holds_what_the_sheets_say(served, report)
    await _is_counted(served, OwnCounts(sample))

    head = await served.container.ledger.head()
    again = (await take(served, sample)).json()
    assert (again["recorded"], again["already"], again["entries"]) == (0, 9411, 0)
    assert (await served.container.ledger.head()).position == head.position


async def _is_counted(served: Served, own: OwnCounts) -> None:
    """The census has as many children as the register itself says, by whatever they are counted."""
    await served.projected()
    client = await served.as_(Role.ADMINISTRATOR)
    assert own.stated("儿童花名册") == f"{len(own.roster)}人" == "180人"
    assert own.stated("体检") == "共180人"
    stages = [f"stage:{stage}" for stage in (*tables()["stage"].codes, "nothing")]
    for by in ("institution", "stage", "age_band"):
        query = {"by": by, "where": stages, "as_of": LAST_DAY}
        answer = (await client.get("/census", params=query)).json()
        assert (answer["total"], sum(cell["count"] for cell in answer["items"])) == (180, 180), by
    for by, stated in own.of_those_here(LAST_DAY[:4]).items():
        answer = (await client.get("/census", params={"by": by, "as_of": LAST_DAY})).json()
        counted = {cell["values"][0]["value"]: cell["count"] for cell in answer["items"]}
        assert counted == stated, by
    days = {"from": "2000-01-01", "to": LAST_DAY}
    (flow,) = (await client.get("/census/flows", params=days)).json()["items"]
    assert {each["reason"]: each["count"] for each in flow["left_by"]} == own.left
    assert (flow["stock_from"], flow["entered"], flow["stock_to"]) == (0, 180, len(own.here))


async def _holds_what_the_sheets_say(served: Served, report: Report) -> None:
    # An adoption without a report is recorded as found.
    adopted = await file_of(served, report, "WH0001")
    assert adopted.of(AdoptionRegistered)
    assert not adopted.of(AdoptionAssessmentReportIssued)
    # Of 2020 and before the law asks for no report; of the adopters nothing is recorded.
    assert [place for place in report.rows_by_rule["I15"] if place.startswith("收养!4")]
    # A birth date was corrected, long after the adoption.
    (corrected,) = (await file_of(served, report, "WH0030")).of(IdentityRecorded)
    assert (corrected.event.birth_on, corrected.noted_on) == (date(2010, 8, 3), date(2025, 8, 2))
    # A month is an interval, and a day that does not exist leaves the rest of its row standing.
    enrolled = (await file_of(served, report, "WH0004")).of(SchoolEnrolled)
    assert enrolled[0].days == Days(date(2022, 9, 1), date(2022, 9, 30))
    examined = [
        entry
        for entry in (await file_of(served, report, "WH0003")).of(PhysicalExamined)
        if not entry.days.exact
    ]
    assert [entry.days for entry in examined] == [Days(None, date(2026, 10, 31))]
    assert examined[0].note == "体检日期写作「2021年13月5日」"
    # Entries that were made of two rows cite both.
    (identity,) = (await file_of(served, report, "WH0025")).of(IdentityRecorded)
    assert [paper.number for paper in identity.documents] == ["儿童花名册!28", "儿童花名册!29"]
