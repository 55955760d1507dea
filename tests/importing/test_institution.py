"""Whose a register is: one institution in whichever spelling, or a new one, and that is said."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from api.identity.directory import IdentityError
from api.imports.reading.kinds import read_workbook
from api.imports.register_import import OtherInstitutionError, prepare, run_import
from api.imports.report.import_report import Report
from api.imports.report.report_workbook import write_clerks_copy
from api.imports.report.terminal import tell
from api.institutions import open_institution
from domain.events.intake import ChildReceived
from tests.support.client import Served
from tests.support.registers.counter import Counter
from tests.support.registers.paper import a_sheet, workbook

HEAD_HOUSE = "临海儿童福利院（总院）"
SPELLINGS = (
    "临海儿童福利院(总院)",
    "临海 儿童福利院（总院）",
    "临海儿童福利院（总院)",
    "临海儿童福利院\u3000(总 院)",
    "\u200b临海儿童福利院（总院）",
)


async def take(served: Served, institution: str, *, dry_run: bool = False) -> Report:
    """Import the register of an institution, as the operating system's administrator."""
    sheet = a_sheet("儿童花名册", institution=institution).row(儿童编号="CS001", 接收日期="2016-05-01")
    handed_in = await prepare(served.container, read_workbook(workbook(sheet), "台账.xlsx"), dry_run=dry_run)
    recorder = (await served.container.identity.operator()).recorder
    return await run_import(served.container, handed_in, recorder, lambda _done, _rows: None)


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_one_institution_in_two_spellings_is_one(served: Served, spelling: str) -> None:
    first = await take(served, HEAD_HOUSE)

    report = await take(served, spelling)

    assert report.institution == first.institution
    assert (first.opened, report.opened) == (True, False)
    told = report.json()
    assert (told["institution"], told["recorded"], told["already"]) == (HEAD_HOUSE, 0, 1)


@pytest.mark.parametrize(
    ("one", "other"), [("艾合买提·江福利院", "艾合买提•江福利院"), ("SOS儿童村", "sos 儿童村")]
)
async def test_dots_and_case_make_no_other_institution(served: Served, one: str, other: str) -> None:
    first = await take(served, one)

    assert (await take(served, other)).institution == first.institution


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_second_institution_of_the_name_is_not_opened_in_another_spelling(
    served: Served, spelling: str
) -> None:
    await open_institution(served.container, HEAD_HOUSE)

    with pytest.raises(IdentityError, match=r"总院"):
        await open_institution(served.container, spelling)


@pytest.mark.parametrize(
    "name",
    ["临海儿童福利院", "临海市儿童福利院（总院）", "临海儿童福利院(分院)", "临海儿童福利院（总院）二"],
)
@pytest.mark.parametrize("dry_run", [True, False], ids=["rehearsed", "recorded"])
async def test_a_new_one_beside_one_of_a_like_name_is_said_to_be_new(
    served: Served,
    tmp_path: Path,
    name: str,
    dry_run: bool,  # noqa: FBT001 - a case
) -> None:
    await take(served, HEAD_HOUSE)

    report = await take(served, name, dry_run=dry_run)

    told = report.json()
    assert (told["institution"], told["opened_beside"]) == (name, [HEAD_HOUSE])
    said = StringIO()
    tell(report, served.container.ledger.rulebook, Console(width=200, file=said))
    first, second, *_ = said.getvalue().splitlines()
    assert name in first
    assert HEAD_HOUSE in second
    assert "名称相近" in second
    assert "like name" in second
    write_clerks_copy(report, tmp_path / "copy.xlsx", served.container.ledger.rulebook)
    summary = read_workbook(tmp_path / "copy.xlsx").sheets[0].rows
    assert ("已有的名称相近的机构 Institutions of a like name", HEAD_HOUSE) in summary


@pytest.mark.parametrize("name", ["山里救助站", "望山儿童福利院（总院）", "临海救助站（总院）"])
async def test_a_new_one_of_a_name_like_no_other_is_opened_beside_none(served: Served, name: str) -> None:
    await take(served, HEAD_HOUSE)

    report = await take(served, name)

    assert report.opened
    assert "opened_beside" not in report.json()


async def test_the_banner_of_one_s_own_in_another_spelling_is_one_s_own(counter: Counter) -> None:
    name = counter.served.home.name.replace("（", " (").replace("）", ")")
    assert name != counter.served.home.name

    await counter.take(a_sheet("儿童花名册", institution=name).row(儿童编号="CS001", 接收日期="2016-05-01"))

    assert len(await counter.told("CS001", ChildReceived)) == 1
    with pytest.raises(OtherInstitutionError):
        await counter.take(a_sheet("儿童花名册", institution=f"{name}分院").row(儿童编号="CS001"))
