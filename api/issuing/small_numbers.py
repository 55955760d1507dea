"""Numbers of fewer than five children, which no issued report tells, nor lets anybody work out.

A number is withheld if it is small, or if a small one would follow from it: from a sum, from what came and
went, or from the same number in another table.
"""

from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction
from typing import Final, TypeAlias, TypeVar

SMALLEST_TOLD: Final = 5
"""The smallest number beside none that is told."""
K = TypeVar("K", bound=Hashable)
LinearSum: TypeAlias = Mapping[K, int]
"""Numbers of which the multiples add up to nothing: the parts with 1, their sum with -1."""


def withheld_numbers(numbers: Mapping[K, int], sums: Sequence[LinearSum[K]]) -> frozenset[K]:
    """Return which numbers are not told.

    Nobody who knows all others and the `sums` can work one of the small ones out, nor how many they are
    together where these are fewer than five. None at all is told.
    """
    small = {key for key, number in numbers.items() if 0 < number < SMALLEST_TOLD}
    # Totals first: what hides a part of one may be all that a balance needs.
    sums = sorted(sums, key=lambda each: _total(each) is None)
    # What adds up to none is none, whether it is told or not.
    totals = [(each, _total(each)) for each in sums]
    none = {key for each, total in totals if total is not None and not numbers[total] for key in each}
    withheld = set(small)
    while True:
        told = _more(numbers, sums, withheld, small, none)
        if told is None:
            return frozenset(withheld)
        withheld.add(told)


def _total(each: LinearSum[K]) -> K | None:
    """Return the number that the others of a sum add up to; None where some came and some went."""
    subtracted = [key for key, times in each.items() if times < 0]
    return subtracted[0] if len(subtracted) == 1 else None


def _more(
    numbers: Mapping[K, int],
    sums: Sequence[LinearSum[K]],
    withheld: AbstractSet[K],
    small: AbstractSet[K],
    none: AbstractSet[K],
) -> K | None:
    """Return a number that must be withheld too; None if nothing small follows from the others."""
    follows = _determined([each for each in sums if not withheld.isdisjoint(each)], withheld)
    for each in sums:
        hidden, total = [key for key in each if key in withheld], _total(each)
        # What is withheld of a total that is told is the rest of it, and nothing in it is less than none.
        few = (
            total is not None and total not in hidden and sum(numbers[key] for key in hidden) < SMALLEST_TOLD
        )
        if not hidden or not (few or not small.isdisjoint(follows.intersection(hidden))):
            continue
        others = [key for key in each if key not in withheld and key not in none]
        if total is not None:
            others = [key for key in others if numbers[key]]
        if others:
            # The smallest one, and the total only where there is nothing else.
            return min(others, key=lambda key: (key == total, numbers[key], str(key)))
    if small.isdisjoint(follows):
        return None
    # Its own sums have nothing more to withhold: it follows by way of others.
    return _further(numbers, sums, withheld, none, follows) or _further(
        numbers, sums, withheld, none, withheld
    )


def _further(
    numbers: Mapping[K, int],
    sums: Sequence[LinearSum[K]],
    withheld: AbstractSet[K],
    none: AbstractSet[K],
    beside: AbstractSet[K],
) -> K | None:
    """Return the smallest number told in a sum with one of `beside`; a total only if nothing else is."""
    totals = {_total(each) for each in sums}
    others = {key for each in sums if not beside.isdisjoint(each) for key in each} - withheld - none
    return min(
        others, key=lambda key: (key in totals, not numbers[key], numbers[key], str(key)), default=None
    )


def _determined(sums: Sequence[LinearSum[K]], unknown: AbstractSet[K]) -> set[K]:
    """Return which unknown numbers follow from these sums, by elimination."""
    rows = [{key: Fraction(value) for key, value in each.items() if key in unknown} for each in sums]
    solved: dict[K, dict[K, Fraction]] = {}
    for row in rows:
        for key, pivot in solved.items():
            _take(row, pivot, row.get(key, Fraction(0)))
        lead = next(iter(row), None)
        if lead is None:
            continue
        scaled = {key: value / row[lead] for key, value in row.items()}
        for pivot in solved.values():
            _take(pivot, scaled, pivot.get(lead, Fraction(0)))
        solved[lead] = scaled
    return {key for key, row in solved.items() if len(row) == 1}


def _take(row: dict[K, Fraction], pivot: Mapping[K, Fraction], times: Fraction) -> None:
    """Take a multiple of one row from another, in place."""
    if not times:
        return
    for key, value in pivot.items():
        rest = row.get(key, Fraction(0)) - times * value
        if rest:
            row[key] = rest
        else:
            row.pop(key, None)
