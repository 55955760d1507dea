"""Registers have faults of their own: nothing is guessed, nothing is lost, and the sums prove it."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from api.contract.listing import titled
from api.imports.reading.unreadable import UnreadableFileError
from api.imports.report.terminal import tell
from api.imports.sink import RecordingSink, RehearsingSink
from domain.envelope import Document
from domain.events.adoption.visits import PostAdoptionVisitMade
from domain.events.health import PhysicalExamined
from domain.events.household import CitizenIdAssigned, HouseholdTransferred
from domain.events.insurance import InsuranceContributionPaid
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.when import Days
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from tests.support.client import NOW
from tests.support.given import TODAY, some
from tests.support.registers.counter import Counter
from tests.support.registers.paper import Grid, a_sheet, roster, roster_of

BANNER = ["填报单位（盖章）：望海市儿童福利院（测试）　填报日期：２０２６年１０月３１日"]


async def test_a_register_of_other_faults_gives_the_counts_written_here_by_hand(counter: Counter) -> None:
    # Its headings are spelled otherwise and stand in another order, one column is of no known kind, eight
    # sheets are missing, one is of no known kind.
    roster_sheet: Grid = [
        ["在院儿童一览"],  # 1 other
        BANNER,  # 1 other
        ["姓 名", "儿童编码", "出生年月日", "性别", "电话", "接收时间", "入院时间", "类别"],  # 8 other
        # 6 recorded, 2 set aside: a year of two digits and the unknown column
        ["王小明", "CS001", "15.3.1", "男", "0631-5550000", "2016-05-01", "2016-06-01", "A1"],
        # 6 recorded, 1 set aside: an unknown category
        ["李小红", "CS002", "2012年7月", "女", "", "2013-01-01", "2013-02-01", "D7 其他"],
        # 1 key, 3 already recorded, 1 set aside: a child listed twice, born on another day
        ["李小红", "CS002", "2012-08-01", "F", "", "2013.1.1", "", ""],
        # 2 rejected: nobody knows which child
        ["赵大山", "", "2010-01-01"],
        ["合计", "2人"],  # 2 other
    ]
    examinations: Grid = [
        ["儿童体检"],  # 1 other
        BANNER,  # 1 other
        ["儿童编号", "体检时间", "身高（厘米）", "体重", "体检结论"],  # 5 other
        ["CS001", date(2017, 1, 1), 80.5, "10公斤", "正常"],  # 1 key, 4 recorded
        ["CS001", "17-02-30", 81, 10.2, "正常"],  # 1 key, 3 recorded, 1 set aside: a year of two digits
        ["CS999", date(2017, 1, 1), 80, 10, "正常"],  # 5 rejected: not on the roster
        [],
        ["注：身高体重由医务室测量", "", "", "审核人：于老师"],  # 2 other
    ]
    notes: Grid = [["本表由办公室填写"]]  # 1 set aside: a sheet of no known kind

    report = await counter.take(("在院儿童", roster_sheet), ("体检表", examinations), ("说明", notes))

    told = report.json()
    assert (told["rows"], told["recorded"], told["already"], told["rejected"]) == (7, 4, 1, 2)
    assert told["other_rows"] == {"title": 5, "heading": 2, "total": 1, "signature": 1, "blank": 1}
    assert told["cells"] == {
        "filled": 59,
        "recorded": 19,
        "already": 3,
        "set_aside": 6,
        "rejected": 7,
        "key": 3,
        "other": 21,
    }
    assert told["entries"] == 5 + 4 + 2
    assert told["rejections"] == [
        {"sheet": "在院儿童", "row": 7, "column": "姓 名", "value": "赵大山", "code": "no_file_number"},
        {"sheet": "体检表", "row": 6, "column": "儿童编号", "value": "CS999", "code": "not_on_roster"},
    ]
    columns = ("sheet", "row", "column", "value", "code")
    assert [tuple(each[column] for column in columns) for each in told["values"]] == [
        ("在院儿童", 4, "出生年月日", "15.3.1", "two_digit_year"),
        ("在院儿童", 4, "电话", "0631-5550000", "unknown_column"),
        ("在院儿童", 5, "类别", "D7 其他", "unknown_code"),
        ("在院儿童", 6, "出生年月日", "2012-08-01", "listed_twice"),
        ("体检表", 5, "体检时间", "17-02-30", "two_digit_year"),
        ("说明", 1, "A", "本表由办公室填写", "unknown_sheet"),
    ]
    assert next(each["other"] for each in told["values"] if each["code"] == "listed_twice") == "在院儿童!5"
    assert report.code == 1


async def test_what_is_set_aside_stays_with_its_row_as_it_was_written(counter: Counter) -> None:
    await counter.take(roster_of({"出生日期": "15.3.1", "性别": "男"}))

    identity = await counter.only("CS001", IdentityRecorded)
    assert identity.event.sex == "1"
    received = await counter.only("CS001", ChildReceived)
    assert received.note == "出生日期写作「15.3.1」"


async def test_a_child_listed_twice_is_one_file_whose_agreeing_entries_cite_both_rows(
    counter: Counter,
) -> None:
    report = await counter.take(
        roster_of(
            {"性别": "男", "民族": "汉"},
            {"儿童编号": "CS001", "性别": "1", "民族": "回族", "出生日期": "2015-03-01"},
        )
    )

    identity = await counter.only("CS001", IdentityRecorded)
    assert (identity.event.ethnic_group, identity.event.birth_on) == ("01", date(2015, 3, 1))
    assert {paper.number for paper in identity.documents} == {"儿童花名册!4", "儿童花名册!5"}
    assert [(line.row, line.column, line.code, line.other) for line in report.values] == [
        (5, "民族", "listed_twice", "儿童花名册!4")
    ]


async def test_a_child_may_be_listed_twice_with_nothing_new(counter: Counter) -> None:
    report = await counter.take(
        roster_of({"性别": "男"}, {"儿童编号": "CS001", "性别": "M", "备注": "重复登记"})
    )

    told = report.json()
    assert (told["recorded"], told["already"], told["rejected"]) == (1, 1, 0)


async def test_a_citizen_id_that_cannot_be_one_is_kept_as_written(counter: Counter) -> None:
    report = await counter.take(roster_of({"身份证号": "371099201503010011"}))

    assert (await counter.only("CS001", CitizenIdAssigned)).event.citizen_id == "371099201503010011"
    assert {"rule": "I30", **titled("I30"), "count": 1, "unverified": 0} in report.json()["findings"]
    assert not report.values


async def test_what_the_rules_find_is_told_on_the_terminal_in_both_languages(counter: Counter) -> None:
    report = await counter.take(roster_of({"身份证号": "371099201503010011"}))
    rulebook = counter.served.container.ledger.rulebook
    said = StringIO()

    tell(report, rulebook, Console(width=1000, file=said))

    (line,) = [line for line in said.getvalue().splitlines() if line.startswith("  I30")]
    assert rulebook["I30"].zh in line
    assert rulebook["I30"].en in line


async def test_one_fact_on_two_sheets_is_one_entry_with_two_provenances(counter: Counter) -> None:
    await counter.take(
        roster(),
        a_sheet("户口登记").row(儿童编号="CS001", 户口迁移日期="2025年11月", 迁往地="外省"),
        a_sheet("成年安置").row(儿童编号="CS001", 户口迁移日期="2025-11-03", 安置日期="2025-11-03"),
    )

    moved = await counter.only("CS001", HouseholdTransferred)
    assert moved.days == Days.on(date(2025, 11, 3))
    assert moved.event.to_place == "外省"
    assert [paper.number for paper in moved.documents] == ["户口登记!4", "成年安置!4"]


async def test_a_fact_that_two_sheets_tell_otherwise_is_set_aside_with_both_places(counter: Counter) -> None:
    report = await counter.take(
        roster(),
        a_sheet("户口登记").row(儿童编号="CS001", 户口迁移日期="2025-10-03"),
        a_sheet("成年安置").row(儿童编号="CS001", 户口迁移日期="2025-11-03", 安置日期="2025-11-03"),
    )

    assert (await counter.only("CS001", HouseholdTransferred)).days == Days.on(date(2025, 10, 3))
    assert [(line.sheet, line.row, line.column, line.code, line.other) for line in report.values] == [
        ("成年安置", 4, "户口迁移日期", "contradicts", "户口登记!4")
    ]


async def test_a_name_that_is_not_the_roster_s_is_set_aside(counter: Counter) -> None:
    report = await counter.take(
        roster_of({"姓名": "王小明"}),
        a_sheet("体检").row(儿童编号="CS001", 姓名="李小红", 体检日期="2020-02-01"),
    )

    assert [(line.sheet, line.column, line.code) for line in report.values] == [
        ("体检", "姓名", "name_differs")
    ]
    assert not report.rejections


async def test_a_row_of_which_nothing_can_be_used_is_rejected(counter: Counter) -> None:
    report = await counter.take(
        roster(),
        a_sheet("体检").row(儿童编号="CS001", 体检日期="2021年13月5日"),
        a_sheet("康复").row(儿童编号="CS001", 日期="2021-03-05", 事项="郊游", 内容="春游"),
    )

    assert [(line.sheet, line.row, line.column, line.code) for line in report.rejections] == [
        ("体检", 4, "体检日期", "impossible_date"),
        ("康复", 4, "事项", "unknown_item"),
    ]
    assert not report.values
    assert report.json()["cells"]["rejected"] == 2 + 4


async def test_a_table_of_children_that_is_of_no_known_kind_is_rejected_row_by_row(counter: Counter) -> None:
    report = await counter.take(
        roster(), ("夏令营", [["儿童编号", "营地"], ["CS001", "海边"], ["CS777", "山里"]])
    )

    assert [(line.sheet, line.row, line.code) for line in report.rejections] == [
        ("夏令营", 2, "unknown_sheet"),
        ("夏令营", 3, "unknown_sheet"),
    ]


@pytest.mark.parametrize(
    "content", [b"", b"PK no workbook", "儿童编号,姓名".encode()], ids=["empty", "broken", "csv"]
)
async def test_a_file_that_is_no_workbook_cannot_be_read(counter: Counter, content: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        await counter.take_bytes(content)


async def test_a_workbook_without_a_row_about_a_child_cannot_be_read(counter: Counter) -> None:
    with pytest.raises(UnreadableFileError):
        await counter.take(("说明", [["本表由办公室填写"]]))


async def test_a_month_where_an_event_holds_a_day_is_listed_and_kept_as_written(counter: Counter) -> None:
    report = await counter.take(
        roster(),
        a_sheet("医保参保").row(
            儿童编号="CS001",
            参保日期="2016-05-03",
            缴费年度=2016,
            缴费日期="2016年5月",
            待遇享受起始日="2016年6月",
        ),
        a_sheet("收养回访").row(
            儿童编号="CS001", 回访日期="2021-01-06", 回访方式="视频", 下次回访="2021年4月"
        ),
        role="supervisor",
    )

    assert [(line.column, line.value, line.code) for line in report.values] == [
        ("待遇享受起始日", "2016年6月", "no_single_day"),
        ("下次回访", "2021年4月", "no_single_day"),
    ]
    paid = await counter.only("CS001", InsuranceContributionPaid)
    assert paid.days == Days(date(2016, 5, 1), date(2016, 5, 31))
    visited = await counter.only("CS001", PostAdoptionVisitMade)
    assert visited.note == "下次回访写作「2021年4月」"


async def test_a_register_tells_of_no_day_that_has_not_come(counter: Counter) -> None:
    await counter.take(a_sheet("儿童花名册", issued_on="2030-10-31").row(儿童编号="CS001", 姓名="王小明"))

    identity = await counter.only("CS001", IdentityRecorded)
    assert identity.days == Days(None, TODAY)
    assert identity.documents[0].issued_on == TODAY


@pytest.mark.parametrize("written", ["101.12345678901234567890", "101.20000000000000284"])
async def test_a_number_more_precise_than_is_kept_is_listed(counter: Counter, written: str) -> None:
    report = await counter.take(
        roster(), a_sheet("体检").row(儿童编号="CS001", 体检日期="2020-02-01", **{"身高(cm)": written})
    )

    assert [(line.value, line.code) for line in report.values] == [(written, "too_long")]
    assert report.json()["recorded"] == 2


@pytest.mark.parametrize("dry_run", [True, False], ids=["rehearsed", "recorded"])
async def test_what_no_event_can_hold_is_refused_and_all_else_is_recorded(
    counter: Counter,
    dry_run: bool,  # noqa: FBT001 - a case
) -> None:
    ledger = counter.served.container.ledger
    keeper = (RehearsingSink if dry_run else RecordingSink)(ledger, lambda _file, _recording: None)
    heights = (Decimal("101.2"), Decimal("101.12345678901234567890"))
    recordings = [
        Recording(
            stream=counter.stream("CS001"),
            drafts=(Draft(event=some(PhysicalExamined, height_cm=height), days=Days.on(date(2020, 2, 1))),),
            region=counter.served.home.region,
            origin="import",
            recorder=(await counter.served.actor("staff")).recorder,
            key=f"examination {height}",
        )
        for height in heights
    ]

    kept = await keeper.keep(recordings, now=NOW)

    assert [(each.refused, each.unfit) for each in kept] == [(False, False), (True, True)]
    assert kept[1].code == "not_kept"
    assert len(await counter.told("CS001", PhysicalExamined)) == (0 if dry_run else 1)


@pytest.mark.parametrize("number", ["体检!²", "体检!", "体检!x", "体检!99999999999999999999", "!4", "体检"])
async def test_a_paper_that_only_looks_like_a_row_has_not_vanished(counter: Counter, number: str) -> None:
    await counter.take(roster())
    received = await counter.only("CS001", ChildReceived)
    paper = Document(
        kind="register_row", number=number, issuer=None, issued_on=date(2026, 10, 1), sha256="0" * 64
    )
    draft = Draft(event=some(PhysicalExamined), days=Days.on(date(2020, 2, 1)), documents=(paper,))
    outcome = await counter.served.container.ledger.record(
        Recording(
            stream=received.stream,
            drafts=(draft,),
            region=counter.served.home.region,
            origin="import",
            recorder=(await counter.served.actor("staff")).recorder,
            key=number,
        ),
        now=NOW,
    )
    assert isinstance(outcome, Recorded)

    report = await counter.take(roster(), a_sheet("体检"))

    assert not report.missing


async def test_of_a_rejected_row_every_cell_that_is_at_fault_is_listed(counter: Counter) -> None:
    report = await counter.take(
        roster(),
        a_sheet("体检").row(
            儿童编号="CS001", 体检日期="去年秋天", 体检机构="同上", **{"身高(cm)": "101,5", "体重(kg)": "1,5"}
        ),
    )

    assert [(line.row, line.column, line.value, line.code) for line in report.rejections] == [
        (4, "体检日期", "去年秋天", "unreadable_date"),
        (4, "身高(cm)", "101,5", "not_a_number"),
        (4, "体重(kg)", "1,5", "not_a_number"),
        (4, "体检机构", "同上", "ditto"),
    ]
    assert report.json()["rejected"] == 1
