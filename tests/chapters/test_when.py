"""How days are moved, an age is reached, and a period ends and has passed."""

from datetime import date, timedelta

import pytest

from domain.rulebook import Pack
from domain.when import FIRST_DAY, LAST_DAY, Days, add, age, birthday, day_after, day_before
from tests.support.given import given


@pytest.mark.parametrize(
    ("day", "moved", "becomes"),
    [
        (date(2024, 1, 31), {"months": 1}, date(2024, 2, 29)),
        (date(2023, 1, 31), {"months": 1}, date(2023, 2, 28)),
        (date(2023, 12, 15), {"months": 1, "days": 20}, date(2024, 2, 4)),
        (date(2024, 3, 31), {"months": -1}, date(2024, 2, 29)),
        (LAST_DAY, {"days": 1}, LAST_DAY),
        (LAST_DAY, {"months": 1}, LAST_DAY),
        (FIRST_DAY, {"days": -1}, FIRST_DAY),
        (FIRST_DAY, {"months": -13}, FIRST_DAY),
        (date(2024, 1, 1), {"days": 10**17}, LAST_DAY),
        (date(2024, 1, 1), {"days": -(10**17)}, FIRST_DAY),
    ],
)
def test_a_day_is_moved_and_stays_in_the_calendar(day: date, moved: dict[str, int], becomes: date) -> None:
    assert add(day, **moved) == becomes


def test_the_calendar_ends_at_both_ends() -> None:
    assert (day_before(FIRST_DAY), day_after(LAST_DAY)) == (FIRST_DAY, LAST_DAY)


def test_somebody_born_on_29_february_has_a_birthday_in_common_years() -> None:
    assert birthday(date(2008, 2, 29), 17.5) == date(2025, 8, 29)
    assert birthday(date(2008, 2, 29), 18) == date(2026, 2, 28)


@pytest.mark.rule("R-AGE-1")
@pytest.mark.parametrize(
    ("born", "years", "reached"),
    [
        (date(2008, 6, 1), 18, date(2026, 6, 1)),
        (date(2008, 2, 29), 18, date(2026, 2, 28)),
        (date(2008, 2, 29), 16, date(2024, 2, 29)),
        (date(2008, 8, 31), 17.5, date(2026, 2, 28)),
        (date(2008, 2, 29), 17.5, date(2025, 8, 29)),
        (date(2007, 12, 31), 18, date(2025, 12, 31)),
    ],
)
def test_an_age_is_reached_on_the_birthday_and_not_the_day_before(
    born: date, years: float, reached: date
) -> None:
    assert birthday(born, years) == reached
    if years == int(years):
        assert [age(born, day) for day in (day_before(reached), reached)] == [years - 1, years]


@pytest.mark.rule("R-AGE-1", "I22", "G01")
def test_half_a_year_is_the_same_day_counted_forwards_and_backwards() -> None:
    every_day = (date(2004, 1, 1) + timedelta(days=each) for each in range(4 * 366))
    assert all(birthday(born, 17.5) == birthday(born, 18, months=-6) for born in every_day)
    assert Days(None, date(2004, 2, 29)).turns(18, months=-6) == Days(None, date(2021, 8, 29))


@pytest.mark.rule("R-TIME-1")
@pytest.mark.parametrize(
    ("began", "value", "unit", "last"),
    [
        (date(2025, 3, 1), 60, "days", date(2025, 4, 30)),
        (date(2024, 1, 31), 1, "months", date(2024, 2, 29)),
        (date(2023, 1, 31), 1, "months", date(2023, 2, 28)),
        (date(2024, 2, 29), 12, "months", date(2025, 2, 28)),
        (date(2024, 2, 29), 1, "years", date(2025, 2, 28)),
        (date(2024, 12, 31), 0, "days", date(2024, 12, 31)),
    ],
)
def test_the_first_day_of_a_period_does_not_count_and_its_last_day_counts_whole(
    began: date, value: int, unit: str, last: date
) -> None:
    ends = period(value, unit).ends(Days.on(began))
    assert ends == Days.on(last)
    life = [given().on(day) for day in (day_before(last), last, day_after(last))]
    assert [each.arrived(ends) for each in life] == [False, True, True]
    assert [each.passed(ends) for each in life] == [False, False, True]


@pytest.mark.rule("R-TIME-1")
def test_a_period_that_began_on_an_unknown_day_leaves_open_whether_it_has_passed() -> None:
    ends = period(30, "days").ends(Days(date(2025, 3, 1), date(2025, 3, 31)))
    asked = [date(2025, 3, 31), date(2025, 4, 1), date(2025, 4, 30), date(2025, 5, 1)]
    assert [given().on(day).passed(ends) for day in asked] == [False, None, None, True]
    unknown = period(30, "days").ends(Days(None, date(2025, 3, 31)))
    assert given().on(date(1990, 1, 1)).passed(unknown) is None


def test_a_number_that_counts_no_time_is_no_period() -> None:
    with pytest.raises(ValueError, match="children"):
        period(1, "children").ends(Days.on(date(2025, 3, 1)))


def period(value: int, unit: str) -> Pack:
    return Pack("000000", FIRST_DAY, LAST_DAY, value, unit, "示例", verified=True)
