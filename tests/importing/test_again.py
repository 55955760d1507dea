"""Registers come again: what is known adds nothing, what is corrected is corrected, what vanished stays."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from api.imports.comparison.differences import OTHERWISE
from domain.envelope import Reason
from domain.event import Event
from domain.events.care import CareModeAssigned
from domain.events.departure import DepartureCompleted
from domain.events.filing import FilesJoined
from domain.events.guardianship import LongTermGuardianshipConfirmed, TemporaryGuardianshipStarted
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import EntryWithdrawn
from domain.when import Days
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from tests.support.client import NOW
from tests.support.given import some
from tests.support.http_given import a_story, both
from tests.support.registers.counter import Counter
from tests.support.registers.paper import Paper, a_sheet, roster


def roster_of_a_boy(**said: Any) -> Paper:
    """A roster of one child who is said to be a boy born on 1 March 2015, unless said otherwise."""
    return roster(**{"性别": "男", "出生日期": "2015-03-01"} | said)


def examinations(*days: str, issued_on: str = "2026-10-31", **said: Any) -> Paper:
    """Examinations of one child on these days."""
    sheet = a_sheet("体检", issued_on=issued_on)
    for day in days:
        sheet = sheet.row(**{"儿童编号": "CS001", "体检日期": day, "身高(cm)": 101.2, "结论": "正常"} | said)
    return sheet


async def test_the_same_register_again_adds_nothing_whoever_hands_it_in(counter: Counter) -> None:
    first = await counter.take(roster_of_a_boy(), examinations("2020-02-01"))
    head = await counter.head()

    again = await counter.take(roster_of_a_boy(), examinations("2020-02-01"), role="supervisor")

    assert await counter.head() == head
    told = again.json()
    assert (told["recorded"], told["already"], told["entries"]) == (0, 2, 0)
    before = first.json()["cells"]
    assert told["cells"] == before | {"recorded": 0, "already": before["recorded"] + before["already"]}


async def test_an_overlapping_register_adds_what_is_new(counter: Counter) -> None:
    await counter.take(roster_of_a_boy(), examinations("2020-02-01", "2021-02-01"))

    report = await counter.take(
        roster_of_a_boy(issued_on="2026-11-15"),
        examinations("2021.2.1", "2022年2月1日", issued_on="2026-11-15"),
    )

    assert (report.json()["recorded"], report.json()["already"]) == (1, 2)
    days = [entry.days.last for entry in await counter.told("CS001", PhysicalExamined)]
    assert days == [date(2020, 2, 1), date(2021, 2, 1), date(2022, 2, 1)]


async def test_a_corrected_register_adds_corrections_that_cite_both_files(counter: Counter) -> None:
    first = await counter.take(roster_of_a_boy(), examinations("2020-02-01"))

    report = await counter.take(roster_of_a_boy(性别="女", 接收日期="2016-05-03"), examinations("2020-02-01"))

    identity = await counter.only("CS001", IdentityRecorded)
    assert (identity.event.sex, identity.event.birth_on) == ("2", date(2015, 3, 1))
    assert identity.corrects is not None
    assert identity.reason == Reason(code="incorrect_data", explanation=OTHERWISE)
    digests = [each.register.workbook.sha256 for each in (report, first)]
    assert [paper.sha256 for paper in identity.documents] == digests
    assert (await counter.only("CS001", ChildReceived)).days == Days.on(date(2016, 5, 3))
    told = report.json()
    # Two cells say something new; the number ties the examination to the child, all else is known.
    assert (told["recorded"], told["already"], told["entries"]) == (1, 1, 2)
    assert (told["cells"]["recorded"], told["cells"]["key"]) == (2, 1)
    assert (first.json()["corrected"], told["corrected"]) == (0, 1)
    corrections = [(each["row"], each["column"], each["value"]) for each in told["corrections"]]
    assert corrections == [(4, "性别", "女"), (4, "接收日期", "2016-05-03")]


async def test_the_number_of_a_joined_file_names_the_file_that_stays(counter: Counter) -> None:
    """Whichever file had the number, and whichever way it was opened."""
    await counter.take(roster_of_a_boy(儿童编号="CS002"))
    kept = await a_story(counter.served).given(("2016-05-03", some(ChildReceived, file_no="CS001")))
    joined = a_story(counter.served)
    joined.child = str(counter.stream("CS002"))
    await both(counter.served, FilesJoined, (kept, joined), "2026-05-04")

    told = (await counter.take(roster_of_a_boy(儿童编号="CS002"))).json()
    assert (told["recorded"], told["already"], told["entries"]) == (0, 1, 0)
    told = (await counter.take(examinations("2020-02-01", 儿童编号="CS001"))).json()
    assert (told["recorded"], told["rejected"]) == (1, 0)
    (examined,) = (await kept.asked("/entries", type="PhysicalExamined"))["items"]
    assert examined["stream"] == kept.child


async def test_going_back_to_an_earlier_file_corrects_nothing(counter: Counter) -> None:
    await counter.take(roster_of_a_boy(性别="男"))
    await counter.take(roster_of_a_boy(性别="女"))
    head = await counter.head()

    report = await counter.take(roster_of_a_boy(性别="男"))

    assert await counter.head() == head
    assert report.json()["already"] == 1
    assert (await counter.only("CS001", IdentityRecorded)).event.sex == "2"


async def test_a_register_may_go_back_to_what_an_earlier_one_said(counter: Counter) -> None:
    await counter.take(roster_of_a_boy(性别="男"))
    await counter.take(roster_of_a_boy(性别="女"))

    await counter.take(roster_of_a_boy(性别="男", issued_on="2026-11-15"))
    await counter.take(roster_of_a_boy(性别="男", issued_on="2026-11-15"))

    assert (await counter.only("CS001", IdentityRecorded)).event.sex == "1"
    file = await counter.file("CS001")
    assert sum(isinstance(entry.event, IdentityRecorded) for entry in file.entries.values()) == 3


async def test_what_an_older_file_says_otherwise_is_set_aside(counter: Counter) -> None:
    await counter.take(roster_of_a_boy(出生日期="2015-03-01"))
    head = await counter.head()

    report = await counter.take(roster_of_a_boy(出生日期="2015-04-01", issued_on="2025-10-31"))

    assert await counter.head() == head
    assert ("出生日期", "older_file") in {(line.column, line.code) for line in report.values}


async def test_a_blank_corrects_nothing_and_what_was_blank_may_be_filled_in(counter: Counter) -> None:
    await counter.take(roster_of_a_boy(民族="", 离院日期="2020-09-14", 离院原因="独立生活"))

    report = await counter.take(roster_of_a_boy(民族="汉", 性别=""))

    identity = await counter.only("CS001", IdentityRecorded)
    assert (identity.event.ethnic_group, identity.event.sex) == ("01", "1")
    assert (await counter.only("CS001", DepartureCompleted)).days == Days.on(date(2020, 9, 14))
    assert report.json()["cells"]["recorded"] == 1


async def test_a_row_that_vanished_is_listed_and_nothing_is_withdrawn(counter: Counter) -> None:
    await counter.take(roster_of_a_boy(), examinations("2020-02-01", "2021-02-01"))
    head = await counter.head()

    report = await counter.take(roster_of_a_boy(), examinations("2021-02-01"))

    assert [line.json() for line in report.missing] == [
        {"sheet": "体检", "row": 4, "column": "儿童编号", "value": "CS001", "code": "not_in_this_file"}
    ]
    assert await counter.head() == head
    assert len(await counter.told("CS001", PhysicalExamined)) == 2


async def test_a_sheet_that_is_not_in_the_file_has_not_vanished_row_by_row(counter: Counter) -> None:
    await counter.take(roster_of_a_boy(), examinations("2020-02-01"))

    report = await counter.take(roster_of_a_boy())

    assert not report.missing


async def test_a_child_that_vanished_is_listed(counter: Counter) -> None:
    await counter.take(roster_of_a_boy(), a_sheet("体检"))

    report = await counter.take(roster_of_a_boy(儿童编号="CS002", 姓名="李小红"))

    assert [(line.sheet, line.value) for line in report.missing] == [("儿童花名册", "CS001")]


async def test_a_child_on_an_earlier_roster_is_known_where_the_roster_is_missing(counter: Counter) -> None:
    await counter.take(roster_of_a_boy())

    report = await counter.take(examinations("2020-02-01"))

    assert report.json()["recorded"] == 1
    assert len(await counter.told("CS001", PhysicalExamined)) == 1


async def test_a_child_whose_file_was_opened_otherwise_is_known_by_its_number(counter: Counter) -> None:
    child = await counter.served.a_child()
    await record(counter, child, some(ChildReceived, file_no="CS001"))
    await counter.served.projected()

    await counter.take(examinations("2020-02-01"))

    file = await counter.served.container.ledger.file(child)
    assert file is not None
    assert len(file.of(PhysicalExamined)) == 1


async def test_what_was_withdrawn_stays_withdrawn(counter: Counter) -> None:
    await counter.take(roster_of_a_boy(), examinations("2020-02-01"))
    examined = await counter.only("CS001", PhysicalExamined)
    await record(counter, examined.stream, EntryWithdrawn(entry=examined.entry_id, explanation="不是该儿童"))

    report = await counter.take(roster_of_a_boy(), examinations("2020-02-01", 结论="营养不良"))

    assert not await counter.told("CS001", PhysicalExamined)
    assert report.json()["recorded"] == 0


async def test_what_somebody_corrected_meanwhile_is_not_undone_by_the_same_old_cell(counter: Counter) -> None:
    await counter.take(roster_of_a_boy(性别="男"))
    identity = await counter.only("CS001", IdentityRecorded)
    await record(counter, identity.stream, replace(identity.event, sex="2"), corrects=identity.entry_id)

    await counter.take(roster_of_a_boy(性别="男", 民族="汉", issued_on="2026-11-15"))

    event = (await counter.only("CS001", IdentityRecorded)).event
    assert (event.sex, event.ethnic_group) == ("2", "01")


async def test_a_state_without_a_day_may_be_another_one_in_a_later_register(counter: Counter) -> None:
    await counter.take(roster_of_a_boy(养育方式="机构养育", 监护类型="临时监护"))

    later = roster_of_a_boy(养育方式="家庭寄养", 监护类型="长期监护", issued_on="2026-11-15")
    await counter.take(later)
    head = await counter.head()
    again = await counter.take(later)
    back = await counter.take(roster_of_a_boy(养育方式="机构养育", 监护类型="临时监护"), a_sheet("体检"))

    modes = await counter.told("CS001", CareModeAssigned)
    assert [(entry.event.mode, entry.days.last) for entry in modes] == [
        ("ward", date(2026, 10, 31)),
        ("foster", date(2026, 11, 15)),
    ]
    assert not any(entry.corrects for entry in modes)
    assert len(await counter.told("CS001", TemporaryGuardianshipStarted)) == 1
    assert len(await counter.told("CS001", LongTermGuardianshipConfirmed)) == 1
    assert await counter.head() == head
    assert (again.json()["already"], back.json()["already"]) == (1, 1)


async def test_a_correction_noted_later_is_added_to_what_an_earlier_file_told(counter: Counter) -> None:
    noted = a_sheet("更正登记", issued_on="2026-11-15").row(
        登记日期="2026-11-10",
        儿童编号="CS001",
        更正项目="出生日期",
        原内容="2015-03-01",
        更正后内容="2015-05-01",
    )
    await counter.take(roster_of_a_boy(出生日期="2015-03-01"))

    await counter.take(roster_of_a_boy(出生日期="2015-05-01", issued_on="2026-11-15"), noted)
    head = await counter.head()
    await counter.take(roster_of_a_boy(出生日期="2015-05-01", issued_on="2026-11-20", 性别="女"), noted)
    await counter.take(roster_of_a_boy(出生日期="2015-05-01", issued_on="2026-11-21", 性别="女"))

    file = await counter.file("CS001")
    own = [entry for entry in file.entries.values() if isinstance(entry.event, IdentityRecorded)]
    assert [(entry.event.birth_on, entry.event.sex) for entry in own] == [
        (date(2015, 3, 1), "1"),
        (date(2015, 5, 1), "1"),
        (date(2015, 5, 1), "2"),
    ]
    assert own[1].noted_on == date(2026, 11, 10)
    assert await counter.head() == head + 1


async def record(counter: Counter, stream: UUID, event: Event, corrects: UUID | None = None) -> None:
    """Record something in a file by hand."""
    actor = await counter.served.actor("supervisor")
    reason = None if corrects is None else Reason(code="incorrect_data", explanation="核对原件")
    draft = Draft(event=event, days=Days.on(date(2016, 5, 1)), corrects=corrects, reason=reason)
    recording = Recording(
        stream=stream,
        drafts=(draft,),
        region=counter.served.home.region,
        origin="api",
        recorder=actor.recorder,
        key=uuid4().hex,
    )
    outcome = await counter.served.container.ledger.record(recording, now=NOW)
    assert isinstance(outcome, Recorded), outcome


async def test_numbers_that_differ_in_their_marks_only_are_of_two_children(counter: Counter) -> None:
    sheet = a_sheet("儿童花名册")
    for number, name in (("2019-1-11", "王小明"), ("2019-11-1", "李小红"), ("２０１９－1-2", "赵大山")):
        sheet = sheet.row(儿童编号=number, 姓名=name, 接收日期="2019-05-01")
    await counter.take(sheet)

    again = await counter.take(
        sheet, a_sheet("体检").row(儿童编号="2019-11-1", 姓名="李小红", 体检日期="2020-02-01")
    )

    assert (again.json()["recorded"], again.json()["already"]) == (1, 3)
    assert not again.values
    assert len(await counter.told("2019-11-1", PhysicalExamined)) == 1
    assert not await counter.told("2019-1-11", PhysicalExamined)
    assert (await counter.only("2019-1-2", ChildReceived)).event.file_no == "2019-1-2"


async def test_rows_under_a_number_that_two_children_have_are_rejected(counter: Counter) -> None:
    for name in ("王小明", "李小红"):
        child = await counter.served.a_child()
        await record(counter, child, some(ChildReceived, file_no="CS001"))
        await record(counter, child, some(IdentityRecorded, name=name))
    await counter.served.projected()

    report = await counter.take(roster_of_a_boy(), examinations("2020-02-01"))

    assert [(line.sheet, line.value, line.code) for line in report.rejections] == [
        ("儿童花名册", "CS001", "number_shared"),
        ("体检", "CS001", "number_shared"),
    ]
