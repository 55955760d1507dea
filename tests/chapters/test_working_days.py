"""Working days: weekends, days off, make-up days, and years that nobody announced yet."""

from datetime import date, timedelta

import pytest

from domain.rulebook import Pack
from domain.when import FIRST_DAY, LAST_DAY, Days
from domain.working_days import KNOWN_FROM, KNOWN_UNTIL, is_known, is_working, working_days_after


def number(value: int, unit: str = "working_days") -> Pack:
    return Pack("000000", FIRST_DAY, LAST_DAY, value, unit, "《示例》", verified=True)


@pytest.mark.rule("R-TIME-2")
def test_the_national_day_holidays_do_not_count_and_their_make_up_days_do() -> None:
    assert not is_working(date(2026, 10, 1))
    assert not is_working(date(2026, 10, 7))
    assert is_working(date(2026, 10, 10)), "a Saturday worked for the holiday"
    assert working_days_after(date(2026, 9, 30), 1) == date(2026, 10, 8)


@pytest.mark.rule("R-TIME-2")
def test_the_day_on_which_a_period_begins_does_not_count() -> None:
    assert working_days_after(date(2026, 7, 1), 1) == date(2026, 7, 2)
    assert working_days_after(date(2026, 7, 3), 1) == date(2026, 7, 6)
    assert number(15).ends(Days.on(date(2026, 7, 1))) == Days.on(date(2026, 7, 22))


@pytest.mark.rule("R-TIME-2")
def test_a_period_that_ends_in_a_year_not_announced_is_provisional_and_leaves_out_weekends() -> None:
    last, following = KNOWN_UNTIL, KNOWN_UNTIL + timedelta(days=1)
    assert (is_known(last), is_known(following)) == (True, False)
    assert (number(1).is_provisional(last), number(1).is_provisional(following)) == (False, True)
    assert not number(1, "days").is_provisional(following)
    saturday = following + timedelta(days=(5 - following.weekday()) % 7)
    assert not is_working(saturday)
    assert is_working(saturday + timedelta(days=2))


def test_before_the_calendar_begins_only_weekends_are_left_out() -> None:
    assert not is_known(KNOWN_FROM - timedelta(days=1))
    assert is_working(date(2003, 12, 31))
    assert working_days_after(LAST_DAY, 3) == LAST_DAY
