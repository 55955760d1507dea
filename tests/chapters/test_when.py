"""Days are moved by months and days, and never out of the calendar."""

from datetime import date

import pytest

from domain.when import FIRST_DAY, LAST_DAY, add, birthday, day_after, day_before


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
