"""Days as people write them: read as what they say, or not at all."""

from datetime import date, datetime
from typing import Any

import pytest

from api.imports.days import read_days
from api.imports.faults import Fault
from domain.when import Days

EIGHTH_OF_JULY = Days.on(date(2019, 7, 8))


@pytest.mark.parametrize(
    "written",
    [
        date(2019, 7, 8),
        datetime(2019, 7, 8, 13, 30),  # noqa: DTZ001 - a spreadsheet's cells have no zone
        "2019-07-08",
        "2019-07-08 ",
        "2019-7-8",
        "2019/07/08",
        "2019/7/8",
        "2019.07.08",
        "2019.7.8",
        "20190708",
        20190708.0,
        "2019年7月8日",
        "2019年07月08日",
        "2019 年 7 月 8 日",
        "2019年7月8号",
        "２０１９-０７-０８",
        "２０１９年７月８日",
        "\u30002019-07-08\u00a0",
        "2019-07-08 00:00:00",
        "2019-07-08T09:15",
        "2019年7月8日(星期一)",
        "二〇一九年七月八日",
        "2019、7、8",
        43654,
        43654.5,
        "43654",
    ],
    ids=repr,
)
def test_a_day_is_read_however_it_is_written(written: Any) -> None:
    assert read_days(written) == EIGHTH_OF_JULY


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2019年9月", "2019-09-01", "2019-09-30"),
        ("2019-09", "2019-09-01", "2019-09-30"),
        ("2019.9", "2019-09-01", "2019-09-30"),
        (2019.9, "2019-09-01", "2019-09-30"),
        (2019.12, "2019-12-01", "2019-12-31"),
        ("２０１９年２月", "2019-02-01", "2019-02-28"),
        ("二〇二〇年二月", "2020-02-01", "2020-02-29"),
        ("201909", "2019-09-01", "2019-09-30"),
        ("2019年", "2019-01-01", "2019-12-31"),
        ("2019", "2019-01-01", "2019-12-31"),
        (2019.0, "2019-01-01", "2019-12-31"),
        ("2019年9月上旬", "2019-09-01", "2019-09-10"),
        ("2019年9月中旬", "2019-09-11", "2019-09-20"),
        ("2019年2月下旬", "2019-02-21", "2019-02-28"),
    ],
    ids=repr,
)
def test_a_month_or_a_year_is_the_interval_of_its_days(written: Any, first: str, last: str) -> None:
    assert read_days(written) == Days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("2021年13月5日", Fault.IMPOSSIBLE_DATE),
        ("2021-02-29", Fault.IMPOSSIBLE_DATE),
        ("20210931", Fault.IMPOSSIBLE_DATE),
        ("2021年0月", Fault.IMPOSSIBLE_DATE),
        ("0199-01-01", Fault.IMPOSSIBLE_DATE),
        ("19.7.8", Fault.TWO_DIGIT_YEAR),
        ("19-07-08", Fault.TWO_DIGIT_YEAR),
        ("98年3月", Fault.TWO_DIGIT_YEAR),
        ("980708", Fault.TWO_DIGIT_YEAR),
        ("190708", Fault.AMBIGUOUS_DATE),
        ("200107", Fault.AMBIGUOUS_DATE),
        ("7/8/2019", Fault.AMBIGUOUS_DATE),
        (2019.1, Fault.AMBIGUOUS_DATE),
        ("2019年7月-9月", Fault.UNREADABLE_DATE),
        ("约2019年7月", Fault.UNREADABLE_DATE),
        ("2019年7月8日上旬", Fault.UNREADABLE_DATE),
        ("春天", Fault.UNREADABLE_DATE),
        (True, Fault.UNREADABLE_DATE),
        (0.5, Fault.UNREADABLE_DATE),
        (123456789, Fault.UNREADABLE_DATE),
    ],
    ids=repr,
)
def test_what_is_no_day_or_could_be_several_is_not_read(written: Any, fault: Fault) -> None:
    assert read_days(written) is fault
