"""A large register is imported in several processes, and nobody can tell from what comes of it."""

import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from api.identity.tokens import Still, always
from api.imports.reading.kinds import read_workbook
from api.imports.register_import import prepare, run_import
from api.imports.report.import_report import Report
from api.imports.sink import InterruptedImportError
from tests.support.client import Served
from tests.support.registers.crowd import ROWS_OF_A_CHILD, crowd
from tests.support.registers.paper import workbook

CHILDREN = 9
BATCHES = 5


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take any register for a large one, of several batches."""
    monkeypatch.setattr("api.imports.importing.ROWS_OF_PROCESSES", 1)
    monkeypatch.setattr("api.imports.importing.ROWS_AT_ONCE", 2 * ROWS_OF_A_CHILD)


def register() -> bytes:
    """A register of some children in which every child has a faulty row, and one is on no roster."""
    roster, household, trainings, examinations = crowd(CHILDREN)
    late = {"体检日期": "2031-05-01", "身高(cm)": 101, "结论": "正常"}
    for number in range(CHILDREN + 1):
        examinations = examinations.row(**{"儿童编号": f"CS{number:05}", "姓名": f"王小{number}"} | late)
    return workbook(roster, household, trainings, examinations)


async def imported(
    served: Served,
    processes: int,
    *,
    dry_run: bool = False,
    bounded: bool = False,
    done: Callable[[int, int], None] = lambda _done, _rows: None,
    still: Still = always,
) -> Report:
    """Import it in so many processes."""
    container = served.container
    settings = container.settings.model_copy(update={"import_processes": processes})
    container = replace(container, settings=settings)
    recorder = (await served.actor("staff")).recorder
    read = read_workbook(register(), "台账.xlsx")
    handed_in = await prepare(container, read, only=served.home, dry_run=dry_run)
    return await run_import(container, handed_in, recorder, done, bounded=bounded, still=still)


async def entries(served: Served) -> int:
    """How many entries the ledger has."""
    return (await served.container.ledger.head()).position


async def test_the_report_is_the_same_and_so_is_that_of_a_dry_run(served: Served) -> None:
    rehearsed = [(await imported(served, processes, dry_run=True)).json() for processes in (1, 2)]
    before, seen = await entries(served), list[int]()

    report = await imported(served, 2, done=lambda rows, _: seen.append(rows))

    told = report.json()
    assert rehearsed == [told, told]
    assert (len(told["rejections"]), len(told["values"])) == (1, CHILDREN)
    assert await entries(served) - before == told["entries"] > CHILDREN * ROWS_OF_A_CHILD
    assert seen == sorted(seen)
    assert len(seen) > BATCHES
    assert seen[-1] == told["rows"]
    again = (await imported(served, 2)).json()
    assert (again["recorded"], again["already"], again["entries"]) == (0, told["recorded"], 0)


async def test_what_a_bounded_report_leaves_out_is_the_same(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.imports.report.import_report.MOST_LISTED", 3)

    one, two = [
        (await imported(served, processes, dry_run=True, bounded=True)).json() for processes in (1, 2)
    ]

    assert one == two
    assert one["unlisted"] == {"values": CHILDREN - 3}


async def test_when_a_process_is_lost_the_import_is_interrupted_and_goes_on_when_repeated(
    served: Served,
) -> None:
    whole = (await imported(served, 2, dry_run=True)).json()
    before = await entries(served)

    def lose_one(rows: int, _: int) -> None:
        if rows:
            for process in multiprocessing.active_children():
                process.kill()

    with pytest.raises(InterruptedImportError):
        await imported(served, 2, done=lose_one)
    midway = await entries(served) - before
    report = (await imported(served, 2)).json()

    assert 0 < midway < whole["entries"]
    assert report["recorded"] + report["already"] == whole["recorded"]
    assert await entries(served) - before == whole["entries"]


async def test_who_imports_is_asked_about_before_each_batch(served: Served) -> None:
    asked = list[Any]()

    async def still() -> None:
        asked.append(None)

    await imported(served, 2, still=still)

    assert len(asked) == BATCHES
