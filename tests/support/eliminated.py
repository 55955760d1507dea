"""What follows from numbers that are told, by elimination."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Final

PRIME: Final = 2**31 - 1
Equation = Mapping[Any, int]
"""A sum of unknown numbers, each so many times; what it amounts to is known."""


class Solved:
    """What follows from equations by elimination."""

    def __init__(self, equations: Iterable[Equation]) -> None:
        self._rows: dict[Hashable, dict[Hashable, int]] = {}
        for each in equations:
            rest = self._rest(each)
            if rest:
                lead = next(iter(rest))
                inverse = pow(rest[lead], -1, PRIME)
                self._rows[lead] = {key: value * inverse % PRIME for key, value in rest.items()}

    def tells(self, wanted: Equation) -> bool:
        """Whether a sum follows from the equations."""
        return not self._rest(wanted)

    def _rest(self, equation: Equation) -> dict[Hashable, int]:
        rest = {key: value % PRIME for key, value in equation.items()}
        for lead, row in self._rows.items():
            times = rest.get(lead, 0)
            if times:
                for key, value in row.items():
                    rest[key] = (rest.get(key, 0) - times * value) % PRIME
        return {key: value for key, value in rest.items() if value}
