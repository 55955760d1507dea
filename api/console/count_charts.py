"""Drawings of counts: bars of how many there are of each, and a line of how many there were."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, floor, log10
from typing import Final
from unicodedata import east_asian_width

_BAR_LEFT, _BAR_RIGHT, _BAR_STEP = 172, 452, 27
"""Where bars begin and end within their drawing, which is 520 wide, and how far they are apart."""
_LINE: Final = ((44, 208), (600, 20))
"""The first and the last corner of a line within its drawing, which is 660 wide and 236 high."""
_MOST_NAMED: Final = 8
"""Places of a line that are named."""
_WIDEST_NAME: Final = 24
"""How wide the name of a bar is at most, in Latin letters, of which a Chinese one takes two."""


@dataclass(frozen=True, slots=True)
class CountBar:
    """A bar: what it is of, how many there are, where it stands and how long it is."""

    label: str
    count: int
    y: int
    width: float


@dataclass(frozen=True, slots=True)
class CountBars:
    """Bars, one below another, in a drawing of this height."""

    bars: Sequence[CountBar]
    height: int
    left: int = _BAR_LEFT


@dataclass(frozen=True, slots=True)
class CountLine:
    """A line of counts: its points as an SVG has them, named places, the lines of the grid, and its last."""

    points: str
    places: Sequence[tuple[str, float]]
    grid: Sequence[tuple[int, float]]
    last: tuple[float, float, int]


def count_bars(counts: Sequence[tuple[str, int]]) -> CountBars | None:
    """Return bars of what there is of each; None where there is nothing."""
    most = max((count for _, count in counts), default=0)
    if most == 0:
        return None
    bars = [
        CountBar(
            _shortened(label),
            count,
            8 + place * _BAR_STEP,
            round(max((_BAR_RIGHT - _BAR_LEFT) * count / most, 1.0 if count else 0.0), 1),
        )
        for place, (label, count) in enumerate(counts)
    ]
    return CountBars(bars, 8 + len(counts) * _BAR_STEP)


def count_line(counts: Sequence[tuple[str, int]]) -> CountLine | None:
    """Return a line of how many there were, from the first place to the last; None of fewer than two."""
    if len(counts) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    numbers = [count for _, count in counts]
    step = _step(max(numbers) - min(numbers))
    low, high = floor(min(numbers) / step) * step, ceil(max(numbers) / step) * step
    high = max(high, low + step)
    (left, bottom), (right, top) = _LINE

    def across(place: int) -> float:
        return round(left + (right - left) * place / (len(counts) - 1), 1)

    def up(count: int) -> float:
        return round(bottom + (top - bottom) * (count - low) / (high - low), 1)

    named = max(1, ceil(len(counts) / _MOST_NAMED))
    return CountLine(
        " ".join(f"{across(place)},{up(count)}" for place, count in enumerate(numbers)),
        [(name, across(place)) for place, (name, _) in enumerate(counts) if place % named == 0],
        [(each, up(each)) for each in range(low, high + 1, step)],
        (across(len(counts) - 1), up(numbers[-1]), numbers[-1]),
    )


def _step(span: int) -> int:
    """Return how far lines of a grid are apart, a round number, for a span of counts."""
    wanted = max(span, 1) / 4
    size = 10 ** max(floor(log10(wanted)), 0)
    return int(next(each * size for each in (1, 2, 5, 10) if each * size >= wanted))


def _shortened(label: str) -> str:
    widths = [*accumulate(2 if east_asian_width(each) in "WF" else 1 for each in label)]
    if not widths or widths[-1] <= _WIDEST_NAME:
        return label
    return f"{label[: bisect_right(widths, _WIDEST_NAME - 2)]}…"
