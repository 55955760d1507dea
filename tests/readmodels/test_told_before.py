"""Reports of one institution, and what is public: taking one from another tells nobody of a few children."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations, pairwise, product

from hypothesis import assume, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from api.issuing.computed_report import numbers_and_sums
from api.issuing.declared_report import ReportRow, changed_by, counted_by
from api.issuing.told_before import CountedOverTime, PublicStock, ToldTable, boundaries, numbers_beside
from domain.label import Label
from projections.public_counts import public_cells
from projections.small_numbers import SMALLEST_TOLD, withheld_numbers
from tests.support.eliminated import Equation, Solved
from tests.support.exploring import examples

TABLE = changed_by("changes", Label("儿童类别", "Categories"), "child_category")
STOCKS = counted_by("sexes", Label("性别", "Sexes"), "sex")
DAYS = [date(2025, 12, 31), date(2026, 3, 31), date(2026, 5, 8), date(2026, 6, 30), date(2026, 9, 30)]
QUARTER_1, TO_MAY, QUARTER_2 = (DAYS[0], DAYS[1]), (DAYS[1], DAYS[2]), (DAYS[1], DAYS[3])
HALF, QUARTER_3 = (DAYS[0], DAYS[3]), (DAYS[3], DAYS[4])
CELLS = ("1", "2", "3")

Period = tuple[date, date]
Changes = Mapping[tuple[str, str, Period], int]
"""How many entered or left, by category, between each two days that follow each other."""

ISSUED = st.permutations([QUARTER_1, TO_MAY, QUARTER_2, HALF, QUARTER_3]).flatmap(
    lambda order: st.integers(2, 5).map(lambda length: order[:length])
)
"""Reports in the order in which they are issued."""


@st.composite
def lives(draw: st.DrawFn) -> tuple[Mapping[str, int], Changes]:
    """How many there are at first, and who comes and goes; nobody leaves who is not there."""
    first = {cell: draw(st.integers(0, 12)) for cell in CELLS}
    there, changes = dict(first), {}
    for days in pairwise(DAYS):
        for cell in CELLS:
            entered = draw(st.integers(0, 7))
            left = draw(st.integers(0, min(7, there[cell] + entered)))
            changes["entered", cell, days], changes["left", cell, days] = entered, left
            there[cell] += entered - left
    return first, changes


def at(first: Mapping[str, int], changes: Changes, cell: str, day: date) -> int:
    """How many there are on a day."""
    return first[cell] + sum(
        (1 if kind == "entered" else -1) * count
        for (kind, of, days), count in changes.items()
        if of == cell and days[1] <= day
    )


def rows(first: Mapping[str, int], changes: Changes, period: Period) -> list[ReportRow]:
    """The rows of a table of a period."""
    found = []
    for cell in CELLS:
        went = Counter[str]()
        for (kind, of, days), count in changes.items():
            if of == cell and period[0] <= days[0] and days[1] <= period[1]:
                went[kind] += count
        stocks = [at(first, changes, cell, day) for day in period]
        counts = {"stock_from": stocks[0], "stock_to": stocks[1], **went}
        if any(counts.values()):
            numbers = tuple(counts.get(name, 0) for name in TABLE.counts)
            found.append(ReportRow(((cell, Label(cell, cell)),), numbers))
    return found


def issued(first: Mapping[str, int], changes: Changes, order: Iterable[Period]) -> list[ToldTable]:
    """The reports that are issued one after the other, each with what it tells."""
    told: list[ToldTable] = []
    for before, as_of in order:
        lines = rows(first, changes, (before, as_of))
        meet = [each for each in told if each.before <= as_of and before <= each.as_of]
        days = {before, as_of, *(day for each in meet for day in (each.before, each.as_of))}
        between = {each: rows(first, changes, each) for each in boundaries(days)}
        counted = CountedOverTime(0, TABLE, between, meet)
        numbers, sums = numbers_and_sums([(TABLE, lines)])
        known = numbers_beside(before, as_of, [counted], {0: lines})
        withheld = withheld_numbers(
            {**known.numbers, **numbers},
            [*sums, *known.sums],
            unshown=known.unshown,
            told=known.told,
            hidden=known.hidden,
        )
        told.append(
            ToldTable(
                before,
                as_of,
                {
                    (row.values[0][0],): {
                        name: None if (0, line, name) in withheld else count
                        for name, count in zip(TABLE.counts, row.counts, strict=True)
                    }
                    for line, row in enumerate(lines)
                },
                {total: None if total in withheld else numbers[total] for total in TABLE.totals.values()},
            )
        )
    return told


def as_sum(column: str, cell: str | None, period: Period) -> Equation:
    """A number as a sum of who was there at first, came and went, which nobody knows but by what is told."""
    cells = CELLS if cell is None else (cell,)
    if column not in {"stock_from", "stock_to"}:
        inside = [days for days in pairwise(DAYS) if period[0] <= days[0] and days[1] <= period[1]]
        return {(column, each, days): 1 for each in cells for days in inside}
    until = period[0] if column == "stock_from" else period[1]
    gone = {
        (kind, each, days): 1 if kind.endswith(("entered", "in")) else -1
        for each in cells
        for kind in ("entered", "moved_in", "left", "moved_out")
        for days in pairwise(DAYS)
        if days[1] <= until
    }
    return {**{("first", each): 1 for each in cells}, **gone}


@trying(max_examples=examples(40), deadline=None)
@given(lives(), ISSUED)
def test_no_report_lets_anybody_work_out_what_another_one_did_not_tell(
    living: tuple[Mapping[str, int], Changes], order: Sequence[Period]
) -> None:
    """Of quarters that follow each other, the half that they make, and a quarter that is not over yet."""
    told = issued(*living, order)
    known: list[Equation] = []
    for each in told:
        numbers = [
            *((column, cell, count) for (cell,), row in each.rows.items() for column, count in row.items()),
            *((column, None, each.totals[total]) for column, total in TABLE.totals.items()),
        ]
        known += [
            as_sum(column, cell, (each.before, each.as_of))
            for column, cell, count in numbers
            if count is not None
        ]
    solved = Solved(known)
    few = [
        (period, column, cell)
        for period in combinations(sorted({day for each in order[: len(told)] for day in each}), 2)
        for cell, row in numbers_of(rows(*living, period)).items()
        for column, count in row.items()
        if count is not None and 0 < count < SMALLEST_TOLD
    ]
    assert not [each for each in few if solved.tells(as_sum(each[1], each[2], each[0]))]


def numbers_of(lines: Iterable[ReportRow]) -> Mapping[str, Mapping[str, int | None]]:
    """The numbers of a table by row and column."""
    return {row.values[0][0]: dict(zip(TABLE.counts, row.counts, strict=True)) for row in lines}


SEXES, BANDS = ("1", "2", "nothing"), ("0-3", "4-6", "7-13")
KINDS = [*product(("ours", "others"), SEXES, BANDS)]
GROUP = ("sex", "age_band")


@trying(max_examples=examples(60), deadline=None)
@given(st.dictionaries(st.sampled_from(KINDS), st.integers(1, 9), min_size=3))
def test_no_report_and_census_that_is_public_tell_together_what_neither_tells(
    children: Mapping[tuple[str, str, str], int],
) -> None:
    """Nobody works out a few children of the institution, of all others, or of the ledger."""

    def crossed(whose: Sequence[str], *by: int) -> Counter[tuple[str, ...]]:
        found: Counter[tuple[str, ...]] = Counter()
        for kind, count in children.items():
            if kind[0] in whose:
                found[tuple(kind[place] for place in by)] += count
        return found

    day, every = DAYS[1], ["ours", "others"]
    # That nobody of a kind is here is told, so that all others of it are elsewhere.
    assume(crossed(["ours"], 1).keys() == crossed(every, 1).keys())
    lines = [ReportRow(((sex, Label(sex, sex)),), (count,)) for (sex,), count in crossed(["ours"], 1).items()]
    told_by = {by: public_cells(GROUP, crossed(every, 1, 2), by) for by in (("sex",), ("age_band",), GROUP)}
    by_institution, _ = public_cells(("institution",), crossed(every, 0), ("institution",))
    (sexes, total) = told_by["sex",]
    public = PublicStock(
        day, sexes, crossed(every, 1), total is not None, by_institution.get(("ours",), 0) is not None
    )
    counted = CountedOverTime(0, STOCKS, {(DAYS[0], day): lines}, (), [public])
    numbers, sums = numbers_and_sums([(STOCKS, lines)])
    known = numbers_beside(DAYS[0], day, [counted], {0: lines})
    withheld = withheld_numbers(
        {**known.numbers, **numbers},
        [*sums, *known.sums],
        unshown=known.unshown,
        told=known.told,
        hidden=known.hidden,
    )
    # Who is in a cell that no answer has is not there.
    possible = [
        kind for kind in KINDS if (kind[0],) in by_institution and (kind[1], kind[2]) in told_by[GROUP][0]
    ]
    told: list[Equation] = [
        {kind: 1 for kind in possible if (kind[0], kind[1]) == ("ours", line.values[0][0])}
        for place, line in enumerate(lines)
        if (0, place, "count") not in withheld
    ]
    if "stock_to" not in withheld:
        told.append({kind: 1 for kind in possible if kind[0] == "ours"})
    for names, (cells, _) in told_by.items():
        places = [GROUP.index(name) + 1 for name in names]
        told += [
            {kind: 1 for kind in possible if tuple(kind[place] for place in places) == cell}
            for cell, count in cells.items()
            if count is not None
        ]
    told += [
        {kind: 1 for kind in possible if kind[0] == name}
        for (name,), count in by_institution.items()
        if count is not None
    ]
    if total is not None:
        told.append(dict.fromkeys(possible, 1))
    solved = Solved(told)
    questions: list[tuple[Sequence[str], tuple[int, ...]]] = [
        *(([name], by) for name in every for by in ((0,), (1,))),
        *((every, by) for by in ((1,), (2,), (1, 2))),
    ]
    for of, by in questions:
        for cell, count in crossed(of, *by).items():
            of_cell = {
                kind: 1 for kind in possible if kind[0] in of and tuple(kind[place] for place in by) == cell
            }
            assert count >= SMALLEST_TOLD or not solved.tells(of_cell), (of, cell)
