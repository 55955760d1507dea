"""Days as people write them: read as what they say, or not at all."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.imports.cells.days import read_days
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
        "2019–7–8",
        "2019 7 8",
        "2019 07 08",
        "2019　7　8",
        "2019. 7. 8",
        "2019/7/8日",
        "2019-07-08 周一",
        "2019-07-08 23:59",
        "2019/7/8 9:05",
        "20190708 12:00:00",
        "二○一九年七月八日",
        "二０一九年〇七月〇八日",
        "二零一九年七月八号",
        "二O一九年七月八日",
        "二◯一九年七月八日",
        "2019-07-07T16:00:00.000Z",
        "2019-07-08T15:59:59Z",
        "2019-07-07T16:00:00+00:00",
        "2019-07-08T00:00:00+08:00",
        "2019-07-07T12:00:00-0500",
        "2019-07-07 16:00:00 UTC",
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
        ("2019年12月份", "2019-12-01", "2019-12-31"),
        ("二○一九年十一月", "2019-11-01", "2019-11-30"),
        ("2019.10", "2019-10-01", "2019-10-31"),
        ("2019年", "2019-01-01", "2019-12-31"),
        ("二〇一九年", "2019-01-01", "2019-12-31"),
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
        ("2019-06-31", Fault.IMPOSSIBLE_DATE),
        ("2019-07-00", Fault.IMPOSSIBLE_DATE),
        ("0000-00-00", Fault.IMPOSSIBLE_DATE),
        ("9999-12-31", Fault.IMPOSSIBLE_DATE),
        ("2019/20", Fault.IMPOSSIBLE_DATE),
        (date(1905, 7, 11), Fault.IMPOSSIBLE_DATE),
        (date(1899, 12, 31), Fault.IMPOSSIBLE_DATE),
        ("19.7.8", Fault.TWO_DIGIT_YEAR),
        ("19-07-08", Fault.TWO_DIGIT_YEAR),
        ("98年3月", Fault.TWO_DIGIT_YEAR),
        ("980708", Fault.TWO_DIGIT_YEAR),
        ("190708", Fault.AMBIGUOUS_DATE),
        ("200107", Fault.AMBIGUOUS_DATE),
        ("7/8/2019", Fault.AMBIGUOUS_DATE),
        (2019.1, Fault.AMBIGUOUS_DATE),
        ("2019.9-12", Fault.AMBIGUOUS_DATE),
        ("2018/9-12", Fault.AMBIGUOUS_DATE),
        ("2019-9–12", Fault.AMBIGUOUS_DATE),
        ("2019年9-12", Fault.AMBIGUOUS_DATE),
        ("2019年9.12", Fault.AMBIGUOUS_DATE),
        ("2019年八月十五", Fault.AMBIGUOUS_DATE),
        ("二〇一九年八月初五", Fault.UNREADABLE_DATE),
        ("2019年7月8日星期二", Fault.AMBIGUOUS_DATE),
        ("1988-06-30T15:30:00Z", Fault.AMBIGUOUS_DATE),
        (datetime(2019, 7, 8, 23, 59, 59, 999_000), Fault.AMBIGUOUS_DATE),  # noqa: DTZ001 - as above
        (43654.999999, Fault.AMBIGUOUS_DATE),
        (40717, Fault.AMBIGUOUS_DATE),
        ("20197", Fault.AMBIGUOUS_DATE),
        ("九八年三月", Fault.TWO_DIGIT_YEAR),
        ("19 7 8", Fault.TWO_DIGIT_YEAR),
        ("2019-07-08 24:00", Fault.UNREADABLE_DATE),
        ("2019-07-08 09:61", Fault.UNREADABLE_DATE),
        ("2019-07 16:00Z", Fault.UNREADABLE_DATE),
        ("2019年9月至12月", Fault.UNREADABLE_DATE),
        ("2019-2020", Fault.UNREADABLE_DATE),
        ("2019~2020", Fault.UNREADABLE_DATE),
        ("2018.9-2019.7", Fault.UNREADABLE_DATE),
        ("2019年7月3-5日", Fault.UNREADABLE_DATE),
        ("3-5日", Fault.UNREADABLE_DATE),
        ("2019-07-08、09", Fault.UNREADABLE_DATE),
        ("2019年7月左右", Fault.UNREADABLE_DATE),
        ("2019-07-08前后", Fault.UNREADABLE_DATE),
        ("2019年以前", Fault.UNREADABLE_DATE),
        ("2019年7月8日以后", Fault.UNREADABLE_DATE),
        ("2019年7月之后", Fault.UNREADABLE_DATE),
        ("2019-07-08?", Fault.UNREADABLE_DATE),
        ("2019年底", Fault.UNREADABLE_DATE),
        ("农历2019年8月15日", Fault.UNREADABLE_DATE),
        ("2019年8月15日(农历)", Fault.UNREADABLE_DATE),
        ("2019年腊月初八", Fault.UNREADABLE_DATE),
        ("2019年正月初五", Fault.UNREADABLE_DATE),
        ("民国108年7月8日", Fault.UNREADABLE_DATE),
        ("昭和63年1月7日", Fault.UNREADABLE_DATE),
        ("二十一年七月八日", Fault.TWO_DIGIT_YEAR),
        ("2019年7月8日①", Fault.UNREADABLE_DATE),
        ("2019²-07-08", Fault.UNREADABLE_DATE),
        ("٢٠١٩-٠٧-٠٨", Fault.UNREADABLE_DATE),
        ("201 9-07-08", Fault.UNREADABLE_DATE),
        ("2019 7", Fault.UNREADABLE_DATE),
        ("2019年9", Fault.UNREADABLE_DATE),
        ("〇", Fault.UNREADABLE_DATE),
        (float("inf"), Fault.UNREADABLE_DATE),
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


def spelled(day: date, *, month_only: bool = False) -> str:
    """The day in Chinese numerals."""
    digits = "〇一二三四五六七八九"
    year = "".join(digits[int(digit)] for digit in str(day.year))
    month, own = (
        digits[number]
        if number < 10
        else f"{digits[number // 10] if number > 19 else ''}十{digits[number % 10] if number % 10 else ''}"
        for number in (day.month, day.day)
    )
    return f"{year}年{month}月" if month_only else f"{year}年{month}月{own}日"


DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
SPELLINGS = (
    "{0:%Y-%m-%d}",
    "{0.year}-{0.month}-{0.day}",
    "{0:%Y/%m/%d}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year} {0.month} {0.day}",
    "{0:%Y%m%d}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year} 年 {0.month} 月 {0.day} 日",
    "{0.year}年{0.month:02}月{0.day:02}号",
    "{0:%Y-%m-%d} 00:00:00",
    "{0:%Y-%m-%d}T23:59:59",
    "{0:%Y-%m-%d}T00:00:00+08:00",
)


@given(DAYS, st.sampled_from(SPELLINGS))
def test_any_day_in_any_spelling_is_that_day(day: date, spelling: str) -> None:
    assert read_days(spelling.format(day)) == Days.on(day)
    assert read_days(spelled(day)) == Days.on(day)
    assert read_days(spelled(day).replace("〇", "○")) == Days.on(day)


@given(DAYS)
def test_any_month_is_the_interval_of_its_days(day: date) -> None:
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    for written in (f"{day:%Y-%m}", f"{day.year}.{day.month:02}", f"{day.year}年{day.month}月"):
        assert read_days(written) == Days(first, last)
    assert read_days(spelled(day, month_only=True)) == Days(first, last)


@given(st.datetimes(datetime(1992, 1, 1), datetime(2190, 1, 1)))  # noqa: DTZ001 - said to be in UTC below
def test_an_instant_is_the_day_that_it_is_in_china(instant: datetime) -> None:
    assert read_days(f"{instant.isoformat()}Z") == Days.on((instant + timedelta(hours=8)).date())


@given(DAYS)
def test_a_count_of_days_is_that_day_or_not_read(day: date) -> None:
    count = (day - date(1899, 12, 30)).days
    for written in (count, float(count), count + 0.25, str(count)):
        meant = read_days(written)
        assert meant == Days.on(day) or isinstance(meant, Fault) or not meant.exact


@given(
    DAYS,
    DAYS,
    st.sampled_from(("-", "~", "—", "至", "到", "、", ",", " ", "/", "或")),
    st.sampled_from(SPELLINGS),
)
def test_two_days_are_never_one(one: date, other: date, between: str, spelling: str) -> None:
    assert isinstance(read_days(spelling.format(one) + between + spelling.format(other)), Fault)


@given(
    DAYS, st.sampled_from(("约", "大约", "农历", "阴历", "民国", "公元前", "?")), st.sampled_from(SPELLINGS)
)
def test_what_stands_before_a_day_makes_it_none(day: date, before: str, spelling: str) -> None:
    assert isinstance(read_days(before + spelling.format(day)), Fault)


@given(
    DAYS,
    st.sampled_from(
        ("左右", "前后", "以前", "之后", "以后", "起", "前", "?", "(农历)", "，待核", "*", "至今")
    ),
    st.sampled_from(SPELLINGS),
)
def test_what_stands_behind_a_day_makes_it_none(day: date, behind: str, spelling: str) -> None:
    assert isinstance(read_days(spelling.format(day) + behind), Fault)


@given(st.text("0123456789０１-/.年月日号 至约—二〇一九十○²①", max_size=14))
def test_whatever_is_written_is_read_as_days_or_not_at_all(written: str) -> None:
    assert isinstance(read_days(written), Days | Fault)
