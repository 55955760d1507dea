"""Vaccinations go in from their sheet: each dose that was given, and each that was deferred."""

from datetime import date

from domain.event import Unknown
from domain.events.medical.vaccination import (
    VaccinationBooked,
    VaccinationDeferred,
    VaccinationGiven,
    VaccinationProgrammeCompleted,
)
from domain.when import Days
from tests.support.registers.counter import Counter
from tests.support.registers.paper import a_sheet, roster, roster_of

NOT_ON_PAPER = Unknown("not_on_paper")


async def test_a_dose_says_what_was_given_where_and_by_whom(counter: Counter) -> None:
    sheet = a_sheet("预防接种").row(
        儿童编号="CS001",
        姓名="王 小明",
        接种日期="二〇一六年六月一日",
        疫苗="乙肝",
        剂次="第二针",
        疫苗批号="B 2016-07",
        接种部位="右上臂三角肌",
        上市许可持有人="某某生物制品公司",
        接种人员="于医生",
        接种单位="城关卫生院",
    )

    report = await counter.take(roster(), sheet)

    entry = await counter.only("CS001", VaccinationGiven)
    assert entry.days == Days.on(date(2016, 6, 1))
    given = entry.event
    assert (given.vaccine, given.dose, given.batch_no, given.site) == ("HepB", 2, "B2016-07", "right_arm")
    assert (given.vaccinator, given.unit) == ("于医生", "城关卫生院")
    assert given.vaccine_name is None
    assert report.values == []


async def test_a_deferred_dose_says_why_and_until_when(counter: Counter) -> None:
    sheet = a_sheet("预防接种").headed(
        "儿童编号", "疫苗名称", "针次", "暂缓登记日期", "暂缓原因", "缓种至", "接种时间"
    )
    sheet = sheet.row(
        儿童编号="CS001",
        疫苗名称="MMR",
        针次="1剂",
        暂缓登记日期="2016.9.1",
        暂缓原因="发热",
        缓种至="2026-12-01",
    )
    sheet = sheet.row(儿童编号="CS001", 疫苗名称="麻腮风", 针次=1, 接种时间="2016-10-08")

    report = await counter.take(roster(), sheet)

    deferred = await counter.only("CS001", VaccinationDeferred)
    assert deferred.days == Days.on(date(2016, 9, 1))
    assert (deferred.event.reason, deferred.event.until) == ("ill", date(2026, 12, 1))
    given = await counter.only("CS001", VaccinationGiven)
    assert (given.event.vaccine, given.event.dose, given.event.unit) == ("MMR", 1, NOT_ON_PAPER)
    assert report.values == []


async def test_what_is_due_next_is_booked_on_the_day_of_the_row(counter: Counter) -> None:
    sheet = a_sheet("预防接种").headed(
        "儿童编号",
        "接种日期",
        "疫苗",
        "剂次",
        "接种单位",
        "预约疫苗",
        "预约剂次",
        "预约日期",
        "全程接种完成日期",
    )
    sheet = sheet.row(
        儿童编号="CS001",
        接种日期="2016-06-01",
        疫苗="乙肝",
        剂次=1,
        接种单位="城关卫生院",
        预约疫苗="乙肝",
        预约剂次="第2针",
        预约日期="2026-12-01",
    )
    sheet = sheet.row(儿童编号="CS002", 接种单位="城关卫生院", 全程接种完成日期="2022-08-20")

    report = await counter.take(roster_of({}, {"姓名": "李小红"}), sheet)

    entry = await counter.only("CS001", VaccinationBooked)
    assert entry.days == Days.on(date(2016, 6, 1))
    booked = entry.event
    assert (booked.vaccine, booked.dose, booked.due_on) == ("HepB", 2, date(2026, 12, 1))
    assert booked.unit == "城关卫生院"
    completed = await counter.only("CS002", VaccinationProgrammeCompleted)
    assert (completed.days, completed.event.unit) == (Days.on(date(2022, 8, 20)), "城关卫生院")
    assert report.values == []


async def test_a_vaccine_that_may_be_either_of_two_is_set_aside(counter: Counter) -> None:
    sheet = a_sheet("预防接种").row(儿童编号="CS001", 接种日期="2016-06-01", 疫苗="脊灰", 剂次="加强")

    report = await counter.take(roster(), sheet)

    entry = await counter.only("CS001", VaccinationGiven)
    assert (entry.event.vaccine, entry.event.dose) == (NOT_ON_PAPER, NOT_ON_PAPER)
    assert [(line.row, line.column, line.code, line.value) for line in report.values] == [
        (4, "疫苗", "unknown_code", "脊灰"),
        (4, "剂次", "not_a_number", "加强"),
    ]
    assert "疫苗写作「脊灰」" in (entry.note or "")


async def test_a_dose_whose_day_cannot_be_read_is_reported_with_what_was_written(counter: Counter) -> None:
    sheet = a_sheet("预防接种").row(儿童编号="CS001", 姓名="李小红", 接种日期="16.6.1")

    report = await counter.take(roster(), sheet)

    assert [(line.row, line.column, line.code, line.value) for line in report.rejections] == [
        (4, "姓名", "name_differs", "李小红"),
        (4, "接种日期", "two_digit_year", "16.6.1"),
    ]
