"""No issued report tells a number below five, nor lets anybody work one out."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from api.issuing.small_numbers import SMALLEST_TOLD, LinearSum, withheld_numbers

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


@given(st.lists(st.integers(0, 9), min_size=9, max_size=9))
def test_whatever_the_numbers_are_each_small_one_could_be_another(counts: list[int]) -> None:
    """Of a table with both its margins, another table shows the same and has another number there."""
    cells: dict[tuple[int, int] | str, int] = {
        (line, place): counts[3 * line + place] for line, place in product(range(3), range(3))
    }
    sums: list[LinearSum[tuple[int, int] | str]] = [
        *({**{(line, place): 1 for place in range(3)}, f"line {line}": -1} for line in range(3)),
        *({**{(line, place): 1 for line in range(3)}, f"place {place}": -1} for place in range(3)),
    ]
    numbers: dict[tuple[int, int] | str, int] = {
        **cells,
        **{f"line {n}": sum(counts[3 * n : 3 * n + 3]) for n in range(3)},
    }
    numbers |= {f"place {n}": sum(counts[n::3]) for n in range(3)}
    withheld = withheld_numbers(numbers, sums)
    small = {key for key, number in numbers.items() if 0 < number < SMALLEST_TOLD}
    assert small <= withheld
    for each in sums:
        hidden = [key for key in each if key in withheld]
        assert len(hidden) != 1 or hidden[0] not in small
