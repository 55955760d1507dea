"""What an import keeps in memory is bounded by its register, however large the ledger has become."""

import gc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from api.imports.reading.kinds import read_workbook
from api.imports.register_import import prepare, run_import
from api.imports.report.report_lines import ReportLine, ReportLines
from domain.file import File
from tests.support.registers.counter import Counter
from tests.support.registers.crowd import crowd
from tests.support.registers.paper import workbook

FEW, MANY = 6, 60
HELD, AT_ONCE = 30, 2
SHORT = "api.imports.report.report_lines.HELD"


class Watched(ReportLines):
    """Lines that notice with each of them how many ids, lines and files there are."""

    most = 0

    def append(self, line: ReportLine) -> None:
        """Add a line, and look."""
        super().append(line)
        gc.collect()
        kept = sum(isinstance(each, UUID | ReportLine | File) for each in gc.get_objects())
        self.most = max(self.most, kept)


async def watched(counter: Counter, folder: Path) -> Watched:
    """The missing lines of a register that lists one child alone, in an import that finds nothing at hand."""
    container = counter.served.container
    await counter.served.projected()
    container.ledger.repository.cache.clear()
    read = read_workbook(workbook(*crowd(1, first=MANY)), "台账.xlsx")
    handed_in = await prepare(container, read, only=counter.served.home)
    recorder = (await counter.served.actor("staff")).recorder
    gc.collect()
    gc.freeze()
    try:
        with closing(Watched(folder)) as missing:
            await run_import(container, handed_in, recorder, lambda _done, _rows: None, missing=missing)
            return missing
    finally:
        gc.unfreeze()


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReportLines]:
    """Give lines of which few are held in memory, while the others wait on disk."""
    monkeypatch.setattr(SHORT, HELD)
    with closing(ReportLines(tmp_path)) as lines:
        yield lines


def lines_of(children: int) -> Iterator[ReportLine]:
    """Four lines of each of some children, of whom one is unknown."""
    for number in range(children):
        child = uuid4() if number else None
        for row in (8, 3, 3, 900):
            yield ReportLine("体检", row * children - number, "编号", f"{number}\n", "x", child=child)


def by_row(line: ReportLine) -> int:
    """The order of the rows."""
    return line.row


def test_lines_on_disk_are_told_as_they_would_be_from_memory(apart: ReportLines) -> None:
    every = list(lines_of(50))

    for line in every:
        apart.append(line)

    assert (len(apart), list(apart)) == (len(every), every)
    apart.sort(key=by_row)
    assert list(apart) == list(apart) == sorted(every, key=by_row)
    assert [child for some in apart.children for child in some if child is None] == [None]
    told = [child for some in apart.children for child in some]
    assert len(told) == len(set(told)) == 50
    assert set(told) == {line.child for line in every}


def test_lines_on_disk_have_no_name(apart: ReportLines, tmp_path: Path) -> None:
    for line in lines_of(50):
        apart.append(line)

    assert list(tmp_path.iterdir()) == []


async def test_what_an_import_keeps_does_not_grow_with_the_ledger(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SHORT, HELD)
    monkeypatch.setattr("api.imports.importing.FILES_AT_ONCE", AT_ONCE)
    monkeypatch.setattr("projections.register.FILES_AT_ONCE", AT_ONCE)
    # Keys that stay open and ids that were read are bounded by themselves.
    monkeypatch.setattr("ledger.codec.mapping._uuid", UUID)
    monkeypatch.setattr(counter.served.container.ledger.keys, "_capacity", 0)
    monkeypatch.setattr("tests.support.registers.crowd.TRAININGS", 3)

    await counter.take(*crowd(FEW))
    beside_few = await watched(counter, tmp_path)
    await counter.take(*crowd(MANY - FEW, first=FEW))
    beside_many = await watched(counter, tmp_path)

    assert (len(beside_few) > HELD, len(beside_many) > 9 * HELD) == (True, True)
    # Not even one for each second child more.
    assert beside_many.most < beside_few.most + (MANY - FEW) // 2
