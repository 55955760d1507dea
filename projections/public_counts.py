"""Counts of children that may be published: no cell of fewer than five, nor what one would follow from.

Dimensions stand in groups. Of a group each dimension is counted, and each two crossed, as one system of sums;
groups meet in the total alone, which is the same in all and is told unless it is small. So what is published
of one group tells nothing of another.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final, TypeAlias

from projections.child_counts import CountedCell, Flow
from projections.small_numbers import LinearSum, withheld_numbers

CROSSED_GROUPS: Final = (
    ("institution", "place", "stage"),
    ("sex", "age_band"),
    ("schooling", "school_form"),
    ("household", "household_nature"),
    ("risk", "risk_colour"),
)
"""Dimensions that may be crossed, two at a time, where something is public. Every other one stands alone."""
_CROSSED: Final = 2
ToldCells: TypeAlias = Mapping[CountedCell, int | None]
"""Cells with how many they have; None for what is not told."""
_Margin: TypeAlias = tuple[tuple[int, ...], CountedCell]
"""A cell of some dimensions of a group, by their places in it."""


def group_of(by: Sequence[str]) -> tuple[str, ...] | None:
    """Return the group of what is counted by; None if that is not published crossed."""
    if len(by) == 1:
        return next((each for each in CROSSED_GROUPS if by[0] in each), (by[0],))
    return next((each for each in CROSSED_GROUPS if len(by) == _CROSSED and {*by} <= {*each}), None)


def public_cells(
    group: Sequence[str], counted: Mapping[CountedCell, int], by: Sequence[str]
) -> tuple[ToldCells, int | None]:
    """Return the cells of some dimensions of a group, and the total, from those of all of it crossed."""
    places = range(len(group))
    margins: Counter[_Margin] = Counter()
    sums: defaultdict[_Margin, dict[_Margin, int]] = defaultdict(dict)
    for size in range(len(group) + 1):
        for of in combinations(places, size):
            for cell, count in counted.items():
                margins[of, tuple(cell[place] for place in of)] += count
    for of, cell in margins:
        for left_out in of:
            fewer = tuple(place for place in of if place != left_out)
            coarser = (
                fewer,
                tuple(value for place, value in zip(of, cell, strict=True) if place != left_out),
            )
            # By which dimension a sum is taken apart tells it from the others of the same cell.
            parts = sums[(*fewer, -1 - left_out), coarser[1]]
            parts[coarser] = -1
            parts[of, cell] = 1
    withheld = withheld_numbers(
        margins,
        [*sums.values()],
        unshown={margin for margin in margins if len(margin[0]) > _CROSSED},
        told={((), ())},
    )
    asked = [group.index(name) for name in by]
    wanted = tuple(sorted(asked))
    cells = {
        tuple(cell[wanted.index(place)] for place in asked): None if (of, cell) in withheld else count
        for (of, cell), count in margins.items()
        if of == wanted
    }
    whole: _Margin = ((), ())
    return cells, None if whole in withheld else margins[whole]


def public_flows(flows: Iterable[Flow]) -> tuple[Mapping[str, int | None], Mapping[str, int | None]]:
    """Return how many children came and went, by kind of flow; and who left, by reason, where `left` is told.

    The `flows` are of everybody, so that nobody moves. How many there were at first and at last is told, as a
    count of that day tells it, unless it is small.
    """
    kinds, reasons = Counter[str](), Counter[str]()
    for flow in flows:
        kinds[flow.kind] += flow.count
        if flow.kind == "left":
            reasons[flow.reason] += flow.count
    balance = {"stock_from": 1, "entered": 1, "left": -1, "stock_to": -1}
    numbers = {kind: kinds[kind] for kind in balance}
    numbers |= {f"left for {reason}": count for reason, count in reasons.items()}
    left = {f"left for {reason}": 1 for reason in reasons} | {"left": -1}
    # Without reasons nobody left, which may have to hide who came.
    sums: list[LinearSum[str]] = [balance, left] if reasons else [balance]
    withheld = withheld_numbers(numbers, sums, told={"stock_from", "stock_to"})
    told = {kind: None if kind in withheld else count for kind, count in numbers.items()}
    # That there is a reason, or none, would tell whether anybody left.
    shown = {} if "left" in withheld else {reason: told[f"left for {reason}"] for reason in reasons}
    return {**{kind: told[kind] for kind in balance}, "moved_in": 0, "moved_out": 0}, shown
