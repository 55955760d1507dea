"""The parts of a clerk's copy wait in clear beside it, and no longer than it is written."""

import gc
import tempfile
from pathlib import Path
from stat import S_IMODE
from uuid import uuid4

import pytest

from api.imports.reading.kinds import read_workbook
from api.imports.report.import_report import NOT_IN_FILE, Report
from api.imports.report.report_lines import ReportLine, ReportLines
from api.imports.report.report_workbook import prove_writable, write_clerks_copy
from domain.rulebook import Rulebook
from tests.support.registers.counter import Counter
from tests.support.registers.crowd import crowd

RULEBOOK = Rulebook.shipped()
NAME = "赵小满"


@pytest.fixture
async def report(counter: Counter) -> Report:
    """Give the report of a register."""
    return await counter.take(*crowd(1))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give where the copy is to be, in a folder in which there is nothing yet."""
    (tmp_path / "clerk").mkdir()
    return tmp_path / "clerk" / "copy.xlsx"


def test_it_waits_in_parts_nowhere_but_beside_itself(
    report: Report, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
        write_clerks_copy(report, copy, RULEBOOK)
    assert read_workbook(copy).sheets
    assert [*copy.parent.iterdir()] == [copy]


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # The library leaves sheets open.
def test_one_that_is_not_written_to_its_end_leaves_no_part(
    report: Report, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a child who is written, and rows on disk that can be read no more
    monkeypatch.setattr("api.imports.report.report_lines.HELD", 1)
    report.missing = ReportLines(tmp_path)
    for row in (4, 5):
        report.miss(ReportLine("花名册", row, "姓名", NAME, NOT_IN_FILE, child=uuid4()))
    report.missing.close()
    # When the copy is written
    with pytest.raises(ValueError, match="closed"):
        write_clerks_copy(report, copy, RULEBOOK)
    gc.collect()
    # Then nothing lies beside it
    assert [*copy.parent.iterdir()] == [copy]


def test_what_one_that_was_killed_left_goes_before_the_next_import(report: Report, copy: Path) -> None:
    left = copy.with_name(".copy.xlsx.parts")
    left.mkdir()
    (left / "tmp1234").write_text(NAME)
    prove_writable(copy)
    assert [*copy.parent.iterdir()] == []
    left.mkdir()
    (left / "tmp1234").write_text(NAME)
    write_clerks_copy(report, copy, RULEBOOK)
    assert [*copy.parent.iterdir()] == [copy]


def test_over_a_file_that_all_may_read_it_is_its_owners_alone(report: Report, copy: Path) -> None:
    copy.touch(0o644)
    write_clerks_copy(report, copy, RULEBOOK)
    assert S_IMODE(copy.stat().st_mode) == 0o600
