"""Registers of kinds that went wrong elsewhere: each is a file of `cases`, with what must come out."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient

from api.identity.permissions import Role
from api.imports.reading.kinds import read_workbook
from api.imports.register_import import prepare, run_import
from api.imports.report.import_report import Report
from api.imports.streams import Streams
from domain.event import Event, Unknown
from domain.events.health import PhysicalExamined
from domain.events.household import CitizenIdAssigned, HouseholdRegistered
from domain.events.intake import ChildReceived, IdentityRecorded, ReferralReceived
from domain.events.rehabilitation import RehabSessionDelivered
from domain.events.schooling import SchoolEnrolled
from domain.file import File
from domain.when import Days
from tests.support.client import Served


@dataclass(frozen=True)
class Case:
    """A case that was imported: what was reported, and the files of its children."""

    served: Served
    report: Report

    @property
    def told(self) -> dict[str, Any]:
        """The report as the contract shows it."""
        return self.report.json()

    @property
    def listed(self) -> list[tuple[str, int, str, str]]:
        """What is listed: sheet, row, words and code."""
        lines = (*self.report.rejections, *self.report.values)
        return [(line.sheet, line.row, line.value, line.code) for line in lines]

    async def file(self, number: str) -> File:
        """A child's file, empty when there is none."""
        container = self.served.container
        stream = Streams(container.ledger, container.projector, self.report.institution.institution).new(
            number
        )
        return await container.ledger.file(stream) or File(stream)

    async def entries(self, number: str, kind: type[Event]) -> list[Any]:
        """The standing entries of one kind in a child's file."""
        return list((await self.file(number)).of(kind))


async def imported(served: Served, cases: Path, name: str) -> Case:
    """Import a case, as the operating system's administrator; all of its cells are accounted for."""
    handed_in = await prepare(served.container, read_workbook(cases / f"{name}.xlsx"))
    recorder = (await served.container.identity.operator()).recorder
    report = await run_import(served.container, handed_in, recorder, lambda _done, _rows: None)
    cells = dict(report.json()["cells"])
    assert cells.pop("filled") == sum(cells.values())
    return Case(served, report)


def days(first: str, last: str | None = None) -> Days:
    """From a day to another, or just that day."""
    return Days(date.fromisoformat(first), date.fromisoformat(last or first))


async def test_row_taken_for_total(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "row-taken-for-total")

    assert case.told["other_rows"]["total"] == 0
    sessions = [
        *await case.entries("CS001", RehabSessionDelivered),
        *await case.entries("CS002", RehabSessionDelivered),
    ]
    contents = ["共6人参加的小组训练", "累计训练20次", "个别训练"]
    assert [entry.event.situation for entry in sessions] == contents


async def test_row_taken_for_signature(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "row-taken-for-signature")

    assert case.listed == [("儿童花名册", 5, "赵大山", "no_file_number")]
    assert case.told["other_rows"]["signature"] == 0


async def test_sheet_keyed_by_name(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "sheet-keyed-by-name")

    assert (case.told["rows"], case.told["recorded"]) == (4, 4)
    for number, height in (("CS001", 101), ("CS002", 102)):
        (examined,) = await case.entries(number, PhysicalExamined)
        assert examined.event.height_cm == height


async def test_second_table(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "second-table")

    assert not case.listed
    (examined,) = await case.entries("CS001", PhysicalExamined)
    assert (examined.event.height_cm, examined.documents[0].number) == (99, "儿童花名册!9")
    for word in ("姓名", "林小一", "体检情况", "儿童编号"):
        assert not (await case.file(word)).entries


async def test_two_heading_rows(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "two-heading-rows")

    assert not case.listed
    (identity,) = await case.entries("CS001", IdentityRecorded)
    assert (identity.event.birth_on, identity.event.birth_method) == (date(2012, 3, 15), "estimated")
    (received,) = await case.entries("CS001", ChildReceived)
    assert received.days == days("2013-05-02")
    (referral,) = await case.entries("CS001", ReferralReceived)
    assert referral.event.handed_over_unit == "望海派出所"


@pytest.mark.parametrize(
    ("name", "examined"),
    [
        ("day-with-blanks", [days("2017-10-11"), days("2018-01-01"), days("2019-01-02")]),
        ("instant-in-utc", [days("2019-07-29")]),
        ("circle-as-zero", [days("2019-07-28")]),
    ],
)
async def test_day(served: Served, cases: Path, name: str, examined: list[Days]) -> None:
    case = await imported(served, cases, name)

    assert [entry.days for entry in await case.entries("CS001", PhysicalExamined)] == examined
    assert not case.listed


async def test_range_of_months(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "range-of-months")

    assert case.listed == [
        ("体检", 4, "2019.9-12", "ambiguous_date"),
        ("体检", 5, "2018/9-12", "ambiguous_date"),
    ]
    examined = await case.entries("CS001", PhysicalExamined)
    assert [entry.days for entry in examined] == [Days(None, date(2026, 10, 31))] * 2


async def test_month_shown_only(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "month-shown-only")

    for number in ("CS001", "CS002"):
        (enrolled,) = await case.entries(number, SchoolEnrolled)
        assert enrolled.days == days("2019-09-01", "2019-09-30")


async def test_ditto(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "ditto")

    assert case.listed == [
        ("儿童花名册", 5, "同上", "ditto"),
        ("儿童花名册", 6, "〃", "ditto"),
        ("儿童花名册", 7, "待补", "pending"),
        ("户口登记", 5, "同上", "ditto"),
    ]
    for number in ("CS002", "CS003", "CS004"):
        for referral in await case.entries(number, ReferralReceived):
            assert referral.event.handed_over_unit == Unknown("not_on_paper")
    (registered,) = await case.entries("CS002", HouseholdRegistered)
    assert registered.event.police_station == Unknown("not_on_paper")


async def test_decimal_comma(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "decimal-comma")

    assert case.listed == [
        ("体检", 4, "10,5", "not_a_number"),
        ("体检", 5, "10，5", "not_a_number"),
    ]
    for examined in await case.entries("CS001", PhysicalExamined):
        assert examined.event.weight_kg == Unknown("not_on_paper")


async def test_middle_dots(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "middle-dots")

    assert not case.listed
    assert case.told["recorded"] == 4


async def test_number_shown_with_zeros(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "number-shown-with-zeros")

    assert not case.listed
    assert len(await case.entries("0007", PhysicalExamined)) == 1


async def test_rare_characters(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "rare-characters")
    for number, name in (("CS001", "张\U0003158e"), ("CS002", "王\ue863"), ("CS003", "李𠮷")):
        (identity,) = await case.entries(number, IdentityRecorded)
        assert identity.event.name == name
        assert await _found(case, name) == [name]
        assert await _found(case, name[1]) == [name]


async def _client(case: Case) -> AsyncClient:
    """Somebody of the institution whose register it is."""
    container = case.served.container
    own = case.report.institution.institution
    member = await container.identity.add_member("示例", Role.SUPERVISOR, institution=own)
    token = await container.identity.issue(member.user, days=1, purpose="test")
    return await case.served.client(token, Role.SUPERVISOR)


async def _found(case: Case, query: str) -> list[str]:
    """The names of children that are found by a query."""
    head = (await case.served.container.ledger.head()).position
    client = await _client(case)
    answer = await client.post("/children/search", params={"at_least": head}, json={"q": query})
    return [item["name"] for item in answer.json()["items"]]


async def test_institution_spelled(served: Served, cases: Path) -> None:
    first = await imported(served, cases, "institution-spelled-a")

    second = await imported(served, cases, "institution-spelled-b")

    assert first.report.institution == second.report.institution
    assert (second.told["recorded"], second.told["already"], second.report.opened) == (0, 1, False)


async def test_sheet_of_another_institution(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "sheet-of-another-institution")

    assert case.listed == [("体检", 4, "CS001", "other_institution")]
    assert not await case.entries("CS001", PhysicalExamined)


async def test_one_citizen_id_of_two_children(served: Served, cases: Path) -> None:
    case = await imported(served, cases, "one-citizen-id-two-children")

    numbers = ("CS001", "CS002")
    for number in numbers:
        (assigned,) = await case.entries(number, CitizenIdAssigned)
        assert assigned.event.citizen_id == "371099201203150226"
    head = (await served.container.ledger.head()).position
    client = await _client(case)
    found = (await client.get("/findings", params={"at_least": head, "rule": "I32"})).json()["items"]
    children = {str((await case.file(number)).stream) for number in numbers}
    assert {each["child"] for each in found} == children
    assert all({each["child"], *each["others"]} == children for each in found)
