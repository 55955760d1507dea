"""Numbers of what is sealed wholly: a report tells them only where nobody learns of one child by them.

Who was adopted is known to many, so a number of them must leave open of each how it was.
"""

from collections.abc import Sequence

from projections.small_numbers import SMALLEST_TOLD


def pooled_rows(counts: Sequence[int]) -> frozenset[int]:
    """Return which rows of such a table are not told, by their places.

    They are those of fewer than five, none included: that nobody is of a kind is told as little as that few
    are. Those that are not told are five or more together, so that no row has all, nor all but a few.
    """
    hidden = {place for place, count in enumerate(counts) if count < SMALLEST_TOLD}
    told = sorted(
        (place for place in range(len(counts)) if place not in hidden), key=lambda each: counts[each]
    )
    for place in told:
        if not hidden or sum(counts[each] for each in hidden) >= SMALLEST_TOLD:
            break
        hidden.add(place)
    return frozenset(hidden)
