"""Days, intervals of days, and how ages and periods are counted (rules R-AGE-1 and R-TIME-1).

An age is reached on the birthday (`birthday`). The day on which a period begins does not count, and its last
day counts whole (`Days.plus`): what is to have passed has passed from the day after (`Days.passed`).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

FIRST_DAY: Final = date.min
LAST_DAY: Final = date.max
SHANGHAI: Final = timezone(timedelta(hours=8))
"""The time zone of all days; it has had no summer time since 1991."""
_ONE_DAY: Final = timedelta(days=1)
_SHORTEST_MONTH: Final = 28
"""Days that every month has."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which something may have happened: not before `first`, not after `last`.

    `first` is None when the beginning is unknown. A known day has `first == last`.
    """

    first: date | None
    last: date

    @classmethod
    def on(cls, day: date) -> "Days":
        """Exactly that day."""
        return cls(day, day)

    @property
    def exact(self) -> bool:
        """Whether the day itself is known."""
        return self.first == self.last

    @property
    def earliest(self) -> date:
        """The first possible day; the beginning of the calendar when it is unknown."""
        return FIRST_DAY if self.first is None else self.first

    @property
    def whole(self) -> bool:
        """Whether the interval is exactly a calendar month or year: a date that is known only so far."""
        first, last = self.first, self.last
        if first is None or first.day != 1 or last != month_end(last):
            return False
        a_month = (first.year, first.month) == (last.year, last.month)
        return a_month or (first, last) == (date(last.year, 1, 1), date(last.year, 12, 31))

    def plus(self, *, days: int = 0, months: int = 0) -> "Days":
        """Return the interval moved by calendar months and then by days.

        That is the last day of a period of this length that begins on these days: the first day does not
        count (民法典 201), and where a month lacks the day its last day counts (202).
        """
        last = add(self.last, days=days, months=months)
        if self.first == self.last:
            return Days(last, last)
        first = None if self.first is None else add(self.first, days=days, months=months)
        return Days(first, last)

    def turns(self, years: float, *, months: int = 0) -> "Days":
        """Return the day on which who was born on these days completes an age, as `birthday` counts it."""
        first = None if self.first is None else birthday(self.first, years, months=months)
        return Days(first, birthday(self.last, years, months=months))

    @property
    def passed(self) -> "Days":
        """The first day on which a period that ends on these days has passed: its last counts whole (203)."""
        return Days(None if self.first is None else day_after(self.first), day_after(self.last))


def add(day: date, *, days: int = 0, months: int = 0) -> date:
    """Return a day moved by calendar months (to the last day of a shorter month) and then by days.

    A result outside the calendar becomes its first or last day.
    """
    if months:
        index = day.year * 12 + day.month - 1 + months
        year, month = index // 12, index % 12 + 1
        if not FIRST_DAY.year <= year <= LAST_DAY.year:
            return FIRST_DAY if months < 0 else LAST_DAY
        within = day.day <= _SHORTEST_MONTH
        day = date(year, month, day.day if within else min(day.day, days_in_month(year, month)))
    if not days:
        return day
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return FIRST_DAY if days < 0 else LAST_DAY


def days_in_month(year: int, month: int) -> int:
    """Return the number of days of a month."""
    return monthrange(year, month)[1]


def month_end(day: date) -> date:
    """Return the last day of the month of a day."""
    return day.replace(day=days_in_month(day.year, day.month))


def day_of(instant: datetime) -> date:
    """Return the day of an instant in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """Return the last instant of a day in Asia/Shanghai, of any but the last of the calendar."""
    return datetime.combine(day_after(day), time(), SHANGHAI) - timedelta(microseconds=1)


def day_after(day: date) -> date:
    """The next day; the last day of the calendar has none and stays."""
    return day if day == LAST_DAY else day + _ONE_DAY


def day_before(day: date) -> date:
    """The previous day; the first day of the calendar has none and stays."""
    return day if day == FIRST_DAY else day - _ONE_DAY


def in_chinese(day: date) -> str:
    """Return a day as a Chinese text has it (GB/T 15835): 2026年4月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def birthday(born: date, years: float, *, months: int = 0) -> date:
    """Return the day on which a person completes that many years and months; halves count as six months.

    That is the birthday itself; of who was born on 29 February the last of February in a common year
    (民法典 17, 202). Time before an age is counted from the birth too: half a year before 18 is 17.5.
    """
    return add(born, months=round(years * 12) + months)


def age(born: date, day: date) -> int:
    """Full years of age on a day; negative before birth."""
    years = day.year - born.year
    return years if day >= birthday(born, years) else years - 1
