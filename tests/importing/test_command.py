"""`childledger import`: what it prints, where, and with which exit code."""

import json
import os
import stat
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from api.bootstrap import open_container
from api.cli.import_command import import_file
from api.contract.problems import Problem
from api.imports.reading.kinds import read_workbook
from api.settings import Settings
from tests.support.registers.paper import Paper, a_sheet, roster, roster_of, workbook

NEW, OTHER = "临港市儿童福利院（测试）", "海东市儿童福利院（测试）"
KEYS = [
    "file",
    "sha256",
    "institution",
    "rows",
    "recorded",
    "corrected",
    "already",
    "rejected",
    "other_rows",
    "cells",
    "as_found",
    "set_aside",
    "entries",
    "rejections",
    "values",
    "corrections",
    "findings",
    "not_in_this_file",
]


def newcomers_roster(**said: str) -> Paper:
    """A roster of one child of an institution that nobody knows yet."""
    return roster(institution=NEW, **said)


def a_file(folder: Path, *sheets: Paper) -> Path:
    """A register in a folder."""
    path = folder / "台账.xlsx"
    path.write_bytes(workbook(*sheets))
    return path


async def head(settings: Settings) -> int:
    """How many entries the ledger has."""
    async with open_container(settings, follow=False) as container:
        return (await container.ledger.head()).position


@pytest.mark.usefixtures("surroundings")
async def test_with_json_stdout_holds_the_report_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await import_file(a_file(tmp_path, newcomers_roster()), json=True)

    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert code == 0
    assert list(told) == KEYS
    assert (told["institution"], told["rows"], told["recorded"], told["entries"]) == (NEW, 1, 1, 2)
    assert told["file"] == "台账.xlsx"
    assert "rows/s" in printed.err


@pytest.mark.usefixtures("surroundings")
async def test_an_institution_that_is_not_known_is_opened_and_this_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_file(tmp_path, newcomers_roster())

    await import_file(file)
    first = capsys.readouterr().out
    await import_file(file)

    assert f"新建机构 Opened: {NEW}" in first
    assert "Opened" not in capsys.readouterr().out


async def region_of_new(settings: Settings) -> str | None:
    """Where the new institution lies, as the directory says."""
    async with open_container(settings, follow=False) as container:
        known = await container.identity.institution_named(NEW)
    assert known is not None
    return known.region


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_region_that_nobody_says_is_unknown_and_this_is_said_before_all_else(
    surroundings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    dry_run: bool,  # noqa: FBT001 - a case
) -> None:
    code = await import_file(a_file(tmp_path, newcomers_roster()), dry_run=dry_run)

    first = capsys.readouterr().err.splitlines()[0]
    assert code == 0
    assert f"{NEW}所在地区不详" in first
    assert "region is unknown" in first
    if not dry_run:
        assert await region_of_new(surroundings) is None


async def test_a_region_that_is_said_is_the_institution_s(
    surroundings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_file(tmp_path, newcomers_roster())
    assert await import_file(file, region="371082") == 0
    assert "不详" not in capsys.readouterr().err
    assert await region_of_new(surroundings) == "371082"
    assert await import_file(file) == 0
    assert await import_file(file, region="371082") == 0
    assert await region_of_new(surroundings) == "371082"


async def test_a_region_that_was_unknown_is_recorded_once_it_is_said(
    surroundings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_file(tmp_path, newcomers_roster())
    await import_file(file)
    assert await import_file(file, region="371082", dry_run=True) == 0
    assert await region_of_new(surroundings) is None
    assert await import_file(file, region="371082") == 0
    assert await region_of_new(surroundings) == "371082"
    assert "Opened" in capsys.readouterr().out


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("region", ["000000", "37", "371099 "])
async def test_what_is_no_region_is_refused_before_anything_is_recorded(
    surroundings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    region: str,
    dry_run: bool,  # noqa: FBT001 - a case
) -> None:
    before = await head(surroundings)
    assert await import_file(a_file(tmp_path, newcomers_roster()), region=region, dry_run=dry_run) == 2
    assert "不得填写全国" in capsys.readouterr().err
    assert await head(surroundings) == before


async def test_an_institution_that_is_known_to_lie_elsewhere_is_not_moved_by_an_import(
    surroundings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_file(tmp_path, newcomers_roster())
    await import_file(file, region="371082")
    before = await head(surroundings)
    assert await import_file(file, region="371002") == 2
    said = capsys.readouterr().err
    assert "371082，不是 371002" in said
    assert "institution change" in said
    assert (await head(surroundings), await region_of_new(surroundings)) == (before, "371082")


@pytest.mark.parametrize(
    ("typed", "region"),
    [("371082\n", "371082"), ("37\n000000\n 371082 \n", "371082"), ("\n", None), ("", None)],
    ids=["at once", "at the third try", "nothing", "the end"],
)
async def test_on_a_terminal_the_region_is_asked_for(  # noqa: PLR0917 - fixtures, and what is typed
    surroundings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    region: str | None,
) -> None:
    clerk, terminal = os.openpty()
    with os.fdopen(terminal) as stdin, os.fdopen(clerk, "wb", 0) as keys:
        keys.write(typed.encode() or b"\x04")  # what Ctrl-D types
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        assert await import_file(a_file(tmp_path, newcomers_roster())) == 0
    assert "位于哪个县（市、区）" in capsys.readouterr().err
    assert await region_of_new(surroundings) == region


async def test_a_dry_run_reports_the_same_and_records_nothing(
    surroundings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_file(tmp_path, newcomers_roster(身份证号="371099201503010011", 离院日期="2021年13月5日"))
    before = await head(surroundings)

    await import_file(file, dry_run=True, json=True)
    rehearsed = json.loads(capsys.readouterr().out)
    assert await head(surroundings) == before
    await import_file(file, json=True)

    assert rehearsed == json.loads(capsys.readouterr().out)
    assert rehearsed["findings"]


@pytest.mark.usefixtures("surroundings")
async def test_the_exit_code_says_whether_something_was_rejected_or_nothing_could_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = a_sheet("体检", institution=NEW).row(儿童编号="CS777", 体检日期="2020-02-01")
    nothing = tmp_path / "空.xlsx"
    nothing.write_bytes(b"")

    assert await import_file(a_file(tmp_path, newcomers_roster(), stranger)) == 1
    assert await import_file(nothing) == 2
    assert await import_file(tmp_path / "不在这里.xlsx") == 2
    assert (
        await import_file(a_file(tmp_path, newcomers_roster(), Paper("说明", ["说明"], institution=NEW))) == 0
    )
    assert "Nothing could be read" in capsys.readouterr().err


@pytest.mark.usefixtures("surroundings")
async def test_tokens_are_printed_one_for_each_role_and_enter(
    surroundings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await import_file(a_file(tmp_path, newcomers_roster()), tokens=True)

    lines = [line for line in capsys.readouterr().out.splitlines() if ": cl_" in line]
    tokens = dict(line.split(": ") for line in lines)
    assert list(tokens) == ["staff", "supervisor", "auditor", "placement_officer", "bureau", "administrator"]
    async with open_container(surroundings, follow=False) as container:
        known = await container.identity.institution_named(NEW)
        staff = await container.identity.authenticate(tokens["staff"])
    assert known is not None
    assert staff is not None
    assert staff.institution == known.institution


async def test_tokens_of_an_import_are_for_looking_and_end_nobody_else_s(
    surroundings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for institution in (NEW, OTHER, NEW):
        await import_file(a_file(tmp_path, replace(newcomers_roster(), institution=institution)), tokens=True)

    told = capsys.readouterr()
    assert "一天内有效，不能用于批准和并档" in told.err
    assert "see nobody" in told.err, "the region is unknown"
    entering = [line.split(": ")[1] for line in told.out.splitlines() if ": cl_" in line]
    async with open_container(surroundings, follow=False) as container:
        actors = [await container.identity.authenticate(token) for token in entering]
        tokens = {each.token: each for each in await container.identity.tokens() if each.purpose == "import"}
        names = {each.member: each.name for each in await container.identity.members()}
    assert len(entering) == len(tokens) == 18
    assert [actor is not None and not actor.may_approve for actor in actors] == [True] * 18
    assert {each.expires_at - each.made_at for each in tokens.values()} == {timedelta(days=1)}
    assert {names[each.member] for each in tokens.values()} == {
        "导入查看：工作人员",
        "导入查看：负责人（主管）",
        "导入查看：审计人员",
        "导入查看：成年安置工作人员",
        "导入查看：民政部门工作人员",
        "导入查看：系统管理员",
    }


async def test_once_the_region_is_said_the_officers_tokens_see_the_children(
    surroundings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_file(tmp_path, newcomers_roster())
    await import_file(file, tokens=True)
    await import_file(file, tokens=True, region="350105")

    told = capsys.readouterr().out
    bureaus = [line.split(": ")[1] for line in told.splitlines() if line.startswith("bureau: ")]
    async with open_container(surroundings, follow=False) as container:
        known = await container.identity.institution_named(NEW)
        actors = [await container.identity.authenticate(token) for token in bureaus]
    assert known is not None
    assert [actor and actor.institutions for actor in actors] == [frozenset(), frozenset({known.institution})]


async def test_whoever_is_told_values_by_the_command_stands_in_the_access_log(
    surroundings: Settings, tmp_path: Path
) -> None:
    for dry_run in (False, True):
        await import_file(a_file(tmp_path, newcomers_roster(出生日期="15.3.1")), dry_run=dry_run)

    async with open_container(surroundings, follow=False) as container:
        async with container.projector.reading() as connection:
            ((child,),) = await (await connection.execute("SELECT child FROM register")).fetchall()
        lines = await container.access.of(child, limit=10)
    assert [(line.role, line.purpose) for line in lines] == [("administrator", "import report")] * 2
    assert "identity" in lines[0].categories


@pytest.mark.usefixtures("surroundings")
async def test_what_cannot_be_written_down_is_not_told_by_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        code = "unavailable"
        raise Problem(code)

    monkeypatch.setattr("api.identity.access_log.AccessLog.note", full)

    assert await import_file(a_file(tmp_path, newcomers_roster(出生日期="15.3.1")), json=True) == 1

    told = capsys.readouterr()
    assert (told.out, "请重新导入" in told.err) == ("", True)


@pytest.mark.usefixtures("surroundings")
async def test_the_clerk_s_copy_holds_every_line_as_text_for_its_owner_only(tmp_path: Path) -> None:
    copy = tmp_path / "导入结果.xlsx"
    formula = "=HYPERLINK(1)"
    stranger = a_sheet("体检", institution=NEW).row(儿童编号="CS777", 体检日期="2020-02-01")

    await import_file(
        a_file(tmp_path, newcomers_roster(出生日期="15.3.1", 性别=formula), stranger), report=copy
    )

    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    sheets = {sheet.title: sheet.rows for sheet in read_workbook(copy).sheets}
    assert list(sheets) == ["汇总", "未录入", "未采用", "更正", "本次文件中没有", "核查发现的问题"]
    assert [row[:4] for row in sheets["未采用"][1:]] == [
        ("儿童花名册", "4", "性别", formula),
        ("儿童花名册", "4", "出生日期", "15.3.1"),
    ]
    assert sheets["未录入"][1][:4] == ("体检", "4", "儿童编号", "CS777")


@pytest.mark.usefixtures("surroundings")
async def test_rows_that_the_file_lacks_are_all_listed_in_its_order_wherever_they_wait(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.imports.report.report_lines.HELD", 2)
    copy = tmp_path / "导入结果.xlsx"
    numbers = [f"CS{number:03}" for number in range(1, 8)]
    await import_file(a_file(tmp_path, roster_of(*[{}] * len(numbers), institution=NEW)))
    capsys.readouterr()

    await import_file(a_file(tmp_path, newcomers_roster(儿童编号="CS100")), report=copy, json=True)

    told = json.loads(capsys.readouterr().out)["not_in_this_file"]
    assert [(line["row"], line["value"]) for line in told] == list(enumerate(numbers, 4))
    assert {tuple(line) for line in told} == {("sheet", "row", "column", "value", "code")}
    sheets = {sheet.title: sheet.rows for sheet in read_workbook(copy).sheets}
    assert [row[3] for row in sheets["本次文件中没有"][1:]] == numbers


async def test_a_report_that_cannot_be_written_is_told_before_anything_is_imported(
    surroundings: Settings, tmp_path: Path
) -> None:
    file = a_file(tmp_path, newcomers_roster())
    before = await head(surroundings)

    for impossible in (tmp_path / "nowhere" / "copy.xlsx", tmp_path):
        with pytest.raises(OSError, match=str(impossible)):
            await import_file(file, report=impossible)

    assert await head(surroundings) == before


async def test_a_report_never_takes_the_registers_place(
    surroundings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_file(tmp_path, newcomers_roster())
    register, before = file.read_bytes(), await head(surroundings)

    assert await import_file(file, report=tmp_path / "." / file.name) == 2

    assert "--report" in capsys.readouterr().err
    assert file.read_bytes() == register
    assert await head(surroundings) == before


@pytest.mark.usefixtures("surroundings")
async def test_nothing_is_left_of_a_report_on_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    nothing, copy = tmp_path / "台账.xlsx", tmp_path / "copy.xlsx"
    nothing.write_bytes(b"")

    assert await import_file(nothing, report=copy) == 2

    assert not copy.exists()


@pytest.mark.usefixtures("surroundings")
async def test_the_operator_imports_a_places_roll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roll = Paper("流动儿童花名册", ("姓名", "出生日期", "纳入日期")).row(
        姓名="赵小山", 出生日期="2015-03-01", 纳入日期="2024-04-02"
    )

    code = await import_file(a_file(tmp_path, roll), place="371099001", json=True)

    told = json.loads(capsys.readouterr().out)
    assert (code, told["institution"], told["region"], told["recorded"]) == (0, None, "371099001", 1)


@pytest.mark.parametrize(("place", "region"), [("37109900", None), ("371099001", "371099"), ("望海市", None)])
@pytest.mark.usefixtures("surroundings")
async def test_a_place_is_a_code_and_stands_alone(
    place: str, region: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await import_file(a_file(tmp_path, roster()), place=place, region=region)

    assert code == 2
    assert "--place" in capsys.readouterr().err
