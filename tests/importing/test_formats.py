"""A register may be a workbook of any kind that offices have, or a table as text, and is read alike."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlwt  # type: ignore[import-untyped] # it has no types

from api.cli.import_command import import_file
from api.imports.cells.values import NOT_ON_PAPER
from api.imports.reading.kinds import DeclaredKind, read_workbook
from api.imports.reading.unreadable import (
    DAMAGED,
    EMPTY,
    IS_TEXT,
    NO_TABLE,
    NO_TEXT,
    PROTECTED,
    UNKNOWN_CHARACTERS,
    UNKNOWN_KIND,
    UnreadableFileError,
)
from domain.events.intake import IdentityRecorded
from domain.label import Label
from tests.support.client import HOME, Served
from tests.support.imports_http import XLSX, done, hand_in
from tests.support.registers.counter import Counter
from tests.support.registers.paper import roster, workbook
from tests.support.registers.written import a_cell, archive, opendocument, written_old

XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ROSTER = roster(性别="男")
TABLE = "儿童编号,姓名,性别,接收日期\nCS001,王小明,男,2016-05-01\n"


def old(grid: Any) -> bytes:
    """An old workbook of one roster."""

    def write(_: Any, sheet: Any) -> None:
        sheet.set_name("儿童花名册")
        for number, row in enumerate(grid):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)

    return written_old(write)


def locked() -> bytes:
    """An old workbook that says it is encrypted."""

    class Locked(xlwt.Workbook):  # type: ignore[misc] # it has no types
        def get_biff_data(self) -> bytes:
            data: bytes = super().get_biff_data()
            return data[:20] + bytes.fromhex("2f000600000000000000") + data[20:]

    book, file = Locked(), BytesIO()
    book.add_sheet("表").write(0, 0, "CS001")
    book.save(file)
    return file.getvalue()


def open_document(grid: Any) -> bytes:
    """A spreadsheet of OpenDocument of one roster."""
    return opendocument(*[[a_cell(str(cell), value_type="string") for cell in row] for row in grid])


def document(main: str) -> bytes:
    """Something of Office Open XML that is no workbook of XML."""
    related = f'<Relationships><Relationship Id="1" Type="x/officeDocument" Target="{main}"/></Relationships>'
    return archive({"[Content_Types].xml": "<Types/>", "_rels/.rels": related, main: "<document/>"})


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (workbook(ROSTER), XLSX),
        (old(ROSTER.grid), XLS),
        (open_document(ROSTER.grid), ODS),
        (TABLE.encode(), "text/csv"),
        (TABLE.encode(), "text/csv; charset=utf-8"),
        (TABLE.encode("utf-8-sig"), "text/csv"),
        (TABLE.encode("gb18030"), "text/csv"),
        (TABLE.encode("gb18030"), "text/csv; charset=GBK"),
        (TABLE.encode("utf-16"), "text/csv"),
        (workbook(ROSTER), XLS),  # what it is, its content says
    ],
)
async def test_a_register_of_any_kind_is_imported(served: Served, content: bytes, media_type: str) -> None:
    staff = await served.as_("staff")

    answer = await hand_in(staff, content, media_type=media_type)
    told = await done(staff, answer.headers["Location"])

    assert (told["state"], told["rows"], told["recorded"], told["rejected"]) == ("done", 1, 1, 0)
    filled = told["cells"].pop("filled")
    assert filled == sum(told["cells"].values())
    await served.projected()
    listed = (await staff.get("/children", params={"file_no": "CS001"})).json()["items"]
    assert [item["name"] for item in listed] == ["王小明"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/json", "text/csv; charset=koi8-r"])
async def test_of_another_media_type_it_is_said_which_are_taken(served: Served, media_type: str) -> None:
    answer = await hand_in(await served.as_("staff"), TABLE.encode(), media_type=media_type)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    named = ["utf-8", "gb18030"] if "charset" in media_type else ["text/csv", XLSX, XLS, ODS]
    assert all(name in answer.json()[detail] for name in named for detail in ("detail", "detail_zh"))


def test_every_media_type_is_in_the_description_of_the_api(served: Served) -> None:
    body = served.app.openapi()["paths"]["/imports"]["post"]["requestBody"]["content"]

    assert set(body) == {XLSX, XLS, ODS, "text/csv", "application/x-ndjson"}


# -- tables as text


def rows(content: bytes, **said: Any) -> list[tuple[Any, ...]]:
    """The rows of a table as text."""
    return read_workbook(content, "台账.csv", **said).sheets[0].rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_cells_are_told_apart_by_what_separates_most_of_them(delimiter: str) -> None:
    text = (
        f"收留抚养儿童花名册\n儿童编号{delimiter}姓名{delimiter}备注\n"
        f'CS001{delimiter}王小明{delimiter}"甲,乙,丙,丁;戊;己"\n'
    )

    assert rows(text.encode()) == [
        ("收留抚养儿童花名册",),
        ("儿童编号", "姓名", "备注"),
        ("CS001", "王小明", "甲,乙,丙,丁;戊;己"),
    ]


def test_whatever_stands_in_a_table_as_text_is_text() -> None:
    assert rows(b'001,=1+1,2019-09-01,1e5,TRUE,"a ""b"" c"\n') == [
        ("001", "=1+1", "2019-09-01", "1e5", "TRUE", 'a "b" c')
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_within_quotation_marks_are_one_cell_and_rows_are_counted_as_a_spreadsheet_does(
    end: str,
) -> None:
    text = f'儿童编号,备注{end}CS001,"甲{end}乙"{end}{end}CS002,丙{end}'

    assert rows(text.encode()) == [("儿童编号", "备注"), ("CS001", f"甲{end}乙"), (), ("CS002", "丙")]


def test_an_error_in_a_table_as_text_is_listed_as_in_a_workbook() -> None:
    ((number, error),) = rows(b"CS001,#N/A\n")

    assert (number, error.written, error.fault.code) == ("CS001", "#N/A", "error_value")


@pytest.mark.parametrize("text", ['CS001,"王小明\nCS002,李小红\n', 'CS001,"王"小明\n'])
def test_quotation_marks_that_do_not_fit_are_told_with_their_line(text: str) -> None:
    with pytest.raises(UnreadableFileError, match="引号不成对"):
        rows(text.encode())


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1f"])
async def test_a_control_that_has_strayed_into_a_table_costs_its_cell_alone(
    counter: Counter, control: str, charset: str
) -> None:
    table = f"{TABLE}CS002,李{control}小红,女,2016-05-01\nCS{control}003,赵大山,男,2016-05-01\n"

    report = await counter.take_table(table.encode(charset))

    assert [(line.row, line.column, line.value, line.code) for line in report.values] == [
        (3, "姓名", f"李{control}小红", "odd_characters")
    ]
    assert [(line.row, line.column, line.value, line.code) for line in report.rejections] == [
        (4, "儿童编号", f"CS{control}003", "odd_characters")
    ]
    assert len(await counter.told("CS001", IdentityRecorded)) == 1
    assert (await counter.only("CS002", IdentityRecorded)).event.name == NOT_ON_PAPER


@pytest.mark.usefixtures("surroundings")
async def test_the_command_reads_a_table_into_which_a_control_has_strayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "花名册.csv"
    path.write_bytes(f"{TABLE}CS002,李\x07小红,女,2016-05-01\n".encode())

    assert await import_file(path, institution=HOME, json=True) == 0

    told = json.loads(capsys.readouterr().out)
    assert [(each["row"], each["column"], each["value"]) for each in told["values"]] == [
        (3, "姓名", "李\x07小红")
    ]


def test_the_mark_with_which_old_programs_end_a_table_is_no_part_of_it() -> None:
    assert rows("CS001,男\x1a".encode()) == [("CS001", "男")]
    assert rows("CS001,男\r\n\x1a".encode()) == [("CS001", "男")]


def test_what_is_made_of_controls_is_no_table() -> None:
    for content in ("CS001,王小明\n".encode("utf-16-le"), b"CS001\x00\x00\x00,\x01\x02\x03\n"):
        with pytest.raises(UnreadableFileError) as refused:
            rows(content)
        assert refused.value.why in {UNKNOWN_KIND, UNKNOWN_CHARACTERS}


def test_rare_and_private_characters_of_gb_18030_are_kept() -> None:
    assert rows("CS001,李\U00020bb7\n".encode("gb18030")) == [("CS001", "李\U00020bb7")]
    assert rows("CS001,王\ue863\n".encode("gb18030")) == [("CS001", "王\ue863")]


@pytest.mark.parametrize(
    ("content", "said", "why"),
    [
        (b"", {}, EMPTY),
        (b" \n\n", {}, EMPTY),
        ("CS001,王小明".encode("gb18030")[:-1], {}, UNKNOWN_CHARACTERS),
        ("CS001,王小明".encode("gb18030"), {"charset": "utf-8"}, UNKNOWN_CHARACTERS),
        ("CS001,王小明".encode("utf-8-sig"), {"charset": "gb18030"}, UNKNOWN_CHARACTERS),
        (b"\xff\xfe\x00", {}, UNKNOWN_CHARACTERS),
        (b"<html><table><tr><td>CS001</td></tr></table></html>", {}, NO_TABLE),
        ("\ufeff \n<?xml version='1.0'?><Workbook/>".encode(), {}, NO_TABLE),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n", {}, NO_TABLE),
        (b"%PDF-1.7\n\x00\x01\x02", {}, UNKNOWN_KIND),
        (archive({"readme.txt": "x"}), {}, UNKNOWN_KIND),
        (archive({"content.xml": "<content><body><text/></body></content>"}), {}, UNKNOWN_KIND),
        (document("word/document.xml"), {}, UNKNOWN_KIND),
        (document("xl/workbook.bin"), {}, UNKNOWN_KIND),
        (
            archive({"content.xml": "<x/>", "META-INF/manifest.xml": "<x><encryption-data/></x>"}),
            {},
            PROTECTED,
        ),
        (locked(), {}, PROTECTED),
        (TABLE.encode(), {"declared": DeclaredKind.WORKBOOK}, IS_TEXT),
        (workbook(ROSTER), {"declared": DeclaredKind.TEXT}, NO_TEXT),
        (old(ROSTER.grid)[:4140], {}, DAMAGED),
        (workbook(ROSTER)[:1000], {}, DAMAGED),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(
    content: bytes, said: dict[str, Any], why: Label
) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        read_workbook(content, "台账.xls", **said)

    assert refused.value.why == why


async def test_a_web_page_that_is_called_a_workbook_is_a_problem_with_the_way_out(served: Served) -> None:
    answer = await hand_in(await served.as_("staff"), b"<html><table/></html>", media_type=XLS)

    assert answer.status_code == 400
    assert (answer.json()["detail"], answer.json()["detail_zh"]) == (NO_TABLE.en, NO_TABLE.zh)


@pytest.mark.parametrize(
    ("name", "media_type", "why"),
    [("cut-short.xls", XLS, DAMAGED), ("password.xlsx", XLSX, PROTECTED)],
)
async def test_sample_files_that_cannot_be_read_are_a_problem_in_both_languages(
    served: Served, cases: Path, name: str, media_type: str, why: Label
) -> None:
    answer = await hand_in(await served.as_("staff"), (cases / name).read_bytes(), media_type=media_type)

    assert answer.status_code == 400
    assert (answer.json()["detail"], answer.json()["detail_zh"]) == (why.en, why.zh)


@pytest.mark.usefixtures("surroundings")
@pytest.mark.parametrize(("name", "why"), [("cut-short.xls", DAMAGED), ("password.xlsx", PROTECTED)])
async def test_sample_files_that_cannot_be_read_are_told_by_the_command(
    cases: Path, capsys: pytest.CaptureFixture[str], name: str, why: Label
) -> None:
    assert await import_file(cases / name) == 2

    assert f"{name}：无法读取。 Nothing could be read: {why.zh} {why.en}" in capsys.readouterr().err


# -- whose a table is


async def test_over_http_a_table_is_the_caller_s_institution_s(served: Served, counter: Counter) -> None:
    staff = await served.as_("staff")

    told = await done(
        staff,
        (await hand_in(staff, TABLE.encode(), media_type="text/csv", query="?name=花名册.csv")).headers[
            "Location"
        ],
    )

    assert (told["institution"], told["file"]) == (HOME, "花名册.csv")
    identity = await counter.only("CS001", IdentityRecorded)
    assert [paper.number for paper in identity.documents] == ["花名册!2"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Give a table on a disk."""
    path = tmp_path / "花名册.csv"
    path.write_text(TABLE, encoding="gb18030")
    return path


@pytest.mark.usefixtures("surroundings")
async def test_the_command_wants_to_be_told_whose_a_table_is(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await import_file(table) == 2

    printed = capsys.readouterr().err
    assert "CSV 必须指明" in printed
    assert "--institution" in printed


@pytest.mark.usefixtures("surroundings")
async def test_the_command_takes_a_table_of_a_known_institution_by_its_name_or_its_id(
    served: Served, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await import_file(table, institution=HOME, dry_run=True) == 0
    assert await import_file(table, institution=str(served.home.institution)) == 0
    assert await import_file(table, institution="00000000-0000-4000-8000-000000000000") == 2

    printed = capsys.readouterr()
    assert "Opened" not in printed.out
    assert "没有编号为" in printed.err


@pytest.mark.usefixtures("surroundings")
async def test_an_institution_that_is_named_and_not_known_is_opened(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await import_file(table, institution="临港市儿童福利院（测试）") == 0
    assert "新建机构 Opened: 临港市儿童福利院（测试）" in capsys.readouterr().out


@pytest.mark.usefixtures("surroundings")
async def test_a_workbook_that_says_it_is_another_s_is_not_taken_for_the_named_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(workbook(ROSTER))

    assert await import_file(path, institution="临港市儿童福利院（测试）") == 2
    assert HOME in capsys.readouterr().err
    assert await import_file(path, institution=HOME) == 0


@pytest.mark.usefixtures("surroundings")
async def test_sample_gb18030(served: Served, cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await import_file(cases / "gb18030.csv") == 2
    assert "CSV" in capsys.readouterr().err

    assert await import_file(cases / "gb18030.csv", institution=HOME, json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["recorded"]) == (1, 1)
