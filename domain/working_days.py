"""Working days: the days on which offices work, with the make-up days that a holiday is moved for.

The State Council's notice of each November says the days off of the next year, and `chinese-calendar` keeps
them. Of years that it does not have, only the weekends are known: a day counted there is provisional.
"""

from datetime import date
from typing import Final

from chinese_calendar import is_workday  # type: ignore[import-untyped]  # it declares no types
from chinese_calendar.constants import holidays  # type: ignore[import-untyped]  # the same

from domain.when import LAST_DAY, day_after

KNOWN_FROM: Final = date(min(holidays).year, 1, 1)
KNOWN_UNTIL: Final = date(max(holidays).year, 12, 31)
"""The first and the last day of the years of which the days off are known."""
SATURDAY: Final = 5


def is_known(day: date) -> bool:
    """Return whether the days off of that year are known."""
    return KNOWN_FROM <= day <= KNOWN_UNTIL


def is_working(day: date) -> bool:
    """Return whether offices work on a day; on one that is not known, every day but weekends counts."""
    return bool(is_workday(day)) if is_known(day) else day.weekday() < SATURDAY


def working_days_after(day: date, count: int) -> date:
    """Return the last of so many working days after a day, which does not count itself (民法典 201).

    A result outside the calendar becomes its last day.
    """
    while count and day < LAST_DAY:
        day = day_after(day)
        count -= is_working(day)
    return day
