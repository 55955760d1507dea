"""Numbers of fewer than five children, which nothing issued or public tells, nor lets anybody work out.

A number is withheld if it is small, or if a small one would follow from it: from a sum, from what came and
went, or from the same number in another table.
"""

from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias, TypeVar

_PRIME: Final = 2**61 - 1
"""What is eliminated are sums of a few ones, so that counting by a great prime finds what fractions would."""
SMALLEST_TOLD: Final = 5
"""The smallest number beside none that is told."""
K = TypeVar("K", bound=Hashable)
LinearSum: TypeAlias = Mapping[K, int]
"""Numbers of which the multiples add up to nothing: the parts with 1, their sum with -1."""


def withheld_numbers(
    numbers: Mapping[K, int],
    sums: Sequence[LinearSum[K]],
    *,
    unshown: AbstractSet[K] = frozenset(),
    told: AbstractSet[K] = frozenset(),
    hidden: AbstractSet[K] = frozenset(),
) -> frozenset[K]:
    """Return which numbers are not told.

    Nobody who knows all others and the `sums` can work one of the small ones out, nor how many they are
    together where these are fewer than five. None at all is told. `unshown` are in no table, and are withheld
    from the first; those of `told` that are not small are told in any case. `hidden` were withheld
    elsewhere, and none of them follows either, unless it did from what is `told` alone.
    """
    small = {key for key, number in numbers.items() if 0 < number < SMALLEST_TOLD}
    # Totals first: what hides a part of one may be all that a balance needs.
    sums = sorted(sums, key=lambda each: _total(each) is None)
    # What adds up to none is none, whether it is told or not.
    totals = [(each, _total(each)) for each in sums]
    none = {
        key
        for each, total in totals
        if total is not None and not numbers[total] and unshown.isdisjoint(each)
        for key in each
    }
    if hidden:
        small |= hidden - _determined(sums, numbers.keys() - told)
    withheld = small | unshown | hidden
    while True:
        further = _more(numbers, sums, withheld, small, none | told)
        if further is None:
            return frozenset(withheld)
        withheld.add(further)


def _total(each: LinearSum[K]) -> K | None:
    """Return the number that the others of a sum add up to; None where some came and some went."""
    subtracted = [key for key, times in each.items() if times < 0]
    return subtracted[0] if len(subtracted) == 1 else None


def _more(
    numbers: Mapping[K, int],
    sums: Sequence[LinearSum[K]],
    withheld: AbstractSet[K],
    small: AbstractSet[K],
    kept: AbstractSet[K],
) -> K | None:
    """Return a number that must be withheld too, none of `kept`; None if nothing small follows."""
    concerned = [each for each in sums if not withheld.isdisjoint(each)]
    for each in concerned:
        hidden, total = [key for key in each if key in withheld], _total(each)
        # What is withheld of a total that is told is the rest of it, and nothing in it is less than none.
        if total is not None and total not in hidden and sum(numbers[key] for key in hidden) < SMALLEST_TOLD:
            others = _others(numbers, each, withheld | kept)
            if others:
                return min(others, key=lambda key: (numbers[key], str(key)))
    follows = _determined(concerned, withheld)
    if small.isdisjoint(follows):
        return _few_together(numbers, concerned, withheld, small, kept, follows)
    for each in concerned:
        if not small.isdisjoint({key for key in each if key in follows}):
            others = _others(numbers, each, withheld | kept)
            if others:
                return min(others, key=lambda key: (numbers[key], str(key)))
    # Its own sums have nothing more to withhold but totals, or it follows by way of others.
    return _further(numbers, sums, withheld, kept, follows) or _further(
        numbers, sums, withheld, kept, withheld
    )


def _few_together(  # noqa: PLR0917 - what is known, and of whom
    numbers: Mapping[K, int],
    sums: Sequence[LinearSum[K]],
    withheld: AbstractSet[K],
    small: AbstractSet[K],
    kept: AbstractSet[K],
    follows: AbstractSet[K],
) -> K | None:
    """Return what must be withheld too where small ones are known to be few together; None if nowhere.

    What follows is as good as told: it is taken from its sum as others are.
    """
    for each in sums:
        total = _total(each)
        if total is None or (total in withheld and total not in follows):
            continue
        rest = [key for key in each if key in withheld and key not in follows and key != total]
        if small.isdisjoint(rest) or sum(numbers[key] for key in rest) >= SMALLEST_TOLD:
            continue
        others = _others(numbers, each, withheld | kept)
        if others:
            return min(others, key=lambda key: (numbers[key], str(key)))
        further = _further(numbers, sums, withheld, kept, {key for key in each if key in follows})
        if further is not None:
            return further
    return None


def _others(numbers: Mapping[K, int], each: LinearSum[K], but: AbstractSet[K]) -> list[K]:
    """Return what else can be withheld of a sum: parts with any, or whatever came and went."""
    total = _total(each)
    return [key for key in each if key not in but and (total is None or (numbers[key] and key != total))]


def _further(
    numbers: Mapping[K, int],
    sums: Sequence[LinearSum[K]],
    withheld: AbstractSet[K],
    kept: AbstractSet[K],
    beside: AbstractSet[K],
) -> K | None:
    """Return the smallest number told in a sum with one of `beside`; a total only if nothing else is."""
    totals = {_total(each) for each in sums}
    others = {key for each in sums if not beside.isdisjoint(each) for key in each} - withheld - kept
    return min(
        others, key=lambda key: (key in totals, not numbers[key], numbers[key], str(key)), default=None
    )


def _determined(sums: Sequence[LinearSum[K]], unknown: AbstractSet[K]) -> set[K]:
    """Return which unknown numbers follow from these sums, by elimination."""
    solved: dict[K, dict[K, int]] = {}
    for each in sums:
        row = {key: value % _PRIME for key, value in each.items() if key in unknown}
        for key in [key for key in row if key in solved]:
            _take(row, solved[key], row[key])
        lead = next(iter(row), None)
        if lead is None:
            continue
        inverse = pow(row[lead], -1, _PRIME)
        scaled = {key: value * inverse % _PRIME for key, value in row.items()}
        for pivot in solved.values():
            if lead in pivot:
                _take(pivot, scaled, pivot[lead])
        solved[lead] = scaled
    return {key for key, row in solved.items() if len(row) == 1}


def _take(row: dict[K, int], pivot: Mapping[K, int], times: int) -> None:
    """Take a multiple of one row from another, in place."""
    for key, value in pivot.items():
        rest = (row.get(key, 0) - times * value) % _PRIME
        if rest:
            row[key] = rest
        else:
            row.pop(key, None)
