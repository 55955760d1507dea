"""The benchmark itself keeps running: every row, at the smallest size, still comes to a ratio."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.file import fold
from domain.judging import judge
from domain.rulebook import Rulebook
from tests.bench.bench import Bench, furnish
from tests.bench.contest import Row, decide
from tests.bench.lives import TODAY
from tests.bench.rows import ROWS, chosen
from tests.bench.table import Table, as_json, facts
from tests.bench.workload import Workload, lengths
from tests.support.postgres import thrown_away

SMALLEST = 0.004


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Give a furnished server that is thrown away."""
    with thrown_away() as server:
        yield asyncio.run(furnish(server.url, tmp_path_factory.mktemp("bench"), SMALLEST))


@pytest.mark.blocking
@pytest.mark.parametrize(
    "row", [row for row in (*ROWS, *chosen(("peers",))) if row.opened], ids=lambda row: row.name
)
async def test_a_row_comes_to_a_ratio(row: Row, bench: Bench) -> None:
    result = await decide(row, bench, rounds=1, warm=False)

    assert result.ratio > 0
    assert result.met or "PostgreSQL, backends at a time" in result.profile
    assert f"{result.ratio:.2f} ×" in Table([row]).line(result)
    assert row.name in as_json(facts(bench), [result])


def test_other_stores_are_measured_only_when_they_are_asked_for() -> None:
    against_peers = chosen(("peers",))

    assert len(against_peers) == 4
    assert all(row.opened or "requirements/peers.txt" in row.scale for row in against_peers)
    assert not {row.name for row in against_peers} & {row.name for row in chosen(())}


def test_a_row_that_cannot_be_measured_yet_says_why() -> None:
    row = Row("later", "what comes later", "nothing", 1, "things/s", None, scale="it comes later")

    result = asyncio.run(decide(row, Bench("", Path(), 1)))

    assert "not measured" in Table([row]).line(result)


def test_the_files_of_a_sample_have_the_lengths_of_the_whole() -> None:
    every, some = lengths(), lengths(25)

    assert len(every) == 500
    assert (every[0], 5_000 < every[-1] <= 10_000) == (50, True)
    assert abs(sum(some) / 25 - sum(every) / 500) < sum(every) / 2000


def test_the_workload_tells_valid_lives() -> None:
    workload = Workload([50, 400])
    entries = list(workload.entries())

    assert [entry.version for entry in entries if entry.stream == workload.stream(0)] == list(range(1, 51))
    for stream in {entry.stream for entry in entries}:
        file = fold(entry for entry in entries if entry.stream == stream)
        for entry in file.entries.values():
            assert not [found for found in judge(file, entry, Rulebook.shipped(), TODAY) if found.refuses]


def test_some_of_the_workload_comes_late_and_some_corrects() -> None:
    told = Workload([2000]).told()

    late = sum(one.recorded_on > one.happening.draft.days.last for one in told) / len(told)
    corrected = sum(one.happening.draft.corrects is not None for one in told) / len(told)
    assert 0.03 < late < 0.08
    assert 0.004 < corrected < 0.02
