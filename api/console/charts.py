"""Drawings of a life, as a template draws them: the strip of half-years, and the plane of both dates."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias

from api.console.value_display import at
from domain.entry import LATE_DAYS

MOST_DOTS: Final = 200
"""Entries up to which each has a dot of its own, with a link: more would be more than a page may weigh."""
_A_HALF: Final = 6
"""Months of a half-year."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 4, 336, 16, 62
"""The strip within its drawing, which is 340 wide and 92 high."""
_PLANE: Final = ((40, 320), (364, 8))
"""The first and the last corner of the plane within its drawing, which is 372 wide and 344 high."""
DatedEntries: TypeAlias = Sequence[Mapping[str, Any]]
"""Entries with their dates, as the answer about the chronology of a file has them."""


@dataclass(frozen=True, slots=True)
class HalfYear:
    """How many entries happened in half a year, how many of them are late, and where it is drawn."""

    year: int
    second: bool
    entries: int
    late: int
    x: float
    top: float
    late_top: float


@dataclass(frozen=True, slots=True)
class LifeStrip:
    """A life in half-years: its bars, the years to name with their places, and where the shown day is."""

    bars: Sequence[HalfYear]
    width: float
    years: Sequence[tuple[int, float]]
    marker: float
    entries: int
    late: int
    bottom: int = _BOTTOM


@dataclass(frozen=True, slots=True)
class Dot:
    """Entries at one place of the plane: those of one day of both dates, or of one month."""

    x: float
    y: float
    size: float
    entries: DatedEntries
    late: bool


@dataclass(frozen=True, slots=True)
class Plane:
    """Entries by the day on which they happened (x) and were recorded (y).

    `years` are lines to name, with where they cross; `points` are the crosshairs of what is compared.
    `by_year` counts entries by the years of both days, the latest first.
    """

    dots: Sequence[Dot]
    years: Sequence[tuple[int, float, float]]
    points: Sequence[tuple[float, float]]
    by_month: bool
    by_year: Sequence[tuple[int, int, int]]
    entries: int
    late: int


def life_strip(dated: DatedEntries, day: date) -> LifeStrip | None:
    """Return the strip of a life up to a day or its last entry, with its marker there; None of no entries."""
    if not dated:
        return None
    counted, late = (
        Counter(map(_half, map(_day, dated))),
        Counter(_half(_day(each)) for each in dated if _is_late(each)),
    )
    first, last = min(counted), max(*counted, _half(day))
    width = (_RIGHT - _LEFT) / (last - first + 1)
    most, height = max(counted.values()), _BOTTOM - _TOP

    def across(half: float) -> float:
        return round(_LEFT + (half - first) * width, 1)

    def top(count: int) -> float:
        return round(_BOTTOM - height * count / most, 1)

    bars = [
        HalfYear(half // 2, bool(half % 2), count, late[half], across(half), top(count), top(late[half]))
        for half, count in sorted(counted.items())
    ]
    step = max(1, (last - first) // 8)
    years = [(year, across(2 * year)) for year in range((first + 1) // 2, last // 2, step)]
    within = ((day.month - 1) % _A_HALF + day.day / 31) / _A_HALF
    return LifeStrip(
        bars,
        round(max(width - 1.5, 1.5), 1),
        years,
        across(_half(day) + within),
        len(dated),
        late.total(),
    )


def plane(dated: DatedEntries, points: Iterable[tuple[date, date]], today: date) -> Plane | None:
    """Return the plane of a file's entries with the points that are compared; None of no entries."""
    if not dated:
        return None
    placed = [(_day(each), at(each["recorded_at"]).date(), each) for each in dated]
    first = min(occurred for occurred, _, _ in placed).replace(month=1, day=1)
    last = max(today, *(max(occurred, recorded) for occurred, recorded, _ in placed))
    (left, bottom), (right, top) = _PLANE

    def share(day: date) -> float:
        return min(max((day - first).days / max((last - first).days, 1), 0), 1)

    def across(day: date) -> float:
        return round(left + share(day) * (right - left), 1)

    def up(day: date) -> float:
        return round(bottom + share(day) * (top - bottom), 1)

    by_month = len(placed) > MOST_DOTS
    groups: dict[tuple[date, date], list[Mapping[str, Any]]] = {}
    for occurred, recorded, each in placed:
        days = (occurred.replace(day=15), recorded.replace(day=15)) if by_month else (occurred, recorded)
        groups.setdefault(days, []).append(each)
    dots = [
        Dot(across(occurred), up(recorded), min(2.75 + len(each) / 4, 9), each, any(map(_is_late, each)))
        for (occurred, recorded), each in groups.items()
    ]
    step = max(1, (last.year - first.year) // 5)
    years = [
        (year, across(date(year, 1, 1)), up(date(year, 1, 1)))
        for year in range(first.year, last.year + 1, step)
    ]
    crosses = list(dict.fromkeys((across(happened), up(known)) for happened, known in points))
    counted = Counter((occurred.year, recorded.year) for occurred, recorded, _ in placed)
    by_year = [(*both, count) for both, count in sorted(counted.items(), reverse=True)]
    return Plane(dots, years, crosses, by_month, by_year, len(placed), sum(map(_is_late, dated)))


def _half(day: date) -> int:
    return 2 * day.year + (day.month > _A_HALF)


def _day(entry: Mapping[str, Any]) -> date:
    return date.fromisoformat(entry["occurred_until"])


def _is_late(entry: Mapping[str, Any]) -> bool:
    return (entry["lag_days"] or 0) > LATE_DAYS
