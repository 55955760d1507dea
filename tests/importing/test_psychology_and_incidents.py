"""Tests of mental health, counselling and incidents go in from their sheets."""

from datetime import date
from decimal import Decimal

from domain.event import Unknown
from domain.events.psychology import CounsellingSessionHeld, PsychAssessed
from domain.events.safety import IncidentOccurred
from domain.when import Days
from tests.support.registers.counter import Counter
from tests.support.registers.paper import a_sheet, roster

NOT_ON_PAPER = Unknown("not_on_paper")


async def test_a_test_says_by_which_scale_and_a_session_how_long_it_was(counter: Counter) -> None:
    sheet = a_sheet("心理测评").row(
        儿童编号="CS001",
        测评日期="2025年3月",
        测评量表="MHT",
        分值="４２分",
        测评等级="轻度异常",
        辅导日期="2025-04-02",
        辅导人="于老师",
        辅导情况="情绪稳定",
        **{"辅导时长(分钟)": 45},
    )

    report = await counter.take(roster(), sheet)

    entry = await counter.only("CS001", PsychAssessed)
    assert entry.days == Days(date(2025, 3, 1), date(2025, 3, 31))
    assert (entry.event.scale_name, entry.event.score, entry.event.level) == ("MHT", Decimal(42), "mild")
    session = await counter.only("CS001", CounsellingSessionHeld)
    assert session.days == Days.on(date(2025, 4, 2))
    assert (session.event.minutes, session.event.counsellor) == (45, "于老师")
    assert report.values == []


async def test_a_session_is_known_by_other_headings_and_measured_in_hours(counter: Counter) -> None:
    sheet = a_sheet("心理测评").headed("儿童编号", "咨询日期", "咨询时长（小时）", "心理咨询师", "咨询情况")
    sheet = sheet.row(儿童编号="CS001", 咨询日期="2025.4.2", **{"咨询时长（小时）": "1.5"})
    sheet = sheet.row(儿童编号="CS001", 咨询日期="2025.4.9", **{"咨询时长（小时）": "半小时"})

    report = await counter.take(roster(), sheet)

    first, second = await counter.told("CS001", CounsellingSessionHeld)
    assert (first.event.minutes, second.event.minutes) == (90, NOT_ON_PAPER)
    assert await counter.told("CS001", PsychAssessed) == []
    assert [(line.row, line.column, line.code, line.value) for line in report.values] == [
        (5, "咨询时长（小时）", "not_a_number", "半小时")
    ]


async def test_a_level_that_nobody_defined_is_set_aside(counter: Counter) -> None:
    sheet = a_sheet("心理测评").row(儿童编号="CS001", 测评日期="2025-03-03", 测评等级="良好")

    report = await counter.take(roster(), sheet)

    assert (await counter.only("CS001", PsychAssessed)).event.level == NOT_ON_PAPER
    assert [(line.column, line.code, line.value) for line in report.values] == [
        ("测评等级", "unknown_code", "良好")
    ]


async def test_an_incident_says_what_happened_and_who_was_there(counter: Counter) -> None:
    sheet = a_sheet("意外事件").row(
        儿童编号="CS001",
        发生日期="2024/5/6",
        事件类型="摔伤",
        严重程度="轻微",
        原因是否查明="已查明",
        发生地点="操场",
        事件经过="跑步时摔倒",
        在场人员="于老师、姜 老师；李护士",
        受伤人员="王小丙",
        当班人员="宫老师、宁老师",
    )

    report = await counter.take(roster(), sheet)

    entry = await counter.only("CS001", IncidentOccurred)
    assert entry.days == Days.on(date(2024, 5, 6))
    told = entry.event
    assert (told.incident_type, told.severity, told.is_cause_known) == ("injury", "minor", True)
    assert (told.place, told.description) == ("操场", "跑步时摔倒")
    assert told.witnesses == ("于老师", "姜老师", "李护士")
    assert [(person.name, person.role) for person in told.persons] == [
        ("王小丙", "injured"),
        ("宫老师", "on_duty"),
        ("宁老师", "on_duty"),
    ]
    assert report.values == []


async def test_an_incident_of_another_kind_is_told_by_what_can_be_read(counter: Counter) -> None:
    sheet = a_sheet("意外事件").headed("儿童编号", "事发日期", "事件类别", "程度", "原因查明", "事情经过")
    sheet = sheet.row(儿童编号="CS001", 事发日期="2024年5月6日", 事件类别="走失", 程度="重大", 原因查明="否")
    sheet = sheet.row(儿童编号="", 事发日期="2024年5月7日", 事件类别="火灾")

    report = await counter.take(roster(), sheet)

    told = (await counter.only("CS001", IncidentOccurred)).event
    assert told.persons is None
    assert (told.incident_type, told.severity, told.is_cause_known) == (NOT_ON_PAPER, "major", False)
    assert [(line.row, line.column, line.code, line.value) for line in report.values] == [
        (4, "事件类别", "unknown_code", "走失")
    ]
    assert [(line.sheet, line.row, line.code) for line in report.rejections] == [
        ("意外事件", 5, "no_file_number")
    ]
