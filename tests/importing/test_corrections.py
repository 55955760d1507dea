"""更正登记: what another sheet says is corrected, noted when and by whom, true for the whole life."""

from datetime import date

import pytest

from domain.entry import AnyEntry
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.when import Days
from tests.support.registers.counter import Counter
from tests.support.registers.paper import Paper, a_sheet, roster


def corrections(*rows: tuple[str, str, str, str]) -> Paper:
    """Corrections, each noted on a day: of which item, from what, to what."""
    sheet = a_sheet("更正登记")
    for noted, item, before, after in rows:
        sheet = sheet.row(
            登记日期=noted,
            儿童编号="CS001",
            更正项目=item,
            原内容=before,
            更正后内容=after,
            更正依据="骨龄鉴定报告",
            经办人="姜老师",
        )
    return sheet


async def versions(counter: Counter) -> tuple[AnyEntry, list[AnyEntry]]:
    """The identity as first recorded, and what corrected it."""
    file = await counter.file("CS001")
    own = [entry for entry in file.entries.values() if isinstance(entry.event, IdentityRecorded)]
    (original,) = [entry for entry in own if entry.corrects is None]
    return original, file.amendments(original.entry_id)


@pytest.mark.parametrize("shown", ["2015-03-01", "2015.5.1"], ids=["not yet corrected", "corrected already"])
async def test_the_entry_takes_what_stood_there_before_and_the_correction_what_stands_there_since(
    counter: Counter, shown: str
) -> None:
    report = await counter.take(
        roster(出生日期=shown, 性别="男"),
        corrections(("2025-08-02", "出生日期", "2015-03-01", "2015年5月1日")),
    )

    original, (correction,) = await versions(counter)
    assert original.event.birth_on == date(2015, 3, 1)
    assert (correction.event.birth_on, correction.event.sex) == (date(2015, 5, 1), "1")
    assert correction.corrects == original.entry_id
    assert (correction.noted_on, correction.noted_by) == (date(2025, 8, 2), "姜老师")
    assert correction.reason is not None
    assert (correction.reason.code, correction.reason.explanation) == ("incorrect_data", "骨龄鉴定报告")
    assert correction.documents[0].number == "更正登记!4"
    assert correction.days == original.days
    assert report.json()["recorded"] == 2
    assert not report.values


async def test_corrections_of_one_value_follow_each_other_in_the_order_in_which_they_were_noted(
    counter: Counter,
) -> None:
    await counter.take(
        roster(出生日期="2015-04-01"),
        corrections(
            ("2025-08-02", "出生日期", "2015-04-01", "2015-05-01"),
            ("2020-01-10", "出生日期", "2015-03-01", "2015-04-01"),
        ),
    )

    original, amendments = await versions(counter)
    assert [entry.event.birth_on for entry in (original, *amendments)] == [
        date(2015, 3, 1),
        date(2015, 4, 1),
        date(2015, 5, 1),
    ]


async def test_what_is_corrected_may_be_a_day_or_stand_in_any_sheet(counter: Counter) -> None:
    await counter.take(
        roster(),
        a_sheet("体检")
        .row(儿童编号="CS001", 体检日期="2020-02-01", **{"身高(cm)": 101.2})
        .row(儿童编号="CS001", 体检日期="2021-02-01", **{"身高(cm)": 110.2}),
        corrections(
            ("2025-08-02", "接收日期", "2016-05-01", "2016-05-03"),
            ("2025-08-02", "身高(cm)", "110.2", "111.2"),
        ),
    )

    assert (await counter.only("CS001", ChildReceived)).days == Days.on(date(2016, 5, 3))
    heights = [str(entry.event.height_cm) for entry in await counter.told("CS001", PhysicalExamined)]
    assert heights == ["101.2", "111.2"]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (("2025-08-02", "出生日期", "1999-01-01", "1999-02-01"), "更正项目", "no_such_value"),
        (("2025-08-02", "血型", "A", "B"), "更正项目", "unknown_item"),
        (("2025-08-02", "出生日期", "2015-03-01", "15.5.1"), "更正后内容", "two_digit_year"),
    ],
)
async def test_a_correction_that_corrects_nothing_is_rejected(
    counter: Counter, row: tuple[str, str, str, str], column: str, code: str
) -> None:
    report = await counter.take(roster(出生日期="2015-03-01"), corrections(row))

    original, amendments = await versions(counter)
    assert original.event.birth_on == date(2015, 3, 1)
    assert not amendments
    assert [(line.sheet, line.row, line.column, line.code) for line in report.rejections] == [
        ("更正登记", 4, column, code)
    ]


async def test_a_correction_that_does_not_say_what_it_corrects_is_of_the_only_value_there_is(
    counter: Counter,
) -> None:
    report = await counter.take(
        roster(出生日期="2015-03-01"), corrections(("2025-08-02", "出生日期", "", "2015-05-01"))
    )

    original, (correction,) = await versions(counter)
    assert (original.event.birth_on, correction.event.birth_on) == (date(2015, 3, 1), date(2015, 5, 1))
    assert not report.rejections


@pytest.mark.parametrize(
    ("before", "column", "code"),
    [("", "更正项目", "no_such_value"), ("同上", "原内容", "ditto"), ("1,2", "原内容", "not_a_number")],
)
async def test_of_several_values_none_is_guessed_to_be_the_corrected_one(
    counter: Counter, before: str, column: str, code: str
) -> None:
    report = await counter.take(
        roster(),
        a_sheet("体检")
        .row(儿童编号="CS001", 体检日期="2020-02-01", **{"身高(cm)": 101.2})
        .row(儿童编号="CS001", 体检日期="2021-02-01", **{"身高(cm)": 110.2}),
        corrections(("2025-08-02", "身高(cm)", before, "111.2")),
    )

    heights = [str(entry.event.height_cm) for entry in await counter.told("CS001", PhysicalExamined)]
    assert heights == ["101.2", "110.2"]
    assert [(line.column, line.code) for line in report.rejections] == [(column, code)]
