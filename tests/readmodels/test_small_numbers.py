"""No issued report tells a number below five, nor lets anybody work one out."""

from collections.abc import Sequence
from itertools import product
from typing import TypeAlias

from hypothesis import assume, given
from hypothesis import strategies as st

from api.issuing.computed_report import numbers_and_sums
from api.issuing.crossed_tables import ComputedTables, pooled_lines, small_cells
from api.issuing.declared_report import NumberKey, ReportRow, ReportSource, ReportTable, crossed_count
from api.issuing.placement_statistics import PLACEMENT
from api.issuing.sealed_numbers import pooled_rows
from domain.label import Label
from projections.small_numbers import SMALLEST_TOLD, LinearSum, withheld_numbers

COLUMN: LinearSum[str] = {"a": 1, "b": 1, "c": 1, "all": -1}


def column(*counts: int) -> dict[str, int]:
    return {**dict(zip("abc", counts, strict=True)), "all": sum(counts)}


def test_four_are_not_told_and_five_are() -> None:
    assert withheld_numbers(column(5, 20, 30), [COLUMN]) == set()
    assert withheld_numbers(column(4, 20, 30), [COLUMN]) == {"a", "b"}, "else the total would tell it"


def test_none_at_all_is_told() -> None:
    assert withheld_numbers(column(0, 20, 30), [COLUMN]) == set()


def test_two_small_ones_that_are_few_together_take_a_third_with_them() -> None:
    assert withheld_numbers(column(2, 2, 30), [COLUMN]) == {"a", "b", "c"}
    assert withheld_numbers(column(2, 3, 30), [COLUMN]) == {"a", "b"}


def test_a_total_that_is_small_itself_is_not_told() -> None:
    assert withheld_numbers(column(0, 0, 3), [COLUMN]) == {"c", "all"}


def test_of_a_part_it_is_not_told_how_few_are_not_in_it() -> None:
    (table,) = PLACEMENT.tables

    def told(*rows: tuple[int, ...]) -> list[list[int | None]]:
        label = Label("安置方式", "Route")
        listed = [ReportRow(((str(line), label),), (*row,)) for line, row in enumerate(rows)]
        withheld = withheld_numbers(*numbers_and_sums([(table, listed)]))
        return [
            [None if (0, line, name) in withheld else row[place] for place, name in enumerate(table.counts)]
            for line, row in enumerate(rows)
        ]

    assert told((20, 15, 5, 0, 20, 0)) == [[20, 15, 5, 0, 20, 0]]
    ((placed, housed, *_),) = told((20, 16, 5, 0, 20, 0))
    assert None in {placed, housed}, "four have no home"


def test_of_what_is_sealed_neither_none_nor_nearly_all_is_told() -> None:
    assert pooled_rows([20, 12, 4, 0, 3]) == {2, 3, 4}, "seven are not told"
    assert pooled_rows([20, 12, 4, 0]) == {1, 2, 3}, "four alone would be known to be few"
    assert pooled_rows([12, 0, 0]) == {0, 1, 2}, "that all are alike would tell of each"
    assert pooled_rows([96, 4, 0]) == {0, 1, 2}
    assert pooled_rows([95, 5, 0]) == {1, 2}
    assert pooled_rows([6, 5, 9]) == set()


def test_what_another_table_says_of_the_same_number_tells_nothing() -> None:
    """Two tables of the same total, and one of what came and went."""
    numbers = {**column(6, 8, 9), "first": 20, "came": 3, "last": 23}
    moved: LinearSum[str] = {"first": 1, "came": 1, "last": -1}
    same: LinearSum[str] = {"all": 1, "last": -1}
    told = numbers.keys() - withheld_numbers(numbers, [COLUMN, moved, same])
    assert "came" not in told
    assert "first" not in told or not {"last", "all"} & told
    assert not {"a", "b", "c"} <= told or "first" not in told


def test_who_came_is_not_told_by_how_many_there_were_before_and_after() -> None:
    """One who came is hidden behind nobody who left, and how many there are is told all the same."""
    balance: LinearSum[str] = {"first": 1, "came": 1, "left": -1, "also left": -1, "last": -1}
    left: LinearSum[str] = {"left": 1, "left elsewhere": 1, "left in all": -1}
    numbers = {"first": 80, "came": 3, "left": 0, "also left": 0, "last": 83}
    numbers |= {"left elsewhere": 9, "left in all": 9}
    also: LinearSum[str] = {"also left": 1, "also left in all": -1}
    withheld = withheld_numbers({**numbers, "also left in all": 0}, [balance, left, also])
    assert withheld == {"came", "left", "left elsewhere"}, "nobody left, and that is not told either"


CHANGES = {"first": 1, "came": 1, "left": -1, "last": -1}
Table: TypeAlias = tuple[dict[str, int], list[LinearSum[str]]]


def changed(counts: Sequence[int]) -> Table:
    """Return who was there, came and went in two lines, with the totals of each column."""
    lines = [
        {"first": first, "came": came, "left": left, "last": first + came - left}
        for first, came, left in (counts[:3], counts[3:])
    ]
    lines.append({name: sum(line[name] for line in lines) for name in CHANGES})
    return (
        {f"{name} {place}": count for place, line in enumerate(lines) for name, count in line.items()},
        [
            *({f"{name} {place}": times for name, times in CHANGES.items()} for place in range(3)),
            *({f"{name} 0": 1, f"{name} 1": 1, f"{name} 2": -1} for name in CHANGES),
        ],
    )


def crossed(counts: Sequence[int]) -> Table:
    """Return two lines of three counts, with both margins and the total of all."""
    lines = [[*line, sum(line)] for line in (counts[:3], counts[3:])]
    lines.append([sum(column) for column in zip(*lines, strict=True)])
    return (
        {f"{line},{place}": count for line, row in enumerate(lines) for place, count in enumerate(row)},
        [
            *({f"{line},{place}": -1 if place == 3 else 1 for place in range(4)} for line in range(3)),
            *({f"{line},{place}": -1 if line == 2 else 1 for line in range(3)} for place in range(4)),
        ],
    )


STEPS = {table: [table(step)[0] for step in product((0, 1, -1), repeat=6)] for table in (changed, crossed)}
"""By how much the numbers of a table differ from those of its neighbours, which add up too."""


def test_who_came_does_not_follow_by_way_of_the_totals() -> None:
    """Of the first line nothing but nobody who left is told, and the second line and the totals tell it."""
    numbers, sums = changed((60, 2, 0, 60, 6, 0))
    withheld = withheld_numbers(numbers, sums)
    assert withheld == {"came 0", "first 0", "last 0", "came 1", "first 1"}, "two more beyond its own sums"


@given(st.lists(st.integers(0, 9), min_size=6, max_size=6))
def test_whatever_the_numbers_are_each_small_one_could_be_another(counts: list[int]) -> None:
    """Of each table another one tells the same, and has another number there."""
    for table, steps in STEPS.items():
        numbers, sums = table(counts)
        assume(min(numbers.values()) >= 0)
        withheld = withheld_numbers(numbers, sums)
        small = {key for key, number in numbers.items() if 0 < number < SMALLEST_TOLD}
        tells_the_same = [
            step
            for step in steps
            if all(not by or (key in withheld and numbers[key] + by >= 0) for key, by in step.items())
        ]
        assert small <= withheld
        assert small <= {key for step in tells_the_same for key, by in step.items() if by}


# What is sealed, crossed with what stands in clear

KINDS, SEXES = "abc", "12"
CELLS = [*product(KINDS, SEXES)]
WORD = Label("词", "word")


async def no_rows(_: ReportSource) -> list[ReportRow]:
    return []


def adoptions(counts: Sequence[int]) -> ComputedTables:
    """Return a table by kind, which is sealed, one by sex, and one that crosses both, by its counts."""
    own = dict(zip(CELLS, counts, strict=True))
    kinds = {kind: sum(own[kind, sex] for sex in SEXES) for kind in KINDS}
    sexes = {sex: sum(own[kind, sex] for kind in KINDS) for sex in SEXES}
    total = {"n": "all"}
    by_kind = ReportTable(
        "kinds", WORD, WORD, {"kind": WORD}, {"n": WORD}, no_rows, totals=total, sealed=True
    )
    by_sex = ReportTable("sexes", WORD, WORD, {"sex": WORD}, {"n": WORD}, no_rows, totals=total)
    columns = {crossed_count("sex", sex): WORD for sex in SEXES}
    both = ReportTable("both", WORD, WORD, {"kind": WORD}, columns, no_rows, crosses=("kinds", "sexes"))
    return [
        (by_kind, [ReportRow(((kind, WORD),), (count,)) for kind, count in kinds.items()]),
        (by_sex, [ReportRow(((sex, WORD),), (count,)) for sex, count in sexes.items() if count]),
        (both, [ReportRow(((kind, WORD),), tuple(own[kind, sex] for sex in SEXES)) for kind in KINDS]),
    ]


def would_tell(tables: ComputedTables, counts: Sequence[int]) -> dict[NumberKey, int]:
    """Return the numbers of these tables, were the counts others."""
    (of_kind, kinds), (_, sexes), _ = tables
    own = dict(zip(CELLS, counts, strict=True))
    pooled = pooled_lines(of_kind, kinds)
    lines: dict[NumberKey, int] = {
        (0, line, "n"): sum(own[kind, sex] for sex in SEXES) for line, kind in enumerate(KINDS)
    }
    return {
        **lines,
        (0, len(KINDS), "n"): sum(lines[0, line, "n"] for line in pooled),
        **{
            (1, line, "n"): sum(own[kind, row.values[0][0]] for kind in KINDS)
            for line, row in enumerate(sexes)
        },
        **{
            (2, line, crossed_count("sex", sex)): own[kind, sex]
            for line, kind in enumerate(KINDS)
            for sex in SEXES
        },
        "all": sum(own.values()),
    }


@given(st.lists(st.integers(0, 12), min_size=6, max_size=6))
def test_of_whom_little_is_sealed_nothing_follows_by_who_they_are(counts: list[int]) -> None:
    """Of each small number, none included, another world tells the same and has another one there."""
    assume(sum(counts))
    tables = adoptions(counts)
    numbers, sums = numbers_and_sums(tables)
    withheld = withheld_numbers(numbers, sums, hidden=small_cells(tables))
    told = numbers.keys() - withheld
    might_be = set()
    for step in product((0, 1, -1), repeat=6):
        others = [count + by for count, by in zip(counts, step, strict=True)]
        if min(others) >= 0:
            would = would_tell(tables, others)
            if all(would[key] == numbers[key] for key in told):
                might_be |= {key for key, number in numbers.items() if would[key] != number}
    assert small_cells(tables) <= withheld
    assert small_cells(tables) <= might_be
