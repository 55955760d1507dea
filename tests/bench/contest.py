"""What a row of the table is, and how it is decided: medians of interleaved rounds."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from gc import collect
from statistics import median
from typing import Final, TypeAlias

from tests.bench.bench import Bench
from tests.bench.profiling import profiled

ROUNDS: Final = 5

Side: TypeAlias = Callable[[], Awaitable[float]]
"""One round of one side; returns how many things it did in a second."""


@dataclass(frozen=True, slots=True)
class Duel:
    """Our side and the baseline, ready to go; `scale` says how much a round of each does.

    `profile` profiles our side where its work is done in other processes. `told` says what else was seen
    once all rounds are over.
    """

    ours: Side
    baseline: Side
    scale: str
    profile: Callable[[], Awaitable[str]] | None = None
    told: Callable[[], str] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of design 9. Without `opened` it cannot be measured yet, and `scale` says why."""

    name: str
    work: str
    against: str
    wanted: float
    unit: str
    opened: Callable[[Bench], AbstractAsyncContextManager[Duel]] | None
    scale: str = ""
    rounds: int = ROUNDS


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a row: the rates of all rounds of both sides, things a second."""

    row: Row
    ours: list[float] = field(default_factory=list)
    baseline: list[float] = field(default_factory=list)
    scale: str = ""
    profile: str = ""

    @property
    def ratio(self) -> float:
        """Our median rate over the baseline's."""
        return median(self.ours) / median(self.baseline)

    @property
    def met(self) -> bool | None:
        """Whether the ratio is at least the wanted one; None where it is not measured."""
        return self.ratio >= self.row.wanted if self.ours else None


async def decide(row: Row, bench: Bench, rounds: int | None = None, *, warm: bool = True) -> Result:
    """Run a row, first `warm` without counting; where it misses, once more under the profiler."""
    if row.opened is None:
        return Result(row, scale=row.scale)
    async with row.opened(bench) as duel:
        result = Result(row, scale=duel.scale)
        for number in range(0 if warm else 1, (rounds or row.rounds) + 1):
            for side, rates in ((duel.ours, result.ours), (duel.baseline, result.baseline)):
                collect()
                rate = await side()
                if number:
                    rates.append(rate)
        if duel.told is not None:
            result = replace(result, scale=f"{result.scale}; {duel.told()}")
        if result.met:
            return result
        profile = await profiled(duel.ours, bench.server, duel.profile)
        return Result(row, result.ours, result.baseline, result.scale, profile)
