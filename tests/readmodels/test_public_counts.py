"""From all that is public of one day together, and of the years before it, no small number follows."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from itertools import combinations, product
from typing import Final

from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from api.http.public_counting import not_public_by
from projections.child_counts import CountedCell, Flow
from projections.dimensions import DIMENSIONS
from projections.public_counts import CROSSED_GROUPS, group_of, public_cells, public_flows
from projections.small_numbers import SMALLEST_TOLD
from tests.support.eliminated import Equation, Solved
from tests.support.exploring import examples

BY: Final = ("sex", "age_band", "institution", "place", "stage", "disability")
"""Two groups that are crossed, of two and of three dimensions, and one that stands alone."""
VALUES: Final = ("a", "b", "c")
KINDS: Final = [*product(VALUES, VALUES, *["ab"] * 4)]


def cells(children: Mapping[CountedCell, int], by: Iterable[str]) -> Counter[CountedCell]:
    """The children by some of the dimensions."""
    found: Counter[CountedCell] = Counter()
    for kind, count in children.items():
        found[tuple(kind[BY.index(name)] for name in by)] += count
    return found


def of_cell(by: Iterable[str], cell: CountedCell, possible: Iterable[CountedCell]) -> dict[Hashable, int]:
    """A cell as a sum of the children who may be in it."""
    places = [BY.index(name) for name in by]
    return {kind: 1 for kind in possible if tuple(kind[place] for place in places) == cell}


def small(count: int) -> bool:
    return 0 < count < SMALLEST_TOLD


POPULATIONS = st.dictionaries(st.sampled_from(KINDS), st.integers(1, 12), max_size=9)
YEARS = st.lists(
    st.tuples(st.integers(0, 9), st.dictionaries(st.sampled_from("rst"), st.integers(1, 7), max_size=3)),
    min_size=2,
    max_size=2,
)


@trying(max_examples=examples(60), deadline=None)
@given(children=POPULATIONS, years=YEARS)
def test_no_small_number_follows_from_all_that_is_public(
    children: dict[CountedCell, int], years: list[tuple[int, dict[str, int]]]
) -> None:
    answers = {
        by: public_cells(group, cells(children, group), by)
        for size in (1, 2)
        for by in combinations(BY, size)
        if (group := group_of(by)) is not None
    }
    assert len(answers) == len(BY) + 4, "each dimension, and three pairs of one group and one of the other"
    assert len({total for _, total in answers.values()}) == 1
    # Who is in a cell that is told to be empty is not there.
    possible = [
        kind
        for kind in KINDS
        if all(tuple(kind[BY.index(name)] for name in by) in told for by, (told, _) in answers.items())
    ]
    total = sum(children.values())
    known: list[Equation] = []
    if not small(total):
        known.append(dict.fromkeys(possible, 1))
    for by, (told, whole) in answers.items():
        assert whole == (None if small(total) else total)
        assert all(count is None or count == cells(children, by)[cell] for cell, count in told.items())
        known += [of_cell(by, cell, possible) for cell, count in told.items() if count is not None]
    wanted: list[Equation] = [
        of_cell(by, cell, possible)
        for size in (1, 2)
        for by in combinations(BY, size)
        for cell, count in cells(children, by).items()
        if small(count)
    ]
    _add_years(children, years, known, wanted, possible)
    solved = Solved(known)
    assert not [each for each in wanted if solved.tells(each)]


def _add_years(
    children: Mapping[CountedCell, int],
    years: list[tuple[int, dict[str, int]]],
    known: list[Equation],
    wanted: list[Equation],
    possible: Iterable[CountedCell],
) -> None:
    """Add what is told of the years that end with this day, and the small numbers of them."""
    last = sum(children.values())
    at_last: Equation = dict.fromkeys(possible, 1)
    for year, (entered, reasons) in reversed([*enumerate(years)]):
        first = last - entered + sum(reasons.values())
        if first < 0:
            return
        flows = [Flow((), kind, "", n) for kind, n in (("stock_from", first), ("stock_to", last)) if n]
        flows += [Flow((), "entered", "", entered)] if entered else []
        flows += [Flow((), "left", reason, count) for reason, count in reasons.items()]
        counts, left = public_flows(flows)
        assert counts["stock_from"] == (None if small(first) else first)
        at_first: Equation = {f"at first of {year}": 1}
        came: Equation = {f"entered in {year}": 1}
        went = {reason: {f"left in {year} for {reason}": 1} for reason in "rst"}
        gone = {key: value for each in went.values() for key, value in each.items()}
        known.append({**at_first, **came, **dict.fromkeys(gone, -1), **dict.fromkeys(at_last, -1)})
        known += [at_first] if counts["stock_from"] is not None else []
        known += [came] if counts["entered"] is not None else []
        if counts["left"] is not None:
            known.append(gone)
            known += [each for reason, each in went.items() if left.get(reason, 0) is not None]
        else:
            assert not left, "that there is a reason would tell that somebody left"
        wanted += [each for each, n in ((at_first, first), (came, entered)) if small(n)]
        wanted += [went[reason] for reason, count in reasons.items() if small(count)]
        wanted += [gone] if small(sum(reasons.values())) else []
        last, at_last = first, at_first


def test_two_dimensions_of_one_attribute_are_in_one_group() -> None:
    """Whoever has no grade has no colour either, so that one tells of the other."""
    for one, other in combinations(DIMENSIONS, 2):
        same = DIMENSIONS[one].attribute is not None
        if same and DIMENSIONS[one].attribute == DIMENSIONS[other].attribute:
            assert group_of((one, other)) is not None, (one, other)
    crossed = [name for group in CROSSED_GROUPS for name in group]
    assert len(crossed) == len({*crossed}), "no dimension is in two groups, which would meet in it"


def test_nothing_is_public_that_some_role_does_not_see() -> None:
    assert [name for name, each in DIMENSIONS.items() if each.attribute and each.attribute.personal] == []
    sealed = {name for name, each in DIMENSIONS.items() if each.hides}
    assert sealed == {"adoption_stage"}
    assert all(not_public_by([name]) for name in sealed)
    assert sealed.isdisjoint(name for group in CROSSED_GROUPS for name in group)


def test_four_are_not_told_nor_who_would_tell_them() -> None:
    counted: dict[CountedCell, int] = {("1", "0-3"): 4, ("1", "4-6"): 6, ("2", "0-3"): 20, ("2", "4-6"): 30}
    group = ("sex", "age_band")
    assert public_cells(group, counted, ("sex",)) == ({("1",): 10, ("2",): 50}, 60)
    crossed, total = public_cells(group, counted, ("age_band", "sex"))
    assert (crossed, total) == (dict.fromkeys([("0-3", "1"), ("4-6", "1"), ("0-3", "2"), ("4-6", "2")]), 60)
    assert public_cells(("origin",), {("371002",): 4}, ("origin",)) == ({("371002",): None}, None)
    assert public_cells(("origin",), {("371002",): 5}, ("origin",)) == ({("371002",): 5}, 5)
